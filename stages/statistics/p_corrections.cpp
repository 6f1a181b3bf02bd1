#include "stages/statistics/p_corrections.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>

namespace hookflow::stages {
namespace {

/// Where the tests stand, smallest p first.
std::vector<std::size_t> ascending(const std::vector<double>& p) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (!std::isnan(p[i])) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  return order;
}

}  // namespace

std::vector<pipeline::Choice> p_corrections() {
  return {{"none", "the p-value as it is"},
          {"bonferroni", "p times the number of tests: bounds the chance of any false discovery"},
          {"holm", "Holm's step-down: the same bound as bonferroni, never less powerful"},
          {"benjamini_hochberg",
           "bounds the expected share of false discoveries, for independent or positively dependent tests"}};
}

std::vector<double> adjust_p(const std::vector<double>& p, const std::string& correction) {
  std::vector<double> adjusted = p;
  const std::vector<std::size_t> order = ascending(p);
  const auto m = static_cast<double>(order.size());
  if (correction == "bonferroni") {
    for (const std::size_t i : order) adjusted[i] = std::min(1.0, m * p[i]);
  } else if (correction == "holm") {
    double largest = 0;
    for (std::size_t j = 0; j < order.size(); ++j) {
      largest = std::max(largest, std::min(1.0, (m - static_cast<double>(j)) * p[order[j]]));
      adjusted[order[j]] = largest;
    }
  } else if (correction == "benjamini_hochberg") {
    double smallest = 1;
    for (std::size_t j = order.size(); j-- > 0;) {
      smallest = std::min(smallest, m / static_cast<double>(j + 1) * p[order[j]]);
      adjusted[order[j]] = smallest;
    }
  } else if (correction != "none") {
    throw std::logic_error("unknown correction '" + correction + "'");
  }
  return adjusted;
}

std::vector<double> adjust_families(const std::vector<double>& p, const std::vector<std::size_t>& family,
                                    const std::vector<std::string>& corrections) {
  std::map<std::size_t, std::vector<std::size_t>> tests;
  for (std::size_t i = 0; i < p.size(); ++i) tests[family[i]].push_back(i);
  std::vector<double> adjusted(p.size() * corrections.size());
  for (const auto& [name, members] : tests) {
    std::vector<double> own;
    for (const std::size_t test : members) own.push_back(p[test]);
    for (std::size_t c = 0; c < corrections.size(); ++c) {
      const std::vector<double> corrected = adjust_p(own, corrections[c]);
      for (std::size_t i = 0; i < members.size(); ++i)
        adjusted[members[i] * corrections.size() + c] = corrected[i];
    }
  }
  return adjusted;
}

}  // namespace hookflow::stages

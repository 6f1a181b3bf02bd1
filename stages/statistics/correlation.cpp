#include "stages/statistics/correlation.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

#include "stages/statistics/student_t.hpp"

namespace hookflow::stages {
namespace {

/// Counted from 1; equal values share the mean of their ranks.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    const double rank = static_cast<double>(first + 1 + end) / 2;
    for (std::size_t i = first; i < end; ++i) ranks[order[i]] = rank;
  }
  return ranks;
}

Correlation::Note note_of(const PairMoments& pairs) {
  if (pairs.a.infinite || pairs.b.infinite) return Correlation::infinite;
  if (pairs.a.count < 2) return Correlation::too_few;
  if (pairs.a.squares == 0 || pairs.b.squares == 0) return Correlation::constant;
  return pairs.a.count == 2 ? Correlation::two_values : Correlation::regular;
}

}  // namespace

Correlation pearson(const PairMoments& pairs) {
  Correlation found;
  found.note = note_of(pairs);
  if (found.note != Correlation::regular && found.note != Correlation::two_values) return found;
  const long double r = pairs.products / (std::sqrt(pairs.a.squares) * std::sqrt(pairs.b.squares));
  found.r = std::clamp(static_cast<double>(r), -1.0, 1.0);
  const auto df = static_cast<double>(pairs.a.count - 2);
  found.p = found.note == Correlation::two_values
                ? 1
                : two_sided_p(found.r * std::sqrt(df / ((1 - found.r) * (1 + found.r))), df);
  return found;
}

Correlation spearman(std::span<const double> a, std::span<const double> b) {
  const std::vector<double> ranks_a = ranks(a);
  const std::vector<double> ranks_b = ranks(b);
  PairMoments pairs;
  for (std::size_t i = 0; i < a.size(); ++i) pairs.add(ranks_a[i], ranks_b[i]);
  return pearson(pairs);
}

}  // namespace hookflow::stages

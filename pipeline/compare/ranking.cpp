#include "pipeline/compare/ranking.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>

namespace hookflow::pipeline {

Ranking::Ranking(const Agreement& agreement) {
  const std::vector<CellPair> first = agreement.largest_of_first();
  const std::vector<CellPair> second = agreement.largest_of_second();
  most_ = std::max(first.size(), second.size());
  for (const CellPair& pair : first) ranked_.push_back({pair});
  for (const CellPair& pair : second) {
    if (std::ranges::find(first, pair.cell, &CellPair::cell) == first.end())
      ranked_.push_back({pair});
    else
      ++in_common_;
  }
}

void Ranking::add(const CellPair& pair) {
  if (!std::isfinite(pair.first) || !std::isfinite(pair.second)) return;
  const double first = std::abs(pair.first);
  const double second = std::abs(pair.second);
  for (RankedPair& ranked : ranked_) {
    if (first > std::abs(ranked.pair.first)) ++ranked.first_rank;
    if (second > std::abs(ranked.pair.second)) ++ranked.second_rank;
  }
}

std::vector<RankedPair> Ranking::changes() const {
  std::vector<RankedPair> changed;
  std::ranges::copy_if(ranked_, std::back_inserter(changed),
                       [](const RankedPair& r) { return r.change() > 0; });
  std::ranges::stable_sort(changed, std::greater<>(), &RankedPair::change);
  return changed;
}

}  // namespace hookflow::pipeline

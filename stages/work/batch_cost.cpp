#include "stages/work/batch_cost.hpp"

#include <algorithm>
#include <iterator>
#include <set>

namespace hookflow::stages {

void add_variant(std::size_t variant, const PassCost& cost, std::vector<VariantStretch>& stretches) {
  if (stretches.empty() || *stretches.back().each != cost) stretches.push_back({variant, &cost});
}

BatchCost::BatchCost(std::span<const Alike> all, std::size_t variants) {
  std::set<std::size_t> firsts;
  for (const Alike& alike : all)
    for (const VariantStretch& stretch : alike.stretches) firsts.insert(stretch.first);
  for (const std::size_t first : firsts) {
    if (!stretches_.empty()) stretches_.back().end = first;
    stretches_.push_back({first, variants});
  }
  for (const auto& [of_prompt, prompts] : all) {
    auto stretch = of_prompt.begin();
    for (Stretch& own : stretches_) {
      if (std::next(stretch) != of_prompt.end() && std::next(stretch)->first == own.first) ++stretch;
      own.each.add(*stretch->each, prompts);
    }
  }
}

PassCost BatchCost::of(pipeline::VariantRange range) const {
  PassCost cost;
  const std::size_t end = range.first + range.count;
  auto stretch = std::ranges::upper_bound(stretches_, range.first, {}, &Stretch::end);
  for (; stretch != stretches_.end() && stretch->first < end; ++stretch)
    cost.add(stretch->each, std::min(end, stretch->end) - std::max(range.first, stretch->first));
  return cost;
}

}  // namespace hookflow::stages

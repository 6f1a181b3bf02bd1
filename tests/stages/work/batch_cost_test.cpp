#include "stages/work/batch_cost.hpp"

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/hooks/positions.hpp"
#include "model/rows/row_plan.hpp"
#include "tests/support/small_config.hpp"

namespace hookflow::stages {
namespace {

/// A clean pass of so many tokens.
PassCost cost(std::size_t tokens) {
  const Config config = testing::config();
  Sequence sequence{tokens};
  sequence.asks[{HookKind::logits, 0}] = PositionSet::range(0, tokens);
  return {config, RowPlan(config, {sequence})};
}

/// Prompts whose variants take as many tokens as these.
struct OfPrompts {
  explicit OfPrompts(const std::vector<std::size_t>& variants, std::size_t prompts = 1) : count(prompts) {
    for (const std::size_t tokens : variants)
      add_variant(each.size() - 1, each.emplace_back(cost(tokens)), stretches);
  }
  std::deque<PassCost> each;
  std::vector<VariantStretch> stretches;
  std::size_t count;
};

TEST(BatchCost, OfEachRangeIsTheSumOfItsVariants) {
  const std::vector<std::vector<std::size_t>> variants = {
      {3, 3, 3, 5, 5, 2, 2, 2}, {4, 4, 4, 4, 4, 4, 4, 4}, {1, 2, 2, 2, 2, 2, 2, 6}};
  const std::vector<std::size_t> prompts = {2, 1, 3};
  std::deque<OfPrompts> all;
  std::vector<BatchCost::Alike> alike;
  for (std::size_t i = 0; i < variants.size(); ++i) {
    all.emplace_back(variants[i], prompts[i]);
    alike.push_back({all.back().stretches, prompts[i]});
  }
  EXPECT_EQ(all[0].stretches.size(), 3U);
  EXPECT_EQ(all[1].stretches.size(), 1U);
  const BatchCost batch(alike, 8);
  for (std::size_t first = 0; first < 8; ++first) {
    for (std::size_t count = 1; first + count <= 8; ++count) {
      PassCost sum;
      for (std::size_t variant = first; variant < first + count; ++variant)
        for (const OfPrompts& of : all) sum.add(of.each[variant], of.count);
      EXPECT_EQ(batch.of({first, count}), sum) << first << " and " << count << " from there on";
    }
  }
}

TEST(BatchCost, OfNoPromptsIsNothing) { EXPECT_EQ(BatchCost({}, 8).of({0, 8}), PassCost()); }

}  // namespace
}  // namespace hookflow::stages

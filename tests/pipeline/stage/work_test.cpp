#include "pipeline/stage/work.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/support/stage_inputs.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::refusal;

Batch batch(const std::vector<std::pair<std::size_t, std::size_t>>& prompts) {
  Batch made;
  for (const auto& [prompt, weight] : prompts) made.add(prompt, weight);
  return made;
}

TEST(Work, ConsecutiveBatchesAreFull) {
  const std::vector<Batch> batches = consecutive_batches(5, 2);
  ASSERT_EQ(batches.size(), 3U);
  EXPECT_EQ(batches[1].prompts, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(batches[1].weight(), 2U);
  EXPECT_EQ(batches[2].prompts, (std::vector<std::size_t>{4}));
  EXPECT_NO_THROW(check_batches(batches, 5));
  EXPECT_TRUE(consecutive_batches(0, 2).empty());
}

TEST(Work, EachPromptIsInOneBatch) {
  const auto refused = [](const std::vector<Batch>& batches) {
    return refusal<std::logic_error>([&] { check_batches(batches, 3); });
  };
  EXPECT_NO_THROW(check_batches({batch({{2, 1}, {0, 0}}), batch({{1, 1}})}, 3));
  EXPECT_TRUE(names(refused({batch({{2, 1}, {0, 0}})}), {"prompt 1 is in 0 batches"}));
  EXPECT_TRUE(
      names(refused({batch({{2, 1}, {0, 0}}), batch({{1, 1}, {2, 0}})}), {"prompt 2 is in 2 batches"}));
  EXPECT_TRUE(names(refused({batch({{2, 1}, {0, 0}, {1, 0}}), Batch()}), {"a batch has no prompts"}));
  EXPECT_THROW(check_batches({batch({{3, 1}})}, 3), std::logic_error);
}

TEST(JoinedBatches, WeighAPromptInBothAndKeepTheFirstsOrder) {
  const std::vector<Batch> first = {batch({{0, 3}, {2, 1}, {1, 3}}), batch({{3, 9}})};
  const std::vector<Batch> second = {batch({{0, 2}, {1, 2}}), batch({{2, 2}, {3, 2}})};
  const std::vector<Batch> joined = joined_batches(first, second, 8);
  ASSERT_EQ(joined.size(), 3U);
  EXPECT_EQ(joined[0].prompts, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(joined[0].weight(), 8U);
  EXPECT_EQ(joined[1].prompts, std::vector<std::size_t>{1});
  EXPECT_EQ(joined[2].weight(), 11U) << "one prompt always fits";
  EXPECT_EQ(joined_batches(first, second, 100).size(), 2U) << "what the first keeps apart stays apart";
  EXPECT_NO_THROW(check_batches(joined, 4));
}

}  // namespace
}  // namespace hookflow::pipeline

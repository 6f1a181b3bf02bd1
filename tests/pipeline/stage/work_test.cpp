#include "pipeline/stage/work.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include "tests/support/stage_inputs.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::refusal;

TEST(Work, ConsecutiveBatchesAreFull) {
  const std::vector<Batch> batches = consecutive_batches(5, 2);
  ASSERT_EQ(batches.size(), 3U);
  EXPECT_EQ(batches[1].prompts, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(batches[1].weight, 2U);
  EXPECT_EQ(batches[2].prompts, (std::vector<std::size_t>{4}));
  EXPECT_NO_THROW(check_batches(batches, 5));
  EXPECT_TRUE(consecutive_batches(0, 2).empty());
}

TEST(Work, EachPromptIsInOneBatch) {
  const auto refused = [](const std::vector<Batch>& batches) {
    return refusal<std::logic_error>([&] { check_batches(batches, 3); });
  };
  EXPECT_NO_THROW(check_batches({{{2, 0}, 1}, {{1}, 1}}, 3));
  EXPECT_TRUE(names(refused({{{2, 0}, 1}}), {"prompt 1 is in 0 batches"}));
  EXPECT_TRUE(names(refused({{{2, 0}, 1}, {{1, 2}, 1}}), {"prompt 2 is in 2 batches"}));
  EXPECT_TRUE(names(refused({{{2, 0, 1}, 1}, {{}, 0}}), {"a batch has no prompts"}));
  EXPECT_THROW(check_batches({{{3}, 1}}, 3), std::logic_error);
}

}  // namespace
}  // namespace hookflow::pipeline

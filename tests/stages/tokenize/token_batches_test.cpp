#include "stages/tokenize/token_batches.hpp"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::stages {
namespace {

using pipeline::Batch;
using Ids = std::vector<std::int32_t>;
using Numbers = std::vector<std::size_t>;

std::vector<Batch> batches_of(const std::vector<Ids>& prompts, std::size_t largest = 256) {
  TokenLists ids;
  for (const Ids& prompt : prompts) ids.add(prompt);
  return token_batches(ids, largest);
}

std::vector<Numbers> prompts_of(const std::vector<Batch>& batches) {
  std::vector<Numbers> prompts;
  for (const Batch& batch : batches) prompts.push_back(batch.prompts);
  return prompts;
}

Numbers weights_of(const std::vector<Batch>& batches) {
  Numbers weights;
  for (const Batch& batch : batches) weights.push_back(batch.weight());
  return weights;
}

/// Ids from `from` on.
Ids sequence(std::size_t count, std::int32_t from) {
  Ids ids(count);
  std::iota(ids.begin(), ids.end(), from);
  return ids;
}

Ids joined(Ids ids, const Ids& more) {
  ids.insert(ids.end(), more.begin(), more.end());
  return ids;
}

TEST(TokenBatches, PromptsThatShareNothingStandInTheirOrder) {
  const std::vector<Ids> prompts = {{9, 1}, {5, 2, 3}, {7}, {6, 4, 4, 4, 4, 4}, {1, 1}, {2}};
  EXPECT_EQ(prompts_of(batches_of(prompts, 5)), (std::vector<Numbers>{{0, 1}, {2}, {3}, {4, 5}}));
  EXPECT_EQ(weights_of(batches_of(prompts, 5)), (Numbers{5, 1, 6, 3}));
  EXPECT_EQ(prompts_of(batches_of(prompts)), (std::vector<Numbers>{{0, 1, 2, 3, 4, 5}}));
  EXPECT_TRUE(batches_of({}).empty());
}

TEST(TokenBatches, ExamplesThatBeginAlikeRunTogether) {
  std::vector<Ids> prompts;
  for (std::int32_t i = 0; i < 32; ++i) {
    prompts.push_back(joined(sequence(60, 1000), sequence(8, 8 * i)));
    prompts.push_back(sequence(60, 5000 + 60 * i));  // between them, ones of their own
  }
  const std::vector<Batch> batches = batches_of(prompts);
  ASSERT_GE(batches.size(), 2U);
  EXPECT_EQ(batches[0].prompts.size(), 24U);
  EXPECT_EQ(batches[0].weight(), 68U + 23 * 8);
  for (const std::size_t prompt : batches[0].prompts) EXPECT_EQ(prompt % 2, 0U);
  const auto rest = std::ranges::find(batches, 68 + 7 * 8 + 2 * 60U, &Batch::weight);
  ASSERT_NE(rest, batches.end()) << "8 more, and two of the others in what is left";
}

TEST(TokenBatches, ABosTokenAloneMovesNoPrompt) {
  EXPECT_EQ(prompts_of(batches_of({{0, 1, 2}, {0, 5}, {3, 4, 4}, {0, 1}}, 6)),
            (std::vector<Numbers>{{3, 0, 1}, {2}}))
      << "two tokens of three do";
  const std::vector<Ids> prompts = {{0, 1, 2}, {3, 4, 4}, {0, 5, 2}, {0, 6}};
  EXPECT_EQ(prompts_of(batches_of(prompts, 6)), (std::vector<Numbers>{{0, 1}, {2, 3}}));
  EXPECT_EQ(weights_of(batches_of(prompts, 6)), (Numbers{6, 5}));
}

TEST(TokenBatches, AFewTokensOfManyMoveNoPrompt) {
  const Ids few = {1, 2};
  const Ids between = sequence(9, 700);
  const auto with = [&](std::size_t count) {
    return std::vector<Ids>{joined(few, sequence(count, 100)), between, joined(few, sequence(count, 200))};
  };
  EXPECT_EQ(prompts_of(batches_of(with(6), 18)), (std::vector<Numbers>{{0, 2}, {1}}));  // 2 of 8
  EXPECT_EQ(prompts_of(batches_of(with(7), 18)), (std::vector<Numbers>{{0, 1}, {2}}));  // 2 of 9
}

TEST(TokenBatches, EachStandsBehindTheOneThatItSharesTheMostWith) {
  const std::vector<Ids> prompts = {{1, 2, 3, 4}, {1, 2, 8, 8}, {1, 2, 3, 9}, {1, 2, 8, 7}, {1, 2, 3}};
  const std::vector<Batch> batches = batches_of(prompts);
  EXPECT_EQ(prompts_of(batches), (std::vector<Numbers>{{4, 0, 2, 3, 1}}));
  EXPECT_EQ(batches[0].weight(), 3U + 1 + 1 + 2 + 1);
}

TEST(TokenBatches, OfTheSamePromptsEachWeighsSomething) {
  const std::vector<Batch> batches = batches_of(std::vector<Ids>(20, sequence(5, 1)), 8);
  EXPECT_EQ(weights_of(batches), (Numbers{8, 8, 8, 8, 8}));
  EXPECT_EQ(batches[1].prompts, (Numbers{4, 5, 6, 7}));
}

TEST(TokenBatches, PromptsWithoutTokensWeighNothing) {
  EXPECT_EQ(prompts_of(batches_of({{}, {1, 2, 3}, {}, {4, 5, 6}, {}}, 3)),
            (std::vector<Numbers>{{0, 1, 2}, {3, 4}}));
  EXPECT_EQ(weights_of(batches_of({{}, {}})), (Numbers{0}));
}

/// How many rows differ: those that a prompt shares with one before it are computed once.
std::size_t rows_of(const Batch& batch, const std::vector<Ids>& prompts) {
  std::set<Ids> beginnings;
  for (const std::size_t prompt : batch.prompts) {
    for (std::size_t count = 1; count <= prompts[prompt].size(); ++count)
      beginnings.insert(Ids(prompts[prompt].begin(), prompts[prompt].begin() + static_cast<long>(count)));
  }
  return beginnings.size();
}

TEST(TokenBatches, OfAnyPromptsEachIsInOneBatchThatIsNotTooHeavy) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Ids> prompts(1 + random() % 40);
    for (Ids& prompt : prompts) {
      for (std::size_t count = random() % 12; count > 0; --count)
        prompt.push_back(static_cast<std::int32_t>(random() % (1 + static_cast<unsigned>(round) % 5)));
    }
    const std::size_t largest = 1 + random() % 40;
    Numbers all;
    std::size_t first = 0;
    for (const Batch& batch : batches_of(prompts, largest)) {
      ASSERT_FALSE(batch.prompts.empty());
      all.insert(all.end(), batch.prompts.begin(), batch.prompts.end());
      EXPECT_LE(rows_of(batch, prompts), batch.weight());
      const auto weighs = [&](std::size_t prompt) { return !prompts[prompt].empty(); };
      EXPECT_TRUE(batch.weight() <= largest || std::ranges::count_if(batch.prompts, weighs) == 1);
      EXPECT_LE(first, std::ranges::min(batch.prompts)) << "in the order of their first prompts";
      first = std::ranges::min(batch.prompts);
    }
    std::ranges::sort(all);
    EXPECT_EQ(all, [&] {
      Numbers numbers(prompts.size());
      std::iota(numbers.begin(), numbers.end(), std::size_t{0});
      return numbers;
    }());
  }
}

}  // namespace
}  // namespace hookflow::stages

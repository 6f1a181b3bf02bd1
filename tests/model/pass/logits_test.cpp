#include "model/pass/logits.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "model/pass/forward.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kBlock = LogitBlocks::kRows;
constexpr std::size_t kCount = 2 * kBlock + 44;

/// Two blocks of rows and a part of a third, all of one sequence.
class Logits : public ::testing::Test {
 protected:
  Logits() { tiny_.model.weights.unembedding_bias = bias_; }

  [[nodiscard]] static RowLayout one_sequence(std::size_t count) {
    std::vector<std::size_t> positions(count);
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    RowLayout rows;
    rows.add(positions);
    return rows;
  }
  [[nodiscard]] std::shared_ptr<const LogitBlocks> blocks(std::size_t kept) const {
    return std::make_shared<const LogitBlocks>(tiny_.model, one_sequence(kCount), normalized(), kept);
  }
  [[nodiscard]] View normalized() const { return {normalized_.data(), kCount, tiny_.model.config.width}; }

  /// A row of the product, in double.
  [[nodiscard]] std::vector<double> wanted(std::size_t row) const {
    std::vector<double> logits(bias_.begin(), bias_.end());
    for (std::size_t token = 0; token < logits.size(); ++token) {
      const auto weights = tiny_.model.weights.unembedding.row(token);
      logits[token] =
          std::inner_product(weights.begin(), weights.end(), normalized().row(row).begin(), logits[token]);
    }
    return logits;
  }
  [[nodiscard]] bool is_right(std::span<const float> logits, std::size_t row) const {
    return std::ranges::equal(logits, wanted(row),
                              [](double got, double logit) { return std::abs(got - logit) < 1e-5; });
  }
  /// Reads every row, from the ends or the middle on, and counts those that are wrong.
  void count_wrong(const LogitBlocks& blocks, std::size_t first, std::size_t& wrong) const {
    for (std::size_t i = 0; i < kCount; ++i) {
      const std::size_t row = (first + i * 101) % kCount;  // of another block each time or two
      if (!is_right(blocks.row(row).values, row)) ++wrong;
    }
  }

  testing::TinyModel tiny_{testing::tiny_config()};
  std::vector<float> bias_ = tiny_.vector(tiny_.model.config.vocabulary);
  std::vector<float> normalized_ = tiny_.vector(kCount * tiny_.model.config.width);
};

TEST_F(Logits, AreTheProductWithTheUnembedding) {
  for (const std::size_t kept : {LogitBlocks::kAll, std::size_t{1}, std::size_t{2}}) {
    const auto made = blocks(kept);
    for (std::size_t row = 0; row < kCount; ++row) {
      const LogitRow logits = made->row(row);
      ASSERT_EQ(logits.values.size(), tiny_.model.config.vocabulary);
      ASSERT_TRUE(is_right(logits.values, row)) << row;
    }
  }
}

TEST_F(Logits, OutliveWhatTheyAreMadeOf) {
  const std::vector<double> last = wanted(kCount - 1);
  const auto made = blocks(1);
  std::ranges::fill(normalized_, 0.0F);
  const LogitRow logits = made->row(kCount - 1);
  EXPECT_NEAR(logits.values[5], last[5], 1e-5);
}

TEST_F(Logits, AreMadeBlockByBlock) {
  const auto made = blocks(LogitBlocks::kAll);
  const auto block_of = [&](std::size_t row) { return made->row(row).memory; };
  EXPECT_EQ(block_of(0), block_of(kBlock - 1));
  EXPECT_NE(block_of(kBlock - 1), block_of(kBlock));
  EXPECT_EQ(block_of(kBlock), block_of(2 * kBlock - 1));
  EXPECT_NE(block_of(2 * kBlock - 1), block_of(2 * kBlock));
  EXPECT_EQ(block_of(2 * kBlock), block_of(kCount - 1));
}

TEST_F(Logits, OfACleanPassAllStayInMemory) {
  const auto made = blocks(LogitBlocks::kAll);
  std::vector<std::weak_ptr<const float[]>> memory;
  for (const std::size_t row : {std::size_t{0}, kBlock, 2 * kBlock})
    memory.emplace_back(made->row(row).memory);
  for (const auto& block : memory) EXPECT_FALSE(block.expired());
  EXPECT_EQ(made->row(0).memory, memory[0].lock());
}

TEST_F(Logits, OfVariantsTheLastBlockAloneStaysInMemory) {
  const auto made = blocks(1);
  const std::weak_ptr<const float[]> first = made->row(3).memory;
  EXPECT_FALSE(first.expired());
  EXPECT_EQ(made->row(4).memory, first.lock());
  const std::weak_ptr<const float[]> second = made->row(kBlock).memory;
  EXPECT_TRUE(first.expired());
  EXPECT_FALSE(second.expired());
}

TEST_F(Logits, OfTwoThatReadThemABlockOfEachStaysInMemory) {
  const auto made = blocks(2);
  const std::weak_ptr<const float[]> first = made->row(0).memory;
  const std::weak_ptr<const float[]> second = made->row(kBlock).memory;
  EXPECT_EQ(made->row(1).memory, first.lock());  // read last
  const std::weak_ptr<const float[]> third = made->row(2 * kBlock).memory;
  EXPECT_FALSE(first.expired());
  EXPECT_TRUE(second.expired());
  EXPECT_FALSE(third.expired());
}

TEST_F(Logits, OfVariantsThatShareRowsAllStayInMemory) {
  const std::vector<Variant> variants(50, {{{HookKind::resid_pre, 0}, {}, Positions::all(), Replacement{}}});
  const std::vector<std::vector<std::int32_t>> prompts = {{1, 2, 3, 4, 5, 6}, {1, 2, 3, 4, 5, 7}};
  ForwardPlan edited_plan;
  edited_plan.logits = {Positions::all()};
  ForwardPlan plan;
  plan.edits = {{std::make_shared<const std::vector<Variant>>(variants),
                 std::make_shared<const ForwardPlan>(edited_plan)}};
  std::vector<EditedPrompt> edited;
  for (const std::size_t prompt : {0U, 1U}) {
    for (const Variant& variant : variants) edited.push_back({prompt, &variant});
  }
  const CleanPass clean = run_clean(tiny_.model, prompts, plan);
  const auto results = run_edited(tiny_.model, clean, edited, edited_plan);
  const std::weak_ptr<const float[]> first = results[0].logits.row(0).memory;
  EXPECT_NE(results.back().logits.row(5).memory, first.lock());  // of another block
  EXPECT_EQ(results[variants.size()].logits.row(0).memory, first.lock());
  EXPECT_FALSE(first.expired());
}

TEST_F(Logits, ThatSomebodyHoldsStayAndAreTheSameWhenMadeAgain) {
  const auto made = blocks(1);
  const LogitRow held = made->row(7);
  (void)made->row(kBlock);
  EXPECT_TRUE(is_right(held.values, 7));
  const LogitRow again = made->row(7);
  EXPECT_NE(again.memory, held.memory);
  EXPECT_TRUE(std::ranges::equal(again.values, held.values));
}

TEST_F(Logits, AreReadBySeveralThreads) {
  for (const std::size_t kept : {LogitBlocks::kAll, std::size_t{1}, std::size_t{2}}) {
    const auto made = blocks(kept);
    std::size_t wrong = 0;
    std::size_t wrong_there = 0;
    std::thread other([&] { count_wrong(*made, kCount / 2, wrong_there); });
    count_wrong(*made, 0, wrong);
    other.join();
    EXPECT_EQ(wrong + wrong_there, 0U);
  }
}

TEST_F(Logits, OfOneSequenceMayBeThoseOfSeveralPasses) {
  const auto clean = blocks(LogitBlocks::kAll);
  const auto edited = blocks(1);
  PassLogits logits;
  EXPECT_TRUE(logits.positions().empty());
  logits.add(2, clean, kBlock + 2);
  logits.add(9, edited, 0);
  EXPECT_EQ(logits.positions(), (std::vector<std::size_t>{2, 9}));
  EXPECT_EQ(logits.row(0).values.data(), clean->row(kBlock + 2).values.data());
  EXPECT_TRUE(is_right(logits.row(1).values, 0));
}

}  // namespace
}  // namespace hookflow

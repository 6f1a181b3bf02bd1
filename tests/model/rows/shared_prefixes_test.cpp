#include "model/rows/shared_prefixes.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using Ids = std::vector<std::int32_t>;

TEST(SharedPrefixes, AreTheLongestWithAnEarlierPrompt) {
  const std::vector<Ids> prompts = {{1, 2, 3}, {1, 2, 4}, {5}, {1, 2, 4, 4}, {1, 2, 3}, {1}, {}};
  const auto prefixes = shared_prefixes(prompts);
  const auto expect = [&](std::size_t prompt, std::optional<std::size_t> parent, std::size_t length) {
    EXPECT_EQ(prefixes[prompt].parent, parent) << prompt;
    EXPECT_EQ(prefixes[prompt].length, length) << prompt;
  };
  expect(0, {}, 0);
  expect(1, 0, 2);
  expect(2, {}, 0);
  expect(3, 1, 3);
  expect(4, 0, 3);
  expect(5, 0, 1);  // of several as long, the first
  expect(6, {}, 0);
}

Variant edit(HookKind kind, Positions positions, Replacement with = {}) {
  return {{{kind, 1}, {}, std::move(positions), std::move(with)}};
}

TEST(AgreedLength, EndsWhereEditsOfTwoPromptsDiffer) {
  const FedPrompt five = 5, eight = 8;
  const auto agreed = [&](const Variant& variant) { return agreed_length(variant, eight, five, 5); };
  EXPECT_EQ(agreed(edit(HookKind::z, Positions::all())), 5U);
  EXPECT_EQ(agreed(edit(HookKind::z, Positions::last())), 4U);  // the shorter's last is none of the longer's
  EXPECT_EQ(agreed(edit(HookKind::z, Positions::at({1, -3}))), 2U);
  EXPECT_EQ(agreed(edit(HookKind::pattern, Positions::all())), 5U);
}

TEST(AgreedLength, EndsAtTheFirstQueryThatSeesAnotherKeyEdited) {
  const FedPrompt five = 5, eight = 8;
  const auto agreed = [&](Positions queries, Positions keys) {
    Variant variant = edit(HookKind::attn_scores, std::move(queries), Replacement("masked"));
    variant.front().keys = std::move(keys);
    return agreed_length(variant, eight, five, 5);
  };
  EXPECT_EQ(agreed(Positions::all(), Positions::at({1})), 5U);
  EXPECT_EQ(agreed(Positions::all(), Positions::at({-3, 1})), 2U);  // 5 of the longer, 2 of the shorter
  EXPECT_EQ(agreed(Positions::at({4}), Positions::at({-3, 1})), 4U);
  EXPECT_EQ(agreed(Positions::last(), Positions::at({1})), 4U);
}

TEST(AgreedLength, IsNoneOfEditsThatDependOnWhatStandsBehind) {
  const FedPrompt six = 6;
  const auto agreed = [&](const Variant& variant) { return agreed_length(variant, six, six, 4); };
  EXPECT_EQ(agreed(edit(HookKind::mlp_out, Positions::all(), Replacement("mean", "positions"))), 0U);
  EXPECT_EQ(agreed(edit(HookKind::pattern, Positions::all(), Replacement("value", 0.5F))), 0U);
  EXPECT_EQ(agreed(edit(HookKind::pattern, Positions::all(), Replacement("value", 0.0F))), 4U);
}

}  // namespace
}  // namespace hookflow

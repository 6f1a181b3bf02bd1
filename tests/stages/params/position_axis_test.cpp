#include "stages/params/position_axis.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using testing_support::names;
using testing_support::refusal;
using Labels = std::vector<std::int64_t>;
using Cells = std::vector<std::optional<std::size_t>>;

/// Prompts a, b, ... of the given lengths.
pipeline::Prompts prompts_of(const std::vector<std::size_t>& lengths) {
  pipeline::Prompts::Builder prompts({"w.yaml", ":"});
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    prompts.add({std::string(1, static_cast<char>('a' + i)), {}, {}, {}, ""}, 1);
  }
  return prompts.take();
}

PositionAxis axis_of(const Positions& positions, const std::vector<std::size_t>& lengths) {
  testing_support::NoSubject subject;
  const pipeline::Prompts prompts = prompts_of(lengths);
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  TokenFacts tokens;
  tokens.lengths = lengths;
  PositionAxis axis("positions", positions, context, tokens);
  testing_support::raise_refusals(context);
  return axis;
}

constexpr std::nullopt_t kNone = std::nullopt;

TEST(PositionAxis, SlicesFromTheStartAreLabelledByPosition) {
  const PositionAxis axis = axis_of(Positions::slice(1, -1), {5, 3});
  EXPECT_EQ(axis.labels(), (Labels{1, 2, 3}));
  EXPECT_EQ(axis.in(5), (Cells{1, 2, 3}));
  EXPECT_EQ(axis.in(3), (Cells{1, kNone, kNone}));  // its last position is left out, though 2 is a label
  EXPECT_EQ(axis_of(Positions::slice({}, -1), {3}).labels(), (Labels{0, 1}));
  EXPECT_EQ(axis.axis("position").long_name, "position in the prompt, counted from 0");
}

TEST(PositionAxis, SlicesFromTheEndAreLabelledFromTheEnd) {
  const PositionAxis axis = axis_of(Positions::slice(-3, {}), {5, 2});
  EXPECT_EQ(axis.labels(), (Labels{-3, -2, -1}));
  EXPECT_EQ(axis.in(5), (Cells{2, 3, 4}));
  EXPECT_EQ(axis.in(2), (Cells{kNone, 0, 1}));
  EXPECT_EQ(axis.axis("query", "query position").long_name,
            "query position in the prompt, counted from 0, negative from the end");
}

TEST(PositionAxis, HoldsTheLabelsOfEveryLength) {
  const PositionAxis axis = axis_of(Positions::slice(-3, 4), {4, 6});  // 1, 2, 3 of 4; 3 of 6
  EXPECT_EQ(axis.labels(), (Labels{-3, -2, -1}));
  EXPECT_EQ(axis.in(6), (Cells{3, kNone, kNone}));
}

TEST(PositionAxis, ListsKeepTheirOrder) {
  const PositionAxis axis = axis_of(Positions::at({-1, 0}), {5, 3});
  EXPECT_EQ(axis.labels(), (Labels{-1, 0}));
  EXPECT_EQ(axis.in(3), (Cells{2, 0}));
}

TEST(PositionAxis, AllIsPaddedAndLastHasNoAxis) {
  EXPECT_EQ(axis_of(Positions::all(), {3, 1}).in(1), (Cells{0, kNone, kNone}));
  EXPECT_TRUE(axis_of(Positions::all(), {3}).has_axis());
  const PositionAxis last = axis_of(Positions::last(), {5, 3});
  EXPECT_FALSE(last.has_axis());
  EXPECT_EQ(last.in(3), (Cells{2}));
}

TEST(PositionAxis, SaysWhereTheBosTokenIs) {
  TokenFacts tokens;
  tokens.lengths = {5, 3};
  testing_support::NoSubject subject;
  const pipeline::Prompts prompts = prompts_of(tokens.lengths);
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  const auto long_name = [&](const Positions& positions) {
    return PositionAxis("positions", positions, context, tokens).axis("position").long_name;
  };
  EXPECT_EQ(long_name(Positions::all()), "position in the prompt, counted from 0");
  tokens.bos = 96;
  EXPECT_EQ(long_name(Positions::all()), "position in the prompt, counted from 0 (the BOS token)");
  EXPECT_EQ(long_name(Positions::at({-1})),
            "position in the prompt, counted from 0 (the BOS token), negative from the end");
}

TEST(PositionAxis, PromptThatHasNoneIsNamed) {
  const auto problem = [](const Positions& positions, const std::vector<std::size_t>& lengths) {
    return refusal<pipeline::ParamError>([&] { axis_of(positions, lengths); });
  };
  EXPECT_TRUE(
      names(problem(Positions::slice(1, -1), {5, 2}),
            {"positions:\n", "w.yaml:1: prompt 'b': positions 1:-1 select nothing in a prompt of 2 tokens"}));
  EXPECT_TRUE(names(problem(Positions::at({3}), {5, 3, 2}),
                    {"prompt 'b': position 3 is outside", "prompt 'c': position 3 is outside"}));
}

TEST(PositionAxis, IsThatOfThePromptsThatHaveThePositions) {
  testing_support::NoSubject subject;
  const pipeline::Prompts prompts = prompts_of({5, 1, 0});
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  context.refuse(2, "", "unreadable");
  TokenFacts tokens;
  tokens.lengths = {5, 1, 0};
  const PositionAxis axis("positions", Positions::slice(2, {}), context, tokens);
  EXPECT_EQ(axis.labels(), (Labels{2, 3, 4}));
  ASSERT_EQ(context.findings->refused().size(), 2U);
  EXPECT_EQ(context.findings->refused()[1].prompt, 1U);
}

}  // namespace
}  // namespace hookflow::stages

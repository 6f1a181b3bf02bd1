#include <cmath>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/fold_run.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;

const double kNone = std::nan("");

/// x [prompt 2, layer 2, head 3]
const Variable kVariable = {
    "x", Dtype::float64, {numbered("prompt", 2), numbered("layer", 2), numbered("head", 3)}, "nat", "an x"};
const std::vector<double> kValues = {1, 2, 3, 4, 5, kNone, 7, 7, 7, kNone, kNone, kNone};

/// The stage's five variables of x over the named axes.
std::vector<std::vector<double>> fold(const std::string& over, Output* planned = nullptr) {
  auto stage = make_stage("aggregate.moments", "{over: " + over + "}");
  NoSubject subject;
  const Output source;
  const PlanContext context{{}, subject, {{"source", &source, {kVariable}}}, {}, 1};
  const Output output = plan_stage("aggregate.moments", *stage, context);
  if (planned != nullptr) *planned = output;
  MemorySink sink(output.variables);
  std::vector<std::vector<std::unique_ptr<StoredRows>>> inputs(1);
  inputs[0].push_back(std::make_unique<MemoryRows>(kVariable, kValues));
  dynamic_cast<const FoldStage&>(*stage).fold(inputs, sink);
  return sink.values;
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(wanted[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << i;
    } else {
      EXPECT_NEAR(found[i], wanted[i], 1e-12) << i;
    }
  }
}

TEST(Moments, OverTheLastAxisKeepsTheOthers) {
  Output output;
  const auto values = fold("head", &output);
  ASSERT_EQ(output.variables.size(), 5U);
  EXPECT_EQ(output.variables[1].name, "x_mean");
  EXPECT_EQ(output.variables[1].units, "nat");
  ASSERT_EQ(output.variables[1].axes.size(), 2U);
  EXPECT_EQ(output.variables[1].axes[1].name, "layer");
  expect_near(values[0], {3, 2, 3, 0});
  expect_near(values[1], {2, 4.5, 7, kNone});
  expect_near(values[2], {1, std::sqrt(0.5), 0, kNone});
  expect_near(values[3], {1, 4, 7, kNone});
  expect_near(values[4], {3, 5, 7, kNone});
}

TEST(Moments, OverPromptsFoldsTheFirstAxis) {
  const auto values = fold("prompt");
  expect_near(values[0], {2, 2, 2, 1, 1, 0});
  expect_near(values[1], {4, 4.5, 5, 4, 5, kNone});
  expect_near(values[2], {std::sqrt(18.0), std::sqrt(12.5), std::sqrt(8.0), kNone, kNone, kNone});
}

TEST(Moments, OverAllAxesGivesOneNumber) {
  const auto values = fold("[head, prompt, layer]");
  expect_near(values[0], {8});
  expect_near(values[1], {4.5});
  expect_near(values[2], {std::sqrt(40.0 / 7)});
}

TEST(Moments, KeepsTheStatisticsThatAreAskedFor) {
  const Variable variable{"x", Dtype::float64, {numbered("layer", 2), numbered("head", 4)}, "nat", "an x"};
  const FoldRun run = run_fold("aggregate.moments", "{over: head, statistics: [negative_share, mean]}",
                               {{{variable, {-1, 0, kNone, 4, kNone, kNone, kNone, kNone}}}});
  ASSERT_EQ(run.variables.size(), 2U);
  EXPECT_EQ(run.variables.at("x_negative_share").units, "1");
  expect_near(run.values.at("x_negative_share"), {1.0 / 3, kNone});
  expect_near(run.values.at("x_mean"), {1, kNone});
}

TEST(Moments, UnknownStatisticIsRefusedWithTheNearest) {
  const std::string message = refusal<ParamError>(
      [] { make_stage("aggregate.moments", "{over: head, statistics: [negativ_share]}"); });
  EXPECT_TRUE(
      names(message, {"'negativ_share'", "did you mean 'negative_share'", "count, mean, std, min, max"}));
}

TEST(Moments, UnknownAxisIsRefusedWithTheNearest) {
  try {
    fold("heads");
    FAIL();
  } catch (const ParamError& error) {
    EXPECT_STREQ(error.what(),
                 "over: unknown axis 'heads' (did you mean 'head'?); the input has prompt, layer, head");
  }
}

// A figure of the mean needs no name to know what belongs to it.
TEST(Moments, OtherStatisticsTellOfTheMean) {
  Stored value{kVariable, kValues};
  value.variable.ancillary = {"x_change"};
  Stored change{kVariable, kValues};
  change.variable.name = "x_change";
  change.variable.zero_is_neutral = true;
  change.variable.relation = Relation::change;
  const FoldRun run = run_fold("aggregate.moments", "{over: head}", {{value, change}});
  EXPECT_EQ(run.variables.at("x_mean").ancillary,
            (std::vector<std::string>{"x_count", "x_std", "x_min", "x_max", "x_change_mean"}));
  EXPECT_EQ(run.variables.at("x_std").relation, Relation::detail);
  EXPECT_EQ(run.variables.at("x_change_mean").relation, Relation::change);
  EXPECT_TRUE(run.variables.at("x_change_mean").zero_is_neutral);
  EXPECT_TRUE(run.variables.at("x_change_min").zero_is_neutral);
  EXPECT_FALSE(run.variables.at("x_change_std").zero_is_neutral);
  EXPECT_FALSE(run.variables.at("x_mean").zero_is_neutral);
  const FoldRun alone =
      run_fold("aggregate.moments", "{over: head, statistics: [std, negative_share]}", {{value}});
  EXPECT_EQ(alone.variables.at("x_std").relation, Relation::itself);
}

}  // namespace
}  // namespace hookflow::stages

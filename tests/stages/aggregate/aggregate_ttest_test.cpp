#include "pipeline/yaml/param.hpp"
#include "stages/aggregate/paired_fold.hpp"
#include "stages/statistics/p_corrections.hpp"
#include "tests/support/fold_run.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;
using nlohmann::json;

const double kNone = std::nan("");
const double kInfinity = std::numeric_limits<double>::infinity();

FoldRun test(const std::string& params, const std::vector<Stored>& a, const std::vector<Stored>& b = {}) {
  return run_fold("aggregate.ttest", "{over: pair, " + params + "}", {a, b});
}

Stored sample(const std::string& name, const std::vector<double>& values) {
  return stored(name, {{"pair", values.size()}}, values);
}

std::string refused(const std::string& params, const std::vector<Stored>& a,
                    const std::vector<Stored>& b = {}) {
  return refusal<ParamError>([&] { run_fold("aggregate.ttest", "{" + params + "}", {a, b}); });
}

bool is_degenerate(const json& entry) { return entry["name"].get<std::string>().starts_with("degenerate_"); }

TEST(TTest, AgreesWithScipy) {
  std::size_t compared = 0;
  for (const json& entry : statistics_reference("ttest")) {
    if (is_degenerate(entry)) continue;
    SCOPED_TRACE(entry["kind"].get<std::string>() + " " + entry["name"].get<std::string>());
    std::vector<Stored> b;
    if (!entry["b"].is_null()) b.push_back(sample("x", numbers(entry["b"])));
    const FoldRun run = test("kind: " + entry["kind"].get<std::string>() + ", mean: " + entry["mean"].dump(),
                             {sample("x", numbers(entry["a"]))}, b);
    for (const char* key : {"t", "df", "p", "mean_difference", "ci_low", "ci_high", "cohens_d"})
      EXPECT_TRUE(close(run.values.at(std::string("x_") + key).at(0), number(entry[key]), 1e-8)) << key;
    EXPECT_EQ(run.values.at("x_note").at(0), 0);
    ++compared;
  }
  EXPECT_GT(compared, 25U);
}

TEST(TTest, CorrectionsAgreeWithScipy) {
  for (const json& entry : statistics_reference("corrections")) {
    SCOPED_TRACE(entry["name"]);
    for (const char* correction : {"bonferroni", "holm", "benjamini_hochberg"}) {
      SCOPED_TRACE(correction);
      expect_values(adjust_p(numbers(entry["p"]), correction), numbers(entry[correction]));
    }
  }
}

TEST(TTest, CorrectionsLeaveOutWhatIsNoTest) {
  expect_values(adjust_p({0.01, kNone, 0.04}, "bonferroni"), {0.02, kNone, 0.08});
  expect_values(adjust_p({0.01, kNone, 0.04}, "holm"), {0.02, kNone, 0.04});
  expect_values(adjust_p({0.01, kNone, 0.04}, "benjamini_hochberg"), {0.02, kNone, 0.04});
}

// A layer below the silenced one differs by exactly 0: not significant, and no NaN.
TEST(TTest, DegenerateSamplesAreNoted) {
  struct Case {
    std::vector<double> values;
    double note, t, p, df, difference, low, d, significant, count;
  };
  const std::vector<Case> cases = {
      {{2, 2, 2}, 1, 0, 1, 2, 0, 0, 0, 0, 3},
      {{3, 3, kNone}, 2, kInfinity, 0, 1, 1, 1, kInfinity, 1, 2},
      {{0.1, 0.1, 0.1}, 2, -kInfinity, 0, 2, 0.1 - 2, 0.1 - 2, -kInfinity, 1, 3},
      {{5, kNone, kNone}, 3, kNone, kNone, kNone, 3, kNone, kNone, 0, 1},
      {{kNone, kNone, kNone}, 3, kNone, kNone, kNone, kNone, kNone, kNone, 0, 0},
      {{1, kInfinity, 2}, 4, kNone, kNone, kNone, kNone, kNone, kNone, 0, 3},
  };
  for (const Case& wanted : cases) {
    SCOPED_TRACE(wanted.values[0]);
    const FoldRun run = test("mean: 2", {sample("x", wanted.values)});
    const auto value = [&](const std::string& suffix) { return run.values.at("x_" + suffix).at(0); };
    EXPECT_EQ(value("note"), wanted.note);
    EXPECT_TRUE(close(value("t"), wanted.t, 0));
    EXPECT_TRUE(close(value("p"), wanted.p, 0));
    EXPECT_TRUE(close(value("df"), wanted.df, 0));
    EXPECT_TRUE(close(value("mean_difference"), wanted.difference, 1e-15));
    EXPECT_TRUE(close(value("ci_low"), wanted.low, 1e-15));
    EXPECT_TRUE(close(value("ci_high"), wanted.low, 1e-15));
    EXPECT_TRUE(close(value("cohens_d"), wanted.d, 0));
    EXPECT_EQ(value("significant"), wanted.significant);
    EXPECT_TRUE(close(value("p_adjusted"), wanted.p, 0));
    EXPECT_EQ(value("count"), wanted.count);
  }
}

TEST(TTest, DegeneratePairsAreNoted) {
  const auto note = [](const std::vector<double>& a, const std::vector<double>& b) {
    return test("kind: paired", {sample("x", a)}, {sample("x", b)}).values.at("x_note").at(0);
  };
  EXPECT_EQ(note({1, 2, 3}, {1, 2, 3}), 1);
  EXPECT_EQ(note({1, 2, 3}, {2, 3, 4}), 2);
  EXPECT_EQ(note({1, 2, kNone}, {2, kNone, 3}), 3);
  EXPECT_EQ(note({kInfinity, 2, 1}, {kInfinity, 3, 1}), 4);
}

TEST(TTest, DegenerateIndependentSamplesAreNoted) {
  const auto run = [](const std::vector<double>& a, const std::vector<double>& b) {
    return test("kind: independent", {sample("x", a)}, {sample("x", b)}).values;
  };
  EXPECT_EQ(run({1, 1}, {1, 1, 1}).at("x_note").at(0), 1);
  EXPECT_EQ(run({1, 1}, {2, 2, 2}).at("x_note").at(0), 2);
  EXPECT_EQ(run({1, 1}, {2, 2, 2}).at("x_df").at(0), 3);
  EXPECT_EQ(run({1, kNone}, {2, 2, 5}).at("x_note").at(0), 3);
  EXPECT_EQ(run({1, 2}, {2, -kInfinity}).at("x_note").at(0), 4);
  EXPECT_EQ(run({1, kNone}, {2, 2, 5}).at("x_count").at(0), 1);
  EXPECT_EQ(run({1, kNone}, {2, 2, 5}).at("x_count_b").at(0), 3);
}

// Squares of these leave the range of a double.
TEST(TTest, HugeAndTinyValuesKeepTheirVariance) {
  for (const double scale : {1e-310, 1e-200, 1e200, 1e307}) {
    SCOPED_TRACE(scale);
    const FoldRun run = test("mean: 0", {sample("x", {1 * scale, 2 * scale, 4 * scale})});
    EXPECT_TRUE(close(run.values.at("x_t").at(0), 7 / std::sqrt(7.0), 1e-8));
    EXPECT_TRUE(close(run.values.at("x_mean_difference").at(0), scale * 7 / 3, 1e-8));
  }
}

/// y [layer 2, head 2, pair 3]
const std::vector<std::pair<std::string, std::size_t>> kAxes = {{"layer", 2}, {"head", 2}, {"pair", 3}};
const std::vector<double> kValues = {1, 2, 4, 2, 2, 2, 5, 6, 9, -1, 0, 3};

TEST(TTest, KeepsTheOtherAxesAndTheUnits) {
  const FoldRun run = test("corrections: [none, bonferroni], across: layer", {stored("y", kAxes, kValues)});
  const Variable& t = run.variables.at("y_t");
  ASSERT_EQ(t.axes.size(), 2U);
  EXPECT_EQ(t.axes[1].name, "head");
  EXPECT_EQ(t.units, "1");
  EXPECT_EQ(run.variables.at("y_ci_low").units, "nat");
  const Variable& adjusted = run.variables.at("y_p_adjusted");
  ASSERT_EQ(adjusted.axes.size(), 3U);
  EXPECT_EQ(adjusted.axes[2].coordinates, Coordinates(std::vector<std::string>{"none", "bonferroni"}));
  expect_values(run.values.at("y_note"), {0, 2, 0, 0});
  EXPECT_TRUE(close(run.values.at("y_t")[2], (20.0 / 3) / std::sqrt(13.0 / 9), 1e-12));
}

TEST(TTest, CorrectsWithinEachFamily) {
  const auto run = [](const std::string& across) {
    return test("corrections: [none, bonferroni], across: " + across, {stored("y", kAxes, kValues)}).values;
  };
  const auto by_layer = run("layer");
  const auto by_both = run("[layer, head]");
  const std::vector<double>& p = by_layer.at("y_p");
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(by_layer.at("y_p_adjusted")[2 * i], p[i]);
    EXPECT_EQ(by_layer.at("y_p_adjusted")[2 * i + 1], std::min(1.0, 2 * p[i]));
    EXPECT_EQ(by_both.at("y_p_adjusted")[2 * i + 1], std::min(1.0, 4 * p[i]));
    EXPECT_EQ(by_both.at("y_significant")[2 * i + 1], 4 * p[i] <= 0.05 ? 1 : 0);
  }
}

TEST(TTest, RepeatsWhatBLacks) {
  const std::vector<double> clean = {0.5, 2, 3, 1, 7, 4};
  const FoldRun repeated = test("kind: paired", {stored("y", kAxes, kValues)},
                                {stored("clean", {{"layer", 2}, {"pair", 3}}, clean)});
  const FoldRun whole = test("kind: paired", {stored("y", kAxes, kValues)},
                             {stored("y", kAxes, {0.5, 2, 3, 0.5, 2, 3, 1, 7, 4, 1, 7, 4})});
  expect_values(repeated.values.at("y_t"), whole.values.at("y_t"), 0);
  // without the first axis, and in another order
  const FoldRun turned = test("kind: paired", {stored("y", kAxes, kValues)},
                              {stored("clean", {{"pair", 3}, {"head", 2}}, {0.5, 1, 2, 7, 3, 4})});
  const FoldRun turned_whole = test("kind: paired", {stored("y", kAxes, kValues)},
                                    {stored("y", kAxes, {0.5, 2, 3, 1, 7, 4, 0.5, 2, 3, 1, 7, 4})});
  expect_values(turned.values.at("y_t"), turned_whole.values.at("y_t"), 0);
}

TEST(TTest, IndependentSamplesMayDifferInLength) {
  const std::vector<double> others = {1, 2, 3, 5, 8, 8, 9, 1};
  const FoldRun run = test("kind: independent", {stored("y", kAxes, kValues)},
                           {stored("z", {{"pair", 4}, {"head", 2}}, others)});
  const FoldRun single = test("kind: independent", {sample("x", {-1, 0, 3})}, {sample("x", {2, 5, 8, 1})});
  EXPECT_EQ(run.values.at("y_t").at(3), single.values.at("x_t").at(0));
  EXPECT_EQ(run.values.at("y_df").at(3), single.values.at("x_df").at(0));
}

TEST(TTest, FoldsTheFirstAxis) {
  const FoldRun run =
      run_fold("aggregate.ttest", "{over: [layer, pair], kind: paired}",
               {{stored("y", kAxes, kValues)}, {stored("y", kAxes, std::vector<double>(12, 1))}});
  const FoldRun flat = test("mean: 1", {sample("x", {2, 2, 2, -1, 0, 3})});
  expect_values({run.values.at("y_t").at(1)}, {flat.values.at("x_t").at(0)});
}

TEST(TTest, RefusesParametersThatDoNotFit) {
  const Stored y = stored("y", kAxes, kValues);
  EXPECT_TRUE(names(refused("over: pairs", {y}), {"over: unknown axis 'pairs'", "did you mean 'pair'"}));
  EXPECT_TRUE(names(refused("over: pair", {stored("y", {{"layer", 2}, {"pair", 1}}, {1, 2})}),
                    {"over: 'pair' of 'y' has 1 value", "2 or more"}));
  EXPECT_TRUE(names(refused("over: pair, kind: paired", {y}), {"in: the input 'b' is missing", "paired"}));
  EXPECT_TRUE(names(refused("over: pair", {y}, {y}), {"kind: one_sample", "the input b is given"}));
  EXPECT_TRUE(names(refused("over: pair, kind: pared", {y}), {"'pared'", "did you mean 'paired'"}));
  EXPECT_TRUE(names(refused("over: pair, kind: paired, mean: 1", {y}, {y}), {"mean: ", "one_sample"}));
  EXPECT_TRUE(names(refused("over: pair, confidence: 1", {y}), {"1 is out of range", "between 0 and 1"}));
  EXPECT_TRUE(names(refused("over: pair, alpha: 0", {y}), {"0 is out of range", "between 0 and 1"}));
  EXPECT_TRUE(names(refused("over: pair, corrections: holm", {y}), {"across: ", "holm", "missing"}));
  EXPECT_TRUE(names(refused("over: pair, corrections: hol, across: layer", {y}), {"'hol'", "'holm'"}));
  EXPECT_TRUE(names(refused("over: pair, corrections: holm, across: layers", {y}),
                    {"across: 'layers' is not an axis of 'y'", "did you mean 'layer'", "layer, head"}));
  EXPECT_TRUE(
      names(refused("over: pair, corrections: holm, across: pair", {y}), {"across: 'pair' is in `over`"}));
  EXPECT_TRUE(
      names(refused("over: pair", {stored("y", {{"correction", 2}, {"pair", 3}}, {1, 2, 3, 4, 5, 6})}),
            {"over: 'y' would keep its axis 'correction'"}));
}

TEST(TTest, RefusesInputsThatDoNotFit) {
  const Stored y = stored("y", kAxes, kValues);
  const Stored x = stored("x", kAxes, kValues);
  EXPECT_TRUE(names(refused("over: pair, kind: paired", {y, x}, {x}), {"in: b: ", "no variable 'y'"}));
  EXPECT_TRUE(names(refused("over: pair, kind: paired", {y}, {stored("y", {{"pair", 4}}, {1, 2, 3, 4})}),
                    {"in: axis 'pair' has 3 labels in a and 4 in b"}));
  EXPECT_TRUE(names(refused("over: pair, kind: paired", {y}, {stored("y", {{"layer", 2}}, {1, 2})}),
                    {"over: 'y' of b has no axis 'pair'"}));
  EXPECT_TRUE(names(
      refused("over: pair, kind: independent", {y}, {stored("y", {{"place", 1}, {"pair", 3}}, {1, 2, 3})}),
      {"in: b has an axis 'place' that a lacks", "layer, head, pair"}));
  EXPECT_TRUE(names(refused("over: pair, kind: paired", {y},
                            {stored("y", {{"head", 2}, {"layer", 2}, {"pair", 3}}, kValues)}),
                    {"in: axis 'layer' is first"}));
  Stored relabelled = y;
  relabelled.variable.axes[1].coordinates = std::vector<std::int64_t>{0, 7};
  EXPECT_TRUE(names(refused("over: pair, kind: independent", {y}, {relabelled}),
                    {"in: axis 'head' has the label 1 in a where b has 7, at index 1"}));
}

TEST(TTest, AllElseTellsOfTheMeanDifference) {
  const FoldRun run = run_fold("aggregate.ttest", "{over: head}",
                               {{stored("x", {{"layer", 2}, {"head", 3}}, {1, 2, 3, 4, 5, 6})}, {}});
  const Variable& difference = run.variables.at("x_mean_difference");
  EXPECT_TRUE(difference.zero_is_neutral);
  EXPECT_EQ(difference.relation, Relation::itself);
  EXPECT_EQ(difference.ancillary.size(), run.variables.size() - 1);
  EXPECT_EQ(run.variables.at("x_ci_low").relation, Relation::lower);
  EXPECT_EQ(run.variables.at("x_ci_high").relation, Relation::upper);
  EXPECT_EQ(run.variables.at("x_p").relation, Relation::p_value);
  EXPECT_EQ(run.variables.at("x_p_adjusted").relation, Relation::p_value);
  EXPECT_EQ(run.variables.at("x_significant").relation, Relation::significant);
  EXPECT_EQ(run.variables.at("x_t").relation, Relation::detail);
}

}  // namespace
}  // namespace hookflow::stages

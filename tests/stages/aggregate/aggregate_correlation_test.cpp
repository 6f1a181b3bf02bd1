#include "pipeline/yaml/param.hpp"
#include "stages/subject/token_id.hpp"
#include "tests/support/fold_run.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;
using nlohmann::json;

const double kNone = std::nan("");
const double kInfinity = std::numeric_limits<double>::infinity();

FoldRun correlate(const std::string& params, const Stored& a, const Stored& b) {
  return run_fold("aggregate.correlation", "{" + params + "}", {{a}, {b}});
}

Stored sample(const std::string& name, const std::vector<double>& values) {
  return stored(name, {{"pair", values.size()}}, values);
}

TEST(Correlation, AgreesWithScipy) {
  std::size_t compared = 0;
  for (const json& entry : statistics_reference("correlation")) {
    const std::string name = entry["name"];
    if (name.starts_with("degenerate_")) continue;
    SCOPED_TRACE(name + " " + entry["method"].get<std::string>());
    const FoldRun run = correlate("over: pair, methods: " + entry["method"].get<std::string>(),
                                  sample("x", numbers(entry["a"])), sample("x", numbers(entry["b"])));
    const double r = number(entry["r"]);
    EXPECT_NEAR(run.values.at("x_r").at(0), r, std::max(1e-9 * std::abs(r), 1e-17));
    if (name.starts_with("perfect_")) {
      EXPECT_NEAR(run.values.at("x_p").at(0), number(entry["p"]), 1e-12);
    } else {
      EXPECT_TRUE(close(run.values.at("x_p").at(0), number(entry["p"]), 1e-7));
    }
    EXPECT_EQ(run.values.at("x_note").at(0), 0);
    ++compared;
  }
  EXPECT_GT(compared, 20U);
}

TEST(Correlation, DegenerateSamplesAreNoted) {
  struct Case {
    std::vector<double> a, b;
    double note_pearson, note_spearman, r_pearson, r_spearman, p;  // p where r is no NaN
  };
  const std::vector<Case> cases = {
      {{0.1, 0.1, 0.1, 0.1}, {1, 2, 3, 4}, 1, 1, kNone, kNone, 0},
      {{1, kNone, 2}, {1, 2, kNone}, 2, 2, kNone, kNone, 0},
      {{kNone, kNone}, {1, 2}, 2, 2, kNone, kNone, 0},
      {{1, 2, 7}, {5, 3, kNone}, 3, 3, -1, -1, 1},
      {{1, 2, kInfinity}, {1, 2, 3}, 4, 0, kNone, 1, 0},
  };
  for (const Case& wanted : cases) {
    SCOPED_TRACE(wanted.note_pearson);
    const FoldRun run =
        correlate("over: pair, methods: [pearson, spearman]", sample("x", wanted.a), sample("x", wanted.b));
    expect_values(run.values.at("x_note"), {wanted.note_pearson, wanted.note_spearman});
    expect_values(run.values.at("x_r"), {wanted.r_pearson, wanted.r_spearman});
    expect_values(run.values.at("x_p"), {std::isnan(wanted.r_pearson) ? kNone : wanted.p,
                                         std::isnan(wanted.r_spearman) ? kNone : wanted.p});
  }
}

// A mean that is off in the last place would make of these anything.
TEST(Correlation, LargeOffsetsKeepTheirDigits) {
  const double offset = 1e12;
  const FoldRun run = correlate("over: pair", sample("x", {offset + 1, offset + 2, offset + 4}),
                                sample("y", {-offset + 3, -offset + 1, -offset + 2}));
  const FoldRun plain = correlate("over: pair", sample("x", {1, 2, 4}), sample("y", {3, 1, 2}));
  expect_values(run.values.at("x_y_r"), plain.values.at("x_y_r"), 1e-12);
  EXPECT_NE(run.variables.at("x_y_p").long_name, "");
}

/// y [prompt 2, layer 2, pair 3] and its partner, which has no prompts
const Stored kMany =
    stored("y", {{"prompt", 2}, {"layer", 2}, {"pair", 3}}, {1, 2, 4, 2, 9, 3, 5, 6, 9, -1, 0, 3});
const Stored kFew = stored("z", {{"layer", 2}, {"pair", 3}}, {1, 2, 5, 3, 1, 2});

TEST(Correlation, KeepsTheOtherAxesAndRepeatsWhatBLacks) {
  const FoldRun run = correlate("over: pair, methods: [spearman, pearson]", kMany, kFew);
  const Variable& r = run.variables.at("y_z_r");
  ASSERT_EQ(r.axes.size(), 3U);
  EXPECT_EQ(r.axes[1].name, "layer");
  EXPECT_EQ(r.axes[2].coordinates, Coordinates(std::vector<std::string>{"spearman", "pearson"}));
  expect_values(run.values.at("y_z_count"), {3, 3, 3, 3});
  const FoldRun last = correlate("over: pair", sample("x", {-1, 0, 3}), sample("x", {3, 1, 2}));
  EXPECT_EQ(run.values.at("y_z_r").at(7), last.values.at("x_r").at(0));
  EXPECT_EQ(run.values.at("y_z_r").at(6), -0.5);
}

TEST(Correlation, FoldsTheFirstAxis) {
  const FoldRun run = correlate(
      "over: [prompt, pair], methods: [spearman, pearson]", kMany,
      stored("z", {{"prompt", 2}, {"layer", 2}, {"pair", 3}}, {1, 2, 5, 3, 1, 2, 1, 2, 5, 3, 1, 2}));
  const FoldRun flat = correlate("over: pair, methods: [spearman, pearson]", sample("x", {2, 9, 3, -1, 0, 3}),
                                 sample("x", {3, 1, 2, 3, 1, 2}));
  EXPECT_EQ(run.values.at("y_z_r").at(2), flat.values.at("x_r").at(0));
  EXPECT_EQ(run.values.at("y_z_r").at(3), flat.values.at("x_r").at(1));
}

// More pairs than are held at once: the cells are ranked in several passes.
TEST(Correlation, RanksManyCellsInPasses) {
  const std::size_t prompts = 1500;
  const std::size_t cells = 4000;
  std::vector<double> a(prompts * cells);
  std::vector<double> b(prompts * cells);
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::size_t prompt = i / cells;
    a[i] = static_cast<double>(prompt);
    b[i] = i % cells == cells - 1 ? -static_cast<double>(prompt) : static_cast<double>(prompt * prompt);
  }
  const FoldRun run =
      correlate("over: prompt, methods: spearman", stored("y", {{"prompt", prompts}, {"cell", cells}}, a),
                stored("y", {{"prompt", prompts}, {"cell", cells}}, b));
  std::vector<double> wanted(cells, 1);
  wanted.back() = -1;
  expect_values(run.values.at("y_r"), wanted);
  expect_values(run.values.at("y_count"), std::vector<double>(cells, static_cast<double>(prompts)));
}

TEST(Correlation, RefusesWhatDoesNotFit) {
  const auto refused = [](const std::string& params, const Stored& a, const Stored& b) {
    return refusal<ParamError>([&] { correlate(params, a, b); });
  };
  EXPECT_TRUE(
      names(refused("over: pairs", kMany, kFew), {"over: unknown axis 'pairs'", "did you mean 'pair'"}));
  EXPECT_TRUE(
      names(refused("over: pair, methods: pearsn", kMany, kFew), {"'pearsn'", "did you mean 'pearson'"}));
  EXPECT_TRUE(names(refused("over: pair", kFew, kMany), {"in: b has an axis 'prompt' that a lacks"}));
  EXPECT_TRUE(names(refused("over: pair", kMany, sample("y", {1, 2})),
                    {"in: axis 'pair' has 3 labels in a and 2 in b"}));
  EXPECT_TRUE(names(refused("over: [prompt, pair]", kMany, sample("y", {1, 2, 3})),
                    {"over: 'y' of b has no axis 'prompt'"}));
  EXPECT_TRUE(names(refused("over: pair", stored("y", {{"layer", 2}, {"pair", 1}}, {1, 2}), kFew),
                    {"over: 'pair' of 'y' has 1 value"}));
  Stored tokens = kFew;
  tokens.variable.units = kTokenId;
  EXPECT_TRUE(names(refused("over: pair", kMany, tokens), {"in: 'z' of b holds token ids"}));
}

}  // namespace
}  // namespace hookflow::stages

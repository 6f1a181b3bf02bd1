#include "stages/aggregate/prompt_groups.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/fold_run.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::Axis;
using pipeline::ParamError;
using Words = std::vector<std::string>;

const Words kTemplates = {"B", "A", "B",
                          "B", "A", "A"};  // of each prompt; in the order of first appearance B, A
const Words kCountries = {"x", "x", "y", "x", "x", "x"};

pipeline::Prompts six_prompts(const Words& templates = kTemplates) {
  std::vector<pipeline::Prompt> rows;
  for (std::size_t i = 0; i < templates.size(); ++i)
    rows.push_back(
        ids_prompt("p" + std::to_string(i), {1}, {{"template", templates[i]}, {"land", kCountries[i]}}));
  return as_prompts(rows);
}

/// Random numbers [prompt, head] of which some are missing, the rows of these prompts.
Stored rows_of(const std::string& name, const std::vector<std::size_t>& prompts, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<double> all;
  for (int i = 0; i < 6 * 3; ++i)
    all.push_back(random() % 7 == 0 ? std::nan("") : static_cast<double>(random() % 1000) / 250 - 2);
  std::vector<double> chosen;
  for (const std::size_t prompt : prompts)
    chosen.insert(chosen.end(), &all[prompt * 3], &all[prompt * 3] + 3);
  return stored(name, {{"prompt", prompts.size()}, {"head", 3}}, chosen);
}

Words axis_names(const pipeline::Variable& variable) {
  Words names;
  for (const Axis& axis : variable.axes) names.push_back(axis.name);
  return names;
}

void expect_equal_bits(const double* found, const std::vector<double>& wanted, const std::string& what) {
  for (std::size_t i = 0; i < wanted.size(); ++i)
    EXPECT_TRUE(found[i] == wanted[i] || (std::isnan(found[i]) && std::isnan(wanted[i]))) << what << " " << i;
}

struct Case {
  std::string stage;
  std::string params;
  bool two_inputs = false;
};

const std::vector<Case> kCases = {
    {"aggregate.moments", "over: prompt, statistics: [count, mean, std, min, max, negative_share]"},
    {"aggregate.moments", "over: [head, prompt]"},
    {"aggregate.ttest", "over: prompt, corrections: [holm], across: head"},
    {"aggregate.ttest", "over: prompt, kind: paired", true},
    {"aggregate.ttest", "over: [prompt, head], kind: independent", true},
    {"aggregate.correlation", "over: prompt, methods: [pearson, spearman]", true},
    {"aggregate.correlation", "over: [prompt, head], methods: [spearman, pearson]", true},
    {"aggregate.histogram", "over: prompt, bins: 4, range: [-2, 2]"},
    {"aggregate.histogram", "over: [prompt, head], edges: [-1, 0, 2]"},
    {"aggregate.density", "over: prompt, grid: {from: -3, to: 3, count: 7}"},
    {"aggregate.density", "over: [prompt, head], grid: {from: -3, to: 3, count: 7}, bandwidth: silverman"},
    {"aggregate.similarity", "between: head, matrix: true, bins: 5, shuffle: 3"},
};

// In `by` each group is what the whole would be had the other prompts never been.
TEST(PromptGroups, AGroupsResultsAreThoseOfItsPromptsAlone) {
  const std::vector<std::vector<std::size_t>> groups = {{0, 2, 3}, {1, 4, 5}};
  for (const Case& tried : kCases) {
    const auto run = [&](const std::string& by, const std::vector<std::size_t>& prompts,
                         const Words& templates) {
      std::vector<std::vector<Stored>> ports = {{rows_of("x", prompts, 4)}};
      if (tried.two_inputs) ports.push_back({rows_of("x", prompts, 5)});
      if (!tried.two_inputs && tried.stage == "aggregate.ttest") ports.emplace_back();
      return run_fold(tried.stage, "{" + tried.params + by + "}", ports, six_prompts(templates));
    };
    const FoldRun grouped = run(", by: template", {0, 1, 2, 3, 4, 5}, kTemplates);
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const FoldRun alone = run("", groups[g], Words(3, "B"));
      ASSERT_EQ(alone.values.size(), grouped.values.size());
      for (const auto& [name, wanted] : alone.values) {
        const auto& axes = grouped.variables.at(name).axes;
        const bool is_grouped = std::ranges::find(axes, "template", &Axis::name) != axes.end();
        const std::string what = tried.stage + " " + tried.params + " " + name;
        ASSERT_EQ(grouped.values.at(name).size(), wanted.size() * (is_grouped ? 2 : 1)) << what;
        expect_equal_bits(grouped.values.at(name).data() + (is_grouped ? g * wanted.size() : 0), wanted,
                          what);
      }
    }
  }
}

TEST(PromptGroups, AnAxisNamedAsTheColumnTakesThePlaceOfThePrompts) {
  const std::vector<Stored> ports = {rows_of("x", {0, 1, 2, 3, 4, 5}, 4)};
  const FoldRun run = run_fold("aggregate.moments", "{over: prompt, by: template}", {ports}, six_prompts());
  const pipeline::Variable& mean = run.variables.at("x_mean");
  EXPECT_EQ(axis_names(mean), (Words{"template", "head"}));
  EXPECT_EQ(mean.axes[0].coordinates, pipeline::Coordinates(Words{"B", "A"}))
      << "in order of first appearance";
  const FoldRun both =
      run_fold("aggregate.moments", "{over: [prompt, head], by: template}", {ports}, six_prompts());
  EXPECT_EQ(axis_names(both.variables.at("x_mean")), Words{"template"});
}

TEST(PromptGroups, SeveralColumnsAreAnAxisEach) {
  std::vector<double> values = {1, 2, 4, 8, 16, 32};
  const FoldRun run = run_fold("aggregate.moments", "{over: prompt, by: [template, land]}",
                               {{stored("x", {{"prompt", 6}}, values)}}, six_prompts());
  EXPECT_EQ(axis_names(run.variables.at("x_count")), (Words{"template", "land"}));
  EXPECT_EQ(run.values.at("x_count"), (std::vector<double>{2, 1, 3, 0}));
  expect_values(run.values.at("x_mean"), {4.5, 4, 50.0 / 3, std::nan("")});
}

TEST(PromptGroups, PromptsNeedNotStandFirst) {
  std::vector<double> values = {1, 2, 4, 8, 16, 32, 10, 20, 40, 80, 160, 320};
  for (const std::string by : {"template", "land"}) {
    const FoldRun run =
        run_fold("aggregate.moments", "{over: prompt, statistics: mean, by: [template, land]}",
                 {{stored("x", {{"layer", 2}, {"prompt", 6}}, values)}}, six_prompts());
    EXPECT_EQ(axis_names(run.variables.at("x_mean")), (Words{"layer", "template", "land"}));
    expect_values(run.values.at("x_mean"), {4.5, 4, 50.0 / 3, std::nan(""), 45, 40, 500.0 / 3, std::nan("")});
  }
}

TEST(PromptGroups, AGroupWithoutValuesHasNoSimilarity) {
  Stored x = rows_of("x", {0, 1, 2, 3, 4, 5}, 4);
  for (const std::size_t failed : {0, 2, 3}) std::fill_n(&x.values[failed * 3], 3, std::nan(""));
  const FoldRun run = run_fold("aggregate.similarity", "{between: head, by: template}", {{x}}, six_prompts());
  EXPECT_EQ(run.values.at("cosine_pairs")[0], 0);
  EXPECT_TRUE(std::isnan(run.values.at("cosine_mean")[0]));
}

std::string refused(const std::string& stage, const std::string& params,
                    const pipeline::Prompts& prompts = six_prompts(),
                    const Stored& x = rows_of("x", {0, 1, 2, 3, 4, 5}, 4)) {
  return refusal<ParamError>([&] { run_fold(stage, "{" + params + "}", {{x}, {}}, prompts); });
}

TEST(PromptGroups, PromptsThatAreKeptCannotBeGrouped) {
  EXPECT_TRUE(names(refused("aggregate.moments", "over: head, by: template"),
                    {"by: groups prompts, but `over` does not aggregate over them", "must include prompt"}));
  EXPECT_TRUE(
      names(refused("aggregate.moments", "over: promt, by: template"), {"over: unknown axis 'promt'"}));
  EXPECT_TRUE(names(refused("aggregate.similarity", "between: prompt, by: template"),
                    {"by: groups prompts", "'x' are along 'head'"}));
}

TEST(PromptGroups, PromptsWithoutAValueAreListed) {
  const std::string missing = refused("aggregate.moments", "over: prompt, by: templat");
  EXPECT_TRUE(names(
      missing,
      {"by:\nw.yaml:1: prompt 'p0': has no column 'templat' (did you mean 'template'?)", "prompt 'p5'"}));
  const std::string empty =
      refused("aggregate.moments", "over: prompt, by: template", six_prompts({"", "A", "", "B", "B", "A"}));
  EXPECT_TRUE(names(empty, {"prompt 'p0': has no value in the column 'template'", "prompt 'p2'"}));
  EXPECT_EQ(empty.find("'p1'"), std::string::npos);
}

TEST(PromptGroups, NamesOfAxesAreTaken) {
  const auto named = [](const std::string& column) {
    return as_prompts({ids_prompt("a", {1}, {{column, "x"}}), ids_prompt("b", {1}, {{column, "y"}})});
  };
  const Stored two = rows_of("x", {0, 1}, 4);
  EXPECT_TRUE(names(refused("aggregate.moments", "over: prompt, by: head", named("head"), two),
                    {"by: 'x' has an axis 'head' already", "another name"}));
  EXPECT_TRUE(names(refused("aggregate.histogram", "over: prompt, bins: 2, by: bin", named("bin"), two),
                    {"by: the results have an axis 'bin' of their own", "another name"}));
}

}  // namespace
}  // namespace hookflow::stages

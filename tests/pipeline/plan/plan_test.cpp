#include <array>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/command/dry_run.hpp"
#include "pipeline/error.hpp"
#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/format/group_contents.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/toy_stages.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::refusal;
using Words = std::vector<std::string>;

const std::string kSweep = R"(
  tokens: {stage: tokenize}
  clean: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: clean, at: "blocks.*.attn.hook_z[*]", with: [zero, {mean: head}], rows: 10}
  scores: {stage: measure.prediction, in: [clean, silenced], tokens: [target, contrast]}
  by_layer: {stage: aggregate.moments, in: scores.prob, over: head}
)";

/// A workflow on a model of 2 layers of 3 heads, with prompts of 3 and 2 tokens.
std::string workflow(const std::string& stages = kSweep,
                     const std::string& keys = "keep: [scores, by_layer]\n") {
  return "workflow: sweep\nmodel: " + testing_support::golden_model("three_heads") + "\n" + keys + R"(prompts:
  - {id: a, ids: [5, 6, 7], target: 1, contrast: 2}
  - {id: b, ids: [8, 9], target: 3, contrast: 4}
stages:)" +
         stages;
}

PlannedRun run_of(const std::string& text, const Words& settings = {}) {
  return make_plan(read_workflow_text(text, "w.yaml", ".", settings));
}
Plan plan_of(const std::string& text, const Words& settings = {}) { return run_of(text, settings).plan; }
std::string problems_of(const std::string& text, const Words& settings = {}) {
  return refusal<UsageError>([&] { plan_of(text, settings); });
}

const PlannedStage& stage_of(const Plan& plan, const std::string& id) {
  for (const PlannedStage& stage : plan.stages) {
    if (stage.spec->id == id) return stage;
  }
  throw std::logic_error("no stage " + id);
}
const Variable& variable_of(const PlannedStage& stage, const std::string& name) {
  for (const Variable& variable : stage.variables) {
    if (variable.name == name) return variable;
  }
  throw std::logic_error("no variable " + name);
}
Words axes_of(const Variable& variable) {
  Words axes;
  for (const Axis& axis : variable.axes) axes.push_back(axis.name + " " + std::to_string(axis.size()));
  return axes;
}

TEST(Plan, VariablesHaveTheAxesOfTheirLane) {
  const Plan plan = plan_of(workflow());
  const PlannedStage& scores = stage_of(plan, "scores");
  EXPECT_EQ(axes_of(variable_of(scores, "log_prob")),
            (Words{"prompt 2", "replacement 2", "layer 2", "head 3", "token 2"}));
  EXPECT_EQ(axes_of(variable_of(scores, "top_token")),
            (Words{"prompt 2", "replacement 2", "layer 2", "head 3"}));
  EXPECT_EQ(variable_of(scores, "log_prob").axes[0].coordinates, Coordinates(Words{"a", "b"}));
  EXPECT_EQ(variable_of(scores, "log_prob").axes[4].coordinates, Coordinates(Words{"target", "contrast"}));
}

TEST(Plan, InputNamesOneVariable) {
  const Plan plan = plan_of(workflow());
  const PlannedStage& folded = stage_of(plan, "by_layer");
  for (const Variable& variable : folded.variables)
    EXPECT_EQ(variable.name.rfind("prob_", 0), 0U) << variable.name;
  EXPECT_EQ(axes_of(variable_of(folded, "prob_mean")),
            (Words{"prompt 2", "replacement 2", "layer 2", "token 2"}));
}

TEST(Plan, OldNamesOfVariablesAreStatedAsTheNewOnes) {
  const Words old_names = {"scores.metrics=[argmax, rank]",
                           "by_layer.in=\"scores.rank_change[token=target]\"",
                           "show=by_layer.rank_change_mean"};
  const Plan plan = plan_of(workflow(), old_names);
  EXPECT_EQ(variable_of(stage_of(plan, "by_layer"), "token_rank_change_mean").axes.size(), 3U);
  const std::string stated = to_json(plan.spec.resolved());
  EXPECT_TRUE(names(
      stated, {R"("metrics":["top_token","token_rank"])", R"("in":"scores.token_rank_change[token=target]")",
               R"("show":"by_layer.token_rank_change_mean")"}));
  const Words new_names = {"scores.metrics=[top_token, token_rank]",
                           "by_layer.in=\"scores.token_rank_change[token=target]\"",
                           "show=by_layer.token_rank_change_mean"};
  EXPECT_EQ(stated, to_json(plan_of(workflow(), new_names).spec.resolved()));
  EXPECT_TRUE(names(problems_of(workflow(), {"by_layer.in=scores.ranks"}), {"no variable 'ranks'"}));
}

TEST(Plan, ExpandOpensALaneOfItsOwn) {
  const Plan plan = plan_of(workflow());
  ASSERT_EQ(plan.lanes.size(), 2U);
  EXPECT_EQ(plan.lanes[0].name, "items");
  EXPECT_EQ(plan.lanes[0].stages, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(plan.lanes[1].name, "silenced");
  EXPECT_EQ(plan.lanes[1].parent, 0U);
  EXPECT_EQ(plan.lanes[1].stages, (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(plan.lanes[1].parts, 6U);  // 12 variants, 2 of 5 tokens at a time
  EXPECT_EQ(plan.folds, (std::vector<std::size_t>{4}));
}

TEST(Plan, PromptsShareABatchUpToItsSize) {
  EXPECT_EQ(plan_of(workflow()).batches.size(), 1U);
  const Plan small = plan_of(workflow(), {"batch_tokens=4"});
  ASSERT_EQ(small.batches.size(), 2U);
  EXPECT_EQ(small.batches[1].prompts, (std::vector<std::size_t>{1}));
  EXPECT_EQ(small.lanes[1].parts, 4U);  // 12 variants, 3 of 3 tokens at a time
  EXPECT_EQ(plan_of(workflow(), {"batch_tokens=1"}).batches.size(), 2U);
}

// Each stage behind the source knows the batches, whose order the prompts' contents decide.
TEST(Plan, PromptsThatBeginAlikeShareABatch) {
  std::string text = workflow();
  const std::string others = "  - {id: c, ids: [5, 6, 8], target: 1, contrast: 2}\n";
  text.insert(text.find("stages:"), others);
  const Plan plan = plan_of(text, {"batch_tokens=4"});
  ASSERT_EQ(plan.batches.size(), 2U);
  EXPECT_EQ(plan.batches[0].prompts, (std::vector<std::size_t>{0, 2}));
  EXPECT_EQ(plan.batches[0].weight(), 4U);
  EXPECT_EQ(plan.batches[1].prompts, (std::vector<std::size_t>{1}));
  EXPECT_EQ(plan.lanes[1].variants_a_part, 1U) << "of 6 tokens in 10 rows";
}

TEST(Plan, LayoutHoldsWhatIsKeptAndWhatAFoldReads) {
  const RunLayout layout = run_of(workflow(kSweep, "keep: [by_layer]\n")).layout;
  Words groups;
  for (const GroupLayout& group : layout.groups) groups.push_back(group.name);
  EXPECT_EQ(groups, (Words{"scores", "by_layer"}));
  EXPECT_EQ(layout.prompts, 2U);
  ASSERT_EQ(layout.lanes.size(), 2U);
  EXPECT_EQ(layout.lanes[1].parts, 6U);
  ASSERT_EQ(layout.folds.size(), 1U);
  EXPECT_EQ(layout.folds[0].name, "by_layer");
  EXPECT_EQ(layout.folds[0].reads, (Words{"silenced"}));
  EXPECT_EQ(layout.default_group, "by_layer");
  EXPECT_EQ(layout.default_variable, "prob_mean");
  Words known;
  for (const ConstantArray& array : layout.constants)
    known.push_back(array.group + "/" + array.variable.name);
  EXPECT_EQ(known, (Words{"tokens/ids", "tokens/length"}));
  EXPECT_EQ(axes_of(layout.constants[0].variable), (Words{"prompt 2", "position 3"}));
  Words texts;
  for (const TextTable& table : layout.texts) texts.push_back(table.group + "/" + table.name);
  EXPECT_EQ(texts, (Words{"prompts/text", "prompts/ids", "prompts/contrast", "prompts/target"}));
  EXPECT_NO_THROW(plan_contents(layout));
}

TEST(Plan, ShowChoosesWhatAViewerShowsFirst) {
  const RunLayout layout = run_of(workflow(kSweep, "keep: [by_layer]\nshow: scores.prob_change\n")).layout;
  EXPECT_EQ(layout.default_group, "scores");
  EXPECT_EQ(layout.default_variable, "prob_change");
}

TEST(Plan, ShowOfNothingStoredIsRefusedWithTheNearest) {
  EXPECT_TRUE(names(problems_of(workflow(kSweep, "keep: [scores]\nshow: scores.prb\n")),
                    {"show: 'scores.prb' is not a stored variable (did you mean 'scores.prob'?)"}));
  const std::string unkept = R"(
  tokens: {stage: tokenize}
  clean: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: clean}
  words: {stage: measure.vocabulary, in: {clean: clean}}
)";
  EXPECT_TRUE(
      names(problems_of(workflow(unkept, "keep: [scores]\nshow: words.log_prob\n")), {"'words.log_prob'"}));
}

TEST(Plan, UnknownVariableIsRefusedWithTheNearest) {
  const std::string problems = problems_of(workflow(), {"by_layer.in=scores.prop"});
  EXPECT_TRUE(
      names(problems, {"stage 'by_layer': in: 'scores' has no variable 'prop' (did you mean 'prob'?)"}));
  EXPECT_EQ(std::count(problems.begin(), problems.end(), '\n'), 0) << problems;
}

TEST(Plan, AllStagesThatCannotBePlannedAreToldAtOnce) {
  const std::string problems =
      problems_of(workflow(), {"silenced.at=blocks.9.attn.hook_z", "by_layer.in=also",
                               "stages.also={stage: measure.prediction, in: clean, tokens: [nothing]}"});
  EXPECT_TRUE(
      names(problems, {"stage 'silenced': ", "9", "stage 'also': ", "no prompt has a column 'nothing'"}));
  // What reads them is not blamed.
  EXPECT_EQ(problems.find("'scores'"), std::string::npos);
  EXPECT_EQ(problems.find("'by_layer'"), std::string::npos);
}

TEST(Plan, PromptThatCannotBeFedIsAnInputError) {
  std::string text = workflow();
  text.replace(text.find("[8, 9]"), 6, "[8, 999]");
  EXPECT_TRUE(names(refusal<InputError>([&] { plan_of(text); }), {"prompt 'b': token id 999"}));
}

const std::string kToys = R"(
  numbers: {stage: toy.source}
  one: {stage: toy.expand, in: numbers}
  two: {stage: toy.expand, in: numbers}
  xs: {stage: toy.rows, in: one}
)";

TEST(Plan, VariantsOfTwoStagesDoNotMeet) {
  EXPECT_TRUE(names(problems_of(workflow(kToys, "keep: [xs]\n"), {"xs.in=[one, two]"}),
                    {"stage 'xs': in: the inputs are variants of two different stages, 'one' and 'two'"}));
}

TEST(Plan, VariantsOfVariantsAreRefused) {
  const std::string again =
      "  again: {stage: toy.expand_again, in: one}\n  ys: {stage: toy.rows, in: again}\n";
  EXPECT_TRUE(names(problems_of(workflow(kToys + again, "keep: [xs, ys]\n")),
                    {"stage 'again': in: it would make variants of the variants of 'one'"}));
}

/// A request with who asked.
struct Asked : Request {
  explicit Asked(std::string name) : by(std::move(name)) {}
  std::string by;
};

/// Asks the stage above it, by name; passes on, with its own name, what it is asked.
class Asking : public PromptStage {
 public:
  std::string name;
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    output.ask(0, Asked(name));
    return output;
  }
  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    std::vector<PortRequest> passed_on;
    for (const RequestPtr& request : requests)
      passed_on.push_back({0, std::make_shared<Asked>(name + "<" + dynamic_cast<const Asked&>(*request).by)});
    return passed_on;
  }
  ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
};

/// Remembers who asked.
class AskedSource : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override { return {}; }
  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    for (const RequestPtr& request : requests) by.insert(dynamic_cast<const Asked&>(*request).by);
    return {};
  }
  ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
  std::multiset<std::string> by;
};

/// Reads what was asked, so that those who ask are run.
class Told : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override { return {}; }
  ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
};

const bool kMoreToys = [] {
  register_stage(Declaration<AskedSource>("toy.asked", "Is asked").output("asked", ""));
  register_stage(Declaration<Asking>("toy.asking", "Asks")
                     .input("from", "asked", "")
                     .output("asked", "")
                     .required("name", &Asking::name, ""));
  register_stage(Declaration<Told>("toy.told", "Reads")
                     .input("far", "asked", "")
                     .input("beside", "asked", "")
                     .output(kMeasures, ""));
  return true;
}();

TEST(Plan, RequestsReachTheStageThatIsAskedAndAreToldOn) {
  const Plan plan = plan_of(workflow(R"(
  source: {stage: toy.asked}
  near: {stage: toy.asking, in: source, name: near}
  far: {stage: toy.asking, in: near, name: far}
  beside: {stage: toy.asking, in: source, name: beside}
  told: {stage: toy.told, in: {far: far, beside: beside}}
)",
                                     "keep: [told]\n"));
  const auto& source = dynamic_cast<const AskedSource&>(*stage_of(plan, "source").spec->stage);
  EXPECT_EQ(source.by, (std::multiset<std::string>{"beside", "near", "near<far"}));
}

// The line of the parameter, or of `in`, and where there is neither that of the stage.
TEST(Plan, ErrorsHaveTheLineOfWhatIsToBlame) {
  const auto problem = [](const std::string& stages) {
    return problems_of(workflow(
        "\n  tokens: {stage: tokenize}\n  clean: {stage: forward, in: tokens}\n" + stages, "keep: [x]\n"));
  };
  const std::string gather = "  x:\n    stage: gather\n    at: blocks.0.hook_resid_post\n    in: clean\n";
  EXPECT_TRUE(names(problem(gather + "    offset: 1\n    position: 9\n"),
                    {"w.yaml:15: stage 'x': position: no prompt has such a position"}));
  EXPECT_TRUE(names(problem(gather), {"w.yaml:10: stage 'x': token: is missing"}));
  EXPECT_TRUE(
      names(problem("  x:\n    stage: measure.vocabulary\n"),
            {"w.yaml:10: stage 'x': in: clean and edited passes are both given; must be one of the two"}));
  EXPECT_TRUE(names(problem("  x:\n    stage: measure.prediction\n    in: clean\n    tokens: [targe]\n"),
                    {"w.yaml:13: stage 'x': tokens:\n", "has no column 'targe' (did you mean 'target'?)"}));
}

TEST(Plan, StageOfEachPromptCannotReadAFold) {
  const std::string stages = R"(
  numbers: {stage: toy.source}
  ns: {stage: toy.number, in: numbers}
  mean: {stage: aggregate.moments, in: ns, over: prompt}
  later: {stage: toy.stored, in: mean}
)";
  EXPECT_TRUE(names(problems_of(workflow(stages, "keep: [mean, later]\n")),
                    {"stage 'later': in: 'mean' is computed after all prompts are done"}));
}

const std::string kShifted = R"(
  numbers: {stage: toy.source}
  ns: {stage: toy.number, in: numbers}
  mean: {stage: aggregate.moments, in: ns, over: prompt}
  shifted: {stage: toy.shift, in: [numbers, mean]}
  later: {stage: toy.number, in: shifted}
)";

TEST(Plan, APortOfResultsOverAllPromptsTakesNoOthers) {
  EXPECT_NO_THROW(plan_of(workflow(kShifted, "keep: [later]\n")));
  for (const std::string in : {"[numbers, ns]", "{number: numbers, by: ns}"})
    EXPECT_TRUE(
        names(problems_of(workflow(kShifted, "keep: [later]\n"), {"shifted.in=" + in}),
              {"stage 'shifted': in: 'ns' gives measures of each prompt, but the port 'by' takes measures "
               "over all prompts, as a stage that aggregates gives"}));
  EXPECT_TRUE(names(problems_of(workflow(kShifted, "keep: [later]\n"), {"shifted.in=numbers"}),
                    {"stage 'shifted': the input 'by' (measures over all prompts) is missing"}));
}

TEST(Plan, ALabelIsPickedOfWhatIsAggregatedAlone) {
  const auto problem = [](const std::string& in) {
    return problems_of(workflow(kShifted, "keep: [later]\n"),
                       {"shifted.in={number: numbers, by: " + in + "}"});
  };
  EXPECT_TRUE(names(problem("'mean.n_mean[layer=1]'"), {"unknown axis 'layer'"}));
  EXPECT_TRUE(names(problem("mean.n_men"), {"'mean' has no variable 'n_men' (did you mean 'n_mean'?)"}));
  EXPECT_TRUE(
      names(problems_of(workflow(kShifted, "keep: [later]\n"), {"later.in=\"shifted[layer=1]\""}),
            {"'shifted[layer=1]': only stages that aggregate, and what reads their results, can pick"}));
}

TEST(Plan, ACycleThroughWhatIsAggregatedIsRefused) {
  EXPECT_TRUE(names(problems_of(workflow(kShifted, "keep: [later]\n"), {"ns.in=shifted"}),
                    {"the stages form a cycle: ns <- shifted <- mean <- ns"}));
}

TEST(Plan, WhatAStageReadsOverAllPromptsIsStored) {
  const PlannedRun run = run_of(workflow(kShifted, "keep: [later]\n"));
  EXPECT_TRUE(stage_of(run.plan, "mean").stored);
  ASSERT_EQ(run.layout.lanes.size(), 2U);
  EXPECT_EQ(run.layout.lanes[1].name, "shifted");
  EXPECT_EQ(run.layout.lanes[1].continues, "items");
  EXPECT_EQ(run.layout.lanes[1].built_on, (Words{"mean"}));
  EXPECT_TRUE(run.layout.lanes[0].built_on.empty());
  EXPECT_EQ(run.layout.folds.at(0).reads, (Words{"items"}));
}

TEST(Plan, DryRunCountsWhatIsRunAgain) {
  const PlannedRun run = run_of(workflow(kShifted + R"(
  end: {stage: aggregate.moments, in: later, over: prompt}
  last: {stage: toy.shift, in: [shifted, end]}
  last_ns: {stage: toy.number, in: last}
)",
                                         "keep: [last_ns]\n"));
  std::ostringstream out;
  print_dry_run(run, {1, 64e9}, out);
  EXPECT_TRUE(
      names(out.str(), {"20 passes, 200 FLOP, after mean, 2 times\n", "10 passes, 100 FLOP, after end\n",
                        "forward passes  30\n", "work            300 FLOP\n"}))
      << out.str();
}

// Of the phase that takes the most, with what it runs again.
TEST(Plan, MemoryIsThatOfTheLargestPhase) {
  const std::string sweep =
      "\n  variants: {stage: toy.expand, in: numbers, held: 1000}\n  xs: {stage: toy.rows, in: "
      "variants}\n";
  const auto in_flight = [&](const std::string& stages, const std::string& keep) {
    return estimate_run(run_of(workflow(stages, "keep: " + keep + "\n")), {1}).in_flight_bytes;
  };
  const double one = in_flight(kShifted + sweep, "[xs]");
  EXPECT_EQ(in_flight(kShifted + sweep, "[xs, later]"), one);
  const std::string behind =
      "\n  variants: {stage: toy.expand, in: [shifted, mean], held: 1000}\n  xs: {stage: toy.rows, in: "
      "variants}\n";
  EXPECT_EQ(in_flight(kShifted + behind, "[xs]"), one);
}

TEST(Plan, FoldOfAFoldIsPlannedAfterIt) {
  const Plan plan = plan_of(workflow(
      kSweep + "  all: {stage: aggregate.moments, in: by_layer.prob_mean, over: layer}\n", "keep: [all]\n"));
  EXPECT_EQ(plan.folds, (std::vector<std::size_t>{4, 5}));
  EXPECT_EQ(axes_of(variable_of(stage_of(plan, "all"), "prob_mean_max")),
            (Words{"prompt 2", "replacement 2", "token 2"}));
}

TEST(Plan, NamesOfTheFileItselfAreNoStages) {
  for (const std::string id :
       {"checkpoint", "history", "seal", "status", "warnings", "prompts", "items", "vocabulary", "tokens"}) {
    const std::string stages =
        "\n  numbers: {stage: toy.source}\n  " + id + ": {stage: toy.number, in: numbers}\n";
    EXPECT_TRUE(
        names(problems_of(workflow(stages, "keep: [" + id + "]\n")), {"stage '" + id + "'", "run file"}));
  }
}

// A collision is one where results are stored; /tokens is the group of what the stage tokenize gives.
TEST(Plan, ANameOfTheFileItselfMayBeThatOfAStageThatLeavesNoResults) {
  const std::string stages = R"(
  tokens: {stage: tokenize}
  vocabulary: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: vocabulary}
)";
  EXPECT_NO_THROW(plan_of(workflow(stages, "keep: [scores]\n")));
  EXPECT_TRUE(names(problems_of(workflow(R"(
  vocabulary: {stage: tokenize}
  pass: {stage: forward, in: vocabulary}
  scores: {stage: measure.prediction, in: pass}
)",
                                         "keep: [scores]\n")),
                    {"stage 'vocabulary': the run file uses this name itself; choose another id"}));
}

TEST(Plan, PromptsAreRefusedInTheirOrderByTheStageThatTheyDoNotFit) {
  const std::string said = problems_of(workflow(R"(
  tokens: {stage: tokenize}
  clean: {stage: forward, in: tokens}
  unread: {stage: measure.vocabulary, in: clean}
  edited: {stage: ablate, in: clean, at: "blocks.0.hook_mlp_out", positions: [3]}
  scores: {stage: measure.prediction, in: [clean, edited]}
)",
                                                "keep: [scores]\n"));
  EXPECT_TRUE(
      names(said, {"stage 'edited': positions:", "prompt 'a': position 3", "prompt 'b': position 3"}));
  EXPECT_LT(said.find("prompt 'a'"), said.find("prompt 'b'"));  // though b is the shorter
}

TEST(Plan, NothingIsWarnedOfPromptsThatAreNotRun) {
  std::string text = workflow();
  text.replace(text.find("target: 3, contrast: 4"), 22, "target: 3, contrast: 3");
  EXPECT_EQ(run_of(text).layout.warnings.size(), 1U);
  text.replace(text.find("tokens: [target, contrast]"), 26, "tokens: [target, contrast], positions: [2]");
  const PlannedRun planned = make_plan(read_workflow_text(text, "w.yaml", ".", {}), BadPrompts::kept);
  EXPECT_EQ(planned.plan.bad_prompts.size(), 1U);
  EXPECT_TRUE(planned.layout.warnings.empty());
}

TEST(Plan, StagesWhoseResultsNobodyReadsAreLeftOut) {
  const std::string stages = kSweep + R"(
  words: {stage: measure.vocabulary, in: silenced}
  of_words: {stage: aggregate.moments, in: words, over: no_such_axis}
  all: {stage: aggregate.moments, in: by_layer, over: layer}
)";
  const PlannedRun planned = run_of(workflow(stages));
  Words run, left_out;
  for (const PlannedStage& stage : planned.plan.stages) run.push_back(stage.spec->id);
  for (const Warning& warning : planned.layout.warnings)
    left_out.push_back(warning.text.substr(0, warning.text.find(" is")));
  EXPECT_EQ(run, (Words{"tokens", "clean", "silenced", "scores", "by_layer"}));
  EXPECT_EQ(left_out, (Words{"stage 'words'", "stage 'of_words'", "stage 'all'"}));
  EXPECT_EQ(run_of(workflow(stages, "keep: [all]\n")).layout.warnings.size(), 2U);
  EXPECT_TRUE(names(problems_of(workflow(stages, "keep: [of_words]\n")), {"'of_words'", "no_such_axis"}));
}

TEST(Plan, DryRunTellsEveryStagesCost) {
  const PlannedRun run = run_of(workflow());
  std::ostringstream out;
  print_dry_run(run, {1, 64e9}, out);
  const std::string text = out.str();
  EXPECT_TRUE(
      names(text, {"2 prompts in 1 batch\n", "2 passes", "24 passes", "committed in 6 pieces",
                   "forward passes  26\n", "[prompt 2 x replacement 2 x layer 2 x head 3 x token 2]"}));
  const auto number_after = [&](const std::string& label, const std::string& unit) {
    std::istringstream rest(text.substr(text.find(label) + label.size()));
    double number = 0;
    std::string prefixed;
    rest >> number >> prefixed;
    EXPECT_EQ(prefixed.substr(1), unit);
    return number * (prefixed[0] == 'k' ? 1e3 : prefixed[0] == 'M' ? 1e6 : 0);
  };
  const Cost clean = stage_of(run.plan, "clean").spec->stage->cost();
  const Cost silenced = stage_of(run.plan, "silenced").spec->stage->cost();
  EXPECT_NEAR(number_after("\nwork ", "FLOP"), clean.flops + silenced.flops,
              0.006 * (clean.flops + silenced.flops));
  const RunEstimate estimate = estimate_run(run, {1});
  const auto working = [&](const std::string& id) {
    return stage_of(run.plan, id)
        .flow->bytes(run.plan.batches.front(), std::array{VariantRange{}})
        .front()
        .working;
  };
  EXPECT_GE(estimate.in_flight_bytes, std::max(working("clean"), working("silenced")));
  EXPECT_TRUE(names(text, {"for work in flight (--memory: 64 GB), "}));
  EXPECT_EQ(estimate.subject_bytes, std::max(clean.bytes_shared, silenced.bytes_shared));
  EXPECT_GT(estimate.memory_bytes, estimate.in_flight_bytes + estimate.subject_bytes);
  EXPECT_NEAR(number_after(" on 1 thread; ", "B"), estimate.in_flight_bytes,
              0.006 * estimate.in_flight_bytes);
  EXPECT_GE(number_after("\nmemory ", "B"), estimate.in_flight_bytes + estimate.subject_bytes);
  EXPECT_NEAR(number_after("\nfile size ", "B"), estimate.file_bytes, 0.006 * estimate.file_bytes);
}

TEST(Plan, DryRunTellsNoMoreMemoryThanIsAllowed) {
  const PlannedRun run = run_of(workflow());
  const auto in_flight = [&](double bytes) { return estimate_run(run, {6, bytes}).in_flight_bytes; };
  const double all = in_flight(64e9);
  EXPECT_LE(in_flight(all / 2), all / 2);
  EXPECT_EQ(in_flight(0), in_flight(1)) << "a batch and a chunk of its variants";
  EXPECT_GT(in_flight(0), 0);
  EXPECT_LT(in_flight(0), all / 2);
}

TEST(Plan, DryRunTellsMoreThreadsMoreMemory) {
  const PlannedRun run = run_of(workflow());
  EXPECT_GT(estimate_run(run, {2}).in_flight_bytes, estimate_run(run, {1}).in_flight_bytes);
}

TEST(Plan, AnAggregationThatMakesVariantsIsABug) {
  const std::string text = workflow(R"(
  numbers: {stage: toy.source}
  ns: {stage: toy.number, in: numbers}
  ends: {stage: toy.expanding_fold, in: ns}
)",
                                    "keep: [ends]\n");
  EXPECT_TRUE(names(refusal<std::logic_error>([&] { plan_of(text); }),
                    {"toy.expanding_fold: a stage that aggregates makes no variants"}));
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/workflow/workflow.hpp"

#include <gtest/gtest.h>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kSweep = R"(workflow: sweep
model: nano
prompts: [{text: "Berlin is", target: " a"}]
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]"}
  scores: {stage: measure.prediction, in: [pass, silenced]}
keep: [scores]
)";

WorkflowSpec read(const std::string& text, const std::vector<std::string>& settings = {}) {
  return read_workflow_text(text, "w.yaml", ".", settings);
}

/// kSweep with one piece of text replaced.
std::string sweep_with(const std::string& from, const std::string& to) {
  std::string text = kSweep;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string problems_of(const std::string& text, const std::vector<std::string>& settings = {}) {
  try {
    read(text, settings);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no problem";
}

TEST(Workflow, IsReadWithItsStagesInOrderOfTheirInputs) {
  const WorkflowSpec spec = read(R"(workflow: w
model: nano
prompts: [{text: x}]
stages:
  scores: {stage: measure.prediction, in: [silenced, pass]}
  silenced: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[0]"}
  pass: {stage: forward, in: tokens}
  tokens: {stage: tokenize}
keep: [scores]
)");
  std::vector<std::string> ids;
  for (const StageSpec& stage : spec.stages) ids.push_back(stage.id);
  EXPECT_EQ(ids, (std::vector<std::string>{"tokens", "pass", "silenced", "scores"}));
  // Inputs go to the ports of their kind, in whichever order they are listed.
  EXPECT_EQ(spec.stages[3].inputs[0].stage, "pass");
  EXPECT_EQ(spec.stages[3].inputs[1].stage, "silenced");
}

TEST(Workflow, ResolvedFormStatesEveryDefault) {
  const std::string json = to_json(read(kSweep).resolved());
  EXPECT_NE(json.find(R"("positions":"all")"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("with":["zero"])"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("batch_tokens":256)"), std::string::npos) << json;
}

TEST(Workflow, ResolvedFormReadsBackToItself) {
  const std::string variants =
      R"(variants: [{name: a, edits: [{at: b, with: {zero, name: off}}, {at: [c, d], except: e}]}])";
  for (const std::string& workflow :
       {std::string(kSweep), sweep_with(R"(at: "blocks.*.attn.hook_z[*]")", variants)}) {
    const Node resolved = read(workflow).resolved();
    std::string text = to_json(resolved);
    text.insert(1, R"("prompts":[{"text":"x","target":"y"}],)");
    EXPECT_EQ(to_json(read(text).resolved()), to_json(resolved));
  }
}

TEST(Workflow, RefusesAStageWithANameThatTheRunFileNeeds) {
  for (const std::string id : {"checkpoint", "history", "seal", "status", "prompts", "items"}) {
    const std::string problems = problems_of(sweep_with("keep:", "  " + id + ": {stage: tokenize}\nkeep:"));
    EXPECT_NE(problems.find("stage '" + id + "': the run file uses this name itself"), std::string::npos)
        << problems;
  }
}

TEST(Workflow, SettingReplacesAParameterOfAStage) {
  const WorkflowSpec spec = read(kSweep, {"silenced.with=[zero, {mean: head}]", "batch_tokens=7"});
  EXPECT_NE(to_json(spec.resolved()).find(R"("with":["zero",{"mean":"head"}])"), std::string::npos);
  EXPECT_EQ(spec.batch_weight, 7U);
}

TEST(Workflow, AllProblemsAreToldAtOnceWithTheirLines) {
  std::string text = sweep_with("stage: forward", "stage: forwards");
  text.replace(text.find("at: "), 3, "att:");
  text.insert(text.find("keep:"), "  norms:    {stage: measure.activation, in: pass}\n");
  const std::string problems = problems_of(text);
  EXPECT_NE(problems.find("w.yaml:6: stage 'pass': unknown stage 'forwards' (did you mean 'forward'?)"),
            std::string::npos)
      << problems;
  EXPECT_NE(problems.find("w.yaml:7: stage 'silenced': unknown parameter 'att'"), std::string::npos)
      << problems;
  EXPECT_NE(problems.find("stage 'norms': the parameter 'at' is missing"), std::string::npos) << problems;
}

struct Rejected {
  std::string name;
  std::string from;
  std::string to;
  std::string message;
};

class WorkflowRejects : public testing::TestWithParam<Rejected> {};

TEST_P(WorkflowRejects, WithPlaceValueAndRule) {
  const Rejected& rejected = GetParam();
  const std::string problems = problems_of(sweep_with(rejected.from, rejected.to));
  EXPECT_NE(problems.find(rejected.message), std::string::npos) << problems;
}

INSTANTIATE_TEST_SUITE_P(
    All, WorkflowRejects,
    testing::Values(
        Rejected{"UnknownKey", "workflow: sweep", "workflow: sweep\nmodell: x",
                 "w.yaml:2: unknown key 'modell' (did you mean 'model'?)"},
        Rejected{"MissingModel", "model: nano\n", "", "w.yaml: the key 'model' is missing"},
        Rejected{"MissingKeep", "keep: [scores]", "", "w.yaml: the key 'keep' is missing"},
        Rejected{"EmptyKeep", "keep: [scores]", "keep: []", "keep: the list is empty"},
        Rejected{"UnknownKeep", "keep: [scores]", "keep: [score]",
                 "keep: unknown stage 'score' (did you mean 'scores'?)"},
        Rejected{"KeepTwice", "keep: [scores]", "keep: [scores, scores]", "keep: 'scores' is given twice"},
        Rejected{"KeepOfNoMeasures", "keep: [scores]", "keep: [pass]",
                 "stage 'pass' gives pass; only measures"},
        Rejected{"UnknownStage", "stage: tokenize", "stage: tokenise",
                 "w.yaml:5: stage 'tokens': unknown stage 'tokenise' (did you mean 'tokenize'?)"},
        Rejected{"StageThatIsNoMap", "{stage: tokenize}", "tokenize", "must be a map with the key 'stage'"},
        Rejected{"UnknownInput", "in: tokens", "in: token",
                 "in: unknown stage 'token' (did you mean 'tokens'?)"},
        Rejected{"UnknownPort", "in: tokens", "in: {tokns: tokens}",
                 "in: unknown port 'tokns' (did you mean 'tokens'?)"},
        Rejected{"WrongKind", "in: pass,", "in: tokens,",
                 "'tokens' gives tokens, but 'ablate' takes pass ('clean')"},
        Rejected{"WrongKindAtPort", "in: pass,", "in: {clean: tokens},",
                 "'tokens' gives tokens, but the port 'clean' takes pass"},
        Rejected{"MissingInput", ", in: tokens", "",
                 "w.yaml:6: stage 'pass': the input 'tokens' (tokens) is missing"},
        Rejected{"InputThatIsNotTaken", "{stage: tokenize}", "{stage: tokenize, in: pass}",
                 "'tokenize' takes no input"},
        Rejected{"Cycle", "in: tokens}",
                 "in: {tokens: tokens}}\n  a: {stage: aggregate.moments, in: b, over: head}\n"
                 "  b: {stage: aggregate.moments, in: a, over: head}",
                 "the stages form a cycle: a <- b <- a"},
        Rejected{"UnknownChoice", "in: [pass, silenced]", "in: [pass, silenced], metrics: [log_prb]",
                 "w.yaml:8: stage 'scores': metrics: unknown value 'log_prb' (did you mean 'log_prob'?)"},
        Rejected{"EmptyChoice", "in: [pass, silenced]", "in: [pass, silenced], metrics: []",
                 "the list is empty"},
        Rejected{"ChoiceTwice", "in: [pass, silenced]", "in: [pass, silenced], metrics: [prob, prob]",
                 "'prob' is given twice"},
        Rejected{"NotANumber", "in: pass,", "in: pass, rows: many,", "rows: 'many' is not a whole number"},
        Rejected{"TooSmall", "in: pass,", "in: pass, rows: 0,", "rows: 0 is too small; must be 1 to 1000000"},
        Rejected{"TooLarge", "in: pass,", "in: pass, rows: 1000001,",
                 "rows: 1000001 is too large; must be 1 to 1000000"},
        Rejected{"TooLargeForAnything", "in: pass,", "in: pass, rows: 90000000000000000000,",
                 "rows: 90000000000000000000 is too large"},
        Rejected{"BatchTokens", "model: nano", "model: nano\nbatch_tokens: 0",
                 "batch_tokens: 0 is too small; must be 1 to 1000000"},
        Rejected{"UnknownReplacement", "in: pass,", "in: pass, with: zeros,",
                 "is not a replacement; must be masked, {noise: "},
        Rejected{"UnknownMean", "in: pass,", "in: pass, with: {mean: heads},",
                 "mean: unknown 'heads' (did you mean 'head'?)"},
        Rejected{"PositionsThatAreNone", "in: pass,", "in: pass, positions: first,",
                 "positions must be all, last, whole numbers, a quoted slice"},
        Rejected{"NoPositions", "in: pass,", "in: pass, positions: [],", "the list of positions is empty"},
        Rejected{"BadId", "  tokens: {", "  to/kens: {", "an id must have only letters, digits, _ and -"}),
    [](const auto& rejected) { return rejected.param.name; });

TEST(Workflow, SettingOfNothingKnownIsRefused) {
  EXPECT_NE(problems_of(kSweep, {"scors.metrics=[prob]"}).find("neither a key nor a stage"),
            std::string::npos);
  EXPECT_NE(problems_of(kSweep, {"silenced"}).find("must be path=value"), std::string::npos);
}

TEST(Workflow, TextThatIsNotYamlIsRefusedWithItsLine) {
  EXPECT_EQ(problems_of("workflow: [a\nmodel: b\n").rfind("w.yaml:", 0), 0U);
}

TEST(Workflow, MissingFileIsAnInputError) { EXPECT_THROW(read_workflow("/nowhere/w.yaml", {}), InputError); }

}  // namespace
}  // namespace hookflow::pipeline

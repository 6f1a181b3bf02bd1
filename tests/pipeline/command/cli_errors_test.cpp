// Bad input as a user meets it: each is told with its place, its value and the rule, and leaves no file.
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

struct BadWorkflow {
  std::string name;
  std::string from;
  std::string to;
  int code;
  Words parts;
};

class Rejected : public Cli, public testing::WithParamInterface<BadWorkflow> {};

TEST_P(Rejected, WithPlaceValueAndRule) {
  const BadWorkflow& bad = GetParam();
  write("w.yaml", sweep_with(bad.from, bad.to));
  const std::string told = refuse({"run", "w.yaml"}, bad.code, bad.parts);
  EXPECT_EQ(refuse({"validate", "w.yaml"}, bad.code, bad.parts), told);
}

const std::string kBerlin = "Berlin is the capital of";

std::string repeated(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}

INSTANTIATE_TEST_SUITE_P(
    Workflow, Rejected,
    testing::Values(
        BadWorkflow{"NotYaml", "stages:", "stages: ]", 2, {"w.yaml:5: not YAML"}},
        BadWorkflow{"Tabs", "  tokens:", "\ttokens:", 2, {"w.yaml:6: not YAML", "spaces, not tabs"}},
        BadWorkflow{"NoMap", kSweep, "just text", 2, {"w.yaml: a workflow is a map"}},
        BadWorkflow{"NameThatIsNoFileName",
                    "workflow: sweep",
                    "workflow: ../sweep",
                    2,
                    {"w.yaml:1: workflow: '../sweep'", "without a '/'"}},
        BadWorkflow{"NameThatIsEmpty", "workflow: sweep", "workflow: ''", 2, {"w.yaml:1: workflow: ''"}},
        BadWorkflow{"Model",
                    "model: nano",
                    "model: nanno",
                    3,
                    {"w.yaml:2: model 'nanno' was not found (did you mean 'nano'?)", "Looked at"}},
        BadWorkflow{"Stage",
                    "stage: ablate",
                    "stage: ablat",
                    2,
                    {"w.yaml:9: stage 'silenced': unknown stage 'ablat' (did you mean 'ablate'?)"}},
        BadWorkflow{"Parameter",
                    "with: zero",
                    "wiht: zero",
                    2,
                    {"w.yaml:12: stage 'silenced': unknown parameter 'wiht' (did you mean 'with'?)"}},
        BadWorkflow{"ParameterValue",
                    "with: zero",
                    "with: zeros",
                    2,
                    {"w.yaml:12: stage 'silenced': with: \"zeros\""}},
        BadWorkflow{"ParameterValueTooLarge",
                    "with: zero",
                    "with: {value: 1e39}",
                    2,
                    {"w.yaml:12: stage 'silenced': with: 1e+39 is too large"}},
        BadWorkflow{"Port",
                    "in: pass",
                    "in: {claen: pass}",
                    2,
                    {"w.yaml:10: stage 'silenced': in: unknown port 'claen' (did you mean 'clean'?)"}},
        BadWorkflow{"Input",
                    "in: scores",
                    "in: score",
                    2,
                    {"w.yaml:19: stage 'by_layer': in: unknown stage 'score' (did you mean 'scores'?)"}},
        BadWorkflow{"InputOfAnotherKind",
                    "in: scores",
                    "in: pass",
                    2,
                    {"w.yaml:19: stage 'by_layer': in: 'pass' gives pass", "takes measures"}},
        BadWorkflow{"Variable",
                    "in: scores",
                    "in: scores.log_prb",
                    2,
                    {"w.yaml:19: stage 'by_layer': in: 'scores' has no variable 'log_prb' (did you mean "
                     "'log_prob'?)"}},
        BadWorkflow{
            "HookPoint",
            "hook_z[",
            "hook_zz[",
            2,
            {"w.yaml:11: stage 'silenced': at: 'blocks.*.attn.hook_zz[*]': no hook point has this name",
             "did you mean 'blocks.*.attn.hook_z'?"}},
        BadWorkflow{"HookPointThatCannotBeEdited",
                    "hook_z[",
                    "hook_result[",
                    2,
                    {"w.yaml:11: stage 'silenced': at: blocks.*.attn.hook_result cannot be edited"}},
        BadWorkflow{"HeadOfAttnOut",
                    "attn.hook_z[*]",
                    "hook_attn_out[3]",
                    2,
                    {"w.yaml:11: stage 'silenced': at: 'blocks.*.hook_attn_out[3]'", "W_O has mixed them",
                     "use blocks.*.attn.hook_z[3] to silence a head"}},
        BadWorkflow{"HeadOfMlpOut",
                    "attn.hook_z[*]",
                    "hook_mlp_out[3]",
                    2,
                    {"w.yaml:11: stage 'silenced': at: 'blocks.*.hook_mlp_out[3]'", "W_O has mixed them"}},
        BadWorkflow{"HeadOfResidual",
                    "attn.hook_z[*]",
                    "hook_resid_post[3]",
                    2,
                    {"w.yaml:11: stage 'silenced': at: 'blocks.*.hook_resid_post[3]'", "W_O has mixed them"}},
        BadWorkflow{"Layer",
                    "blocks.*.",
                    "blocks.77.",
                    2,
                    {"w.yaml:11: stage 'silenced': at: 'blocks.77.attn.hook_z[*]': layer 77 is out of range; "
                     "the model "
                     "has "}},
        BadWorkflow{"Head",
                    "hook_z[*]",
                    "hook_z[77]",
                    2,
                    {"w.yaml:11: stage 'silenced': at: 'blocks.*.attn.hook_z[77]': head 77 is out of range; "
                     "the model "
                     "has "}},
        BadWorkflow{"Axis",
                    "over: head",
                    "over: heads",
                    2,
                    {"w.yaml:20: stage 'by_layer': over: unknown axis 'heads' (did you mean 'head'?)",
                     "the input has"}},
        BadWorkflow{"Position",
                    "with: zero",
                    "positions: [50]",
                    2,
                    {"w.yaml:12: stage 'silenced': positions:\n  w.yaml:4: prompt 'berlin': position 50 is "
                     "outside a prompt of"}},
        BadWorkflow{"Cycle",
                    "in: scores",
                    "in: by_layer",
                    2,
                    {"w.yaml:17: the stages form a cycle: by_layer <- by_layer"}},
        BadWorkflow{"Kept", "keep: [scores,", "keep: [score,", 2, {"w.yaml:21: keep: unknown stage 'score'"}},
        BadWorkflow{"Shown",
                    "keep:",
                    "show: scores.prb\nkeep:",
                    2,
                    {"w.yaml:21: show: 'scores.prb' is not a stored variable (did you mean 'scores.prob'?)"}},
        BadWorkflow{"TargetColumn",
                    "tokens: [target]",
                    "tokens: [targt]",
                    2,
                    {"w.yaml:16: stage 'scores': tokens:",
                     "w.yaml:4: prompt 'berlin': has no column 'targt' (did you "
                     "mean 'target'?); it has contrast, target"}},
        BadWorkflow{"TargetOfTwoTokens",
                    " Germany",
                    " Germanyx",
                    2,
                    {"w.yaml:16: stage 'scores': tokens:",
                     "w.yaml:4: prompt 'berlin': target: ' Germanyx' is 2 tokens (' Germany', 'x'), but must "
                     "be exactly "
                     "one",
                     "`hookflow tokenize`"}},
        BadWorkflow{"TargetWithoutItsSpace",
                    " Germany",
                    "capital",
                    2,
                    {"w.yaml:4: prompt 'berlin': target: 'capital' is ", "quote it as \" capital\""}},
        BadWorkflow{
            "PromptLongerThanTheContext",
            kBerlin,
            repeated(kBerlin + ". ", 200),
            3,
            {"w.yaml:4: prompt 'berlin': the prompt has ", " tokens, more than the model's context of "}},
        BadWorkflow{"PromptThatIsEmpty", kBerlin, "", 2, {"w.yaml:4: 'text' is empty"}},
        BadWorkflow{"TokenIdThatIsNone",
                    "text: \"" + kBerlin + "\", target: \" Germany\"",
                    "ids: [99999999], target: 1",
                    3,
                    {"w.yaml:4: prompt 'berlin': token id 99999999 is not in the model's vocabulary"}},
        BadWorkflow{"PromptIdTwice",
                    "stages:",
                    "  - {id: berlin, text: x}\nstages:",
                    2,
                    {"w.yaml:5: id 'berlin' is given twice, first at line 4"}}),
    [](const auto& bad) { return bad.param.name; });

class Errors : public Cli {};

TEST_F(Errors, OfAWorkflowAreToldAllAtOnceInTheOrderOfTheirLines) {
  std::string text = sweep_with("with: zero", "wiht: zero");
  text.replace(text.find("over: head"), 10, "ovre: head");
  write("w.yaml", text);
  EXPECT_EQ(lines_of(refuse({"validate", "w.yaml"}, 2, {"w.yaml:12: ", "\nw.yaml:20: "})).size(), 3U);
}

TEST_F(Errors, OfAStageAreNotRepeatedByThoseBehindIt) {
  write("w.yaml", sweep_with("hook_z[*]", "hook_z[77]"));
  EXPECT_EQ(lines_of(refuse({"validate", "w.yaml"}, 2, {})).size(), 1U);
}

TEST_F(Errors, OfAnUnknownVariableStandAlone) {
  write("w.yaml", sweep_with("in: scores", "in: scores.log_prb"));
  EXPECT_EQ(lines_of(refuse({"validate", "w.yaml"}, 2, {})).size(), 1U);
}

TEST_F(Errors, OfMissingFiles) {
  refuse({"run", "none.yaml"}, 3, {"none.yaml: ", "No such file"});
  refuse({"run", "."}, 3, {".: is a directory"});
  write("w.yaml", sweep_over("none.jsonl"));
  refuse({"run", "w.yaml"}, 3, {"w.yaml:3: prompts: no file 'none.jsonl'"});
  write("w.yaml", kSweep);
  refuse({"run", "w.yaml", "--model", "none"}, 3, {"--model: model 'none' was not found"});
  refuse({"describe", "--model", "none"}, 3, {"model 'none' was not found"});
  refuse({"tokenize", "--model", "none", "text"}, 3, {"model 'none' was not found"});
  refuse({"inspect", "none.h5"}, 3, {"none.h5: no such run file"});
  refuse({"inspect", "w.yaml"}, 3, {"w.yaml: is a workflow", "not an HDF5 file"});
  refuse({"report", "w.yaml"}, 3, {"w.yaml: is a workflow"});
  succeed({"run", "w.yaml", "--quiet"});
  refuse({"run", "sweep.h5"}, 3, {"sweep.h5: is a run file, not a workflow: resume it, or look at it with"});
  write("w.yaml", sweep_with("stage: ablate", "stage: mine.swap"));
  refuse({"validate", "w.yaml"}, 2,
         {"unknown stage 'mine.swap'; one of a plugin needs `plugins: [FILE.so]`"});
}

TEST_F(Errors, OfTheModelsFilesAreInput) {
  namespace fs = std::filesystem;
  const fs::path model = folder.path() / "m";
  const auto fresh_model = [&] {
    fs::remove_all(model);
    fs::copy(HOOKFLOW_SOURCE_DIR "/tests/golden/three_heads", model);
  };
  write("w.yaml",
        "workflow: w\nmodel: ./m\nprompts: [{ids: [1, 2, 3]}]\nstages:\n  tokens: {stage: tokenize}\n"
        "  pass: {stage: forward, in: tokens}\n  clean: {stage: measure.prediction, in: pass, metrics: "
        "[entropy]}\n"
        "keep: [clean]\n");
  const auto refused = [&](const Words& parts) {
    refuse({"run", "w.yaml"}, 3, parts);
    refuse({"run", "w.yaml", "--dry-run"}, 3, parts);
  };
  fresh_model();
  fs::remove(model / "model.safetensors");
  refused({"m: holds neither model.safetensors nor model.safetensors.index.json"});
  fs::create_symlink("model.safetensors", model / "model.safetensors");  // a link to itself
  refused({"m/model.safetensors: is a link to 'model.safetensors', which cannot be opened: Too many levels"});
  fresh_model();
  fs::resize_file(model / "model.safetensors", 200'000);
  refused({"m/model.safetensors: ", "reach beyond the end of the file"});
  fresh_model();
  write("m/config.json", "{}");
  refused({"w.yaml:2: ", "m/config.json: model_type: is missing"});
  fresh_model();
  std::string long_prompt = read_file(folder.path() / "w.yaml");
  long_prompt.replace(long_prompt.find("1, 2, 3"), 7, repeated("1, ", 200) + "1");
  write("w.yaml", long_prompt);
  refused({"w.yaml:3: ", "the prompt has 201 tokens, more than the model's context of "});
}

TEST_F(Errors, OfAPromptFileNameItsLine) {
  write("w.yaml", sweep_over("p.jsonl"));
  const std::string good = R"({"id": "berlin", "text": "Berlin is", "target": " Germany"})";
  const auto refused = [&](const std::string& row, const Words& parts, int code = 3) {
    write("p.jsonl", good + "\n" + row + "\n");
    refuse({"run", "w.yaml"}, code, parts);
  };
  refused("{\"text\": ", {"p.jsonl:2: "});
  refused(R"({"text": "", "target": " a"})", {"p.jsonl:2: 'text' is empty"});
  refused(good, {"p.jsonl:2: id 'berlin' is given twice, first at line 1"});
  refused(R"({"txt": "a"})", {"p.jsonl:2: neither 'text' nor 'ids' is given; must be one of the two; 'txt' "
                              "is another column (did you mean 'text'?)"});
  refused(R"({"text": ")" + repeated("Berlin is. ", 300) + R"(", "target": " a"})",
          {"p.jsonl:2: prompt '1': the prompt has ", "more than the model's context"});
  refused(R"({"text": "Berlin is", "target": " Germanyx"})",
          {"p.jsonl:2: prompt '1': target: ' Germanyx' is 2 tokens"}, 2);
  write("p.jsonl", "");
  refuse({"run", "w.yaml"}, 3, {"p.jsonl: the file holds no prompts"});
}

TEST_F(Errors, OfSettings) {
  write("w.yaml", kSweep);
  const auto refused = [&](const std::string& setting, const Words& parts) {
    refuse({"run", "w.yaml", "--set", setting}, 2, parts);
  };
  refused("scors.metrics=[prob]",
          {"--set scors.metrics=[prob]: 'scors' is neither a key nor a stage of the workflow",
           "(did you mean 'scores'?)"});
  refused("silenced", {"--set silenced: must be path=value"});
  refused("silenced.at.x=1", {"--set silenced.at.x=1: 'at' is not a map, so it has no 'x'"});
  refused("scores.metrics=[prb]", {"stage 'scores': metrics: unknown value 'prb' (did you mean 'prob'?)"});
  refused("silenced.at=hook_zz", {"w.yaml: stage 'silenced': at: 'hook_zz'"});
  refused("silenced.at=[", {"value '[': not YAML"});
}

TEST_F(Errors, OfOutputFilesThatExistLeaveThemAsTheyAre) {
  write("w.yaml", kSweep);
  write("sweep.h5", "precious");
  for (const Words& force : {Words{}, Words{"--force"}}) {
    Words words = {"run", "w.yaml"};
    words.insert(words.end(), force.begin(), force.end());
    refuse(words, 3, {"sweep.h5: the file exists and is not a run file, so it is never replaced"});
  }
  refuse({"run", "w.yaml", "--resume"}, 3, {"sweep.h5: ", "not an HDF5 file"});
  EXPECT_EQ(read_file(folder.path() / "sweep.h5"), "precious");
  refuse({"run", "w.yaml", "--out", "."}, 3, {".: is a directory"});
  refuse({"run", "w.yaml", "--out", "none/x.h5"}, 3, {"none/x.h5: none is not a directory"});
  refuse({"run", "w.yaml", "--resume", "--force"}, 2, {"--resume and --force exclude each other"});
}

}  // namespace
}  // namespace hookflow::test

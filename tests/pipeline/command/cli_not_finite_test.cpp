// What a model computes that is no number fails its prompt, whichever stage measures it.
#include "tests/support/torn_model.hpp"

namespace hookflow::test {
namespace {

/// A stage, and what is said of the place where it finds no number.
struct Case {
  std::string stage;
  std::string place;
};

const std::vector<Case> kCases = {
    {"measure.activation, in: pass, at: blocks.1.hook_resid_post, positions: last",
     "blocks.1.hook_resid_post at position "},
    {"measure.attention, in: pass, at: blocks.1.attn.hook_pattern, queries: last, keys: [0]",
     "blocks.1.attn.hook_pattern[0] at position "},
    {"gather, in: pass, at: blocks.1.attn.hook_q, position: -1", "blocks.1.attn.hook_q[0] at position "},
    {"measure.prediction, in: pass, metrics: [entropy]", "the logit of token id 0 at position "},
    {"measure.answer, in: pass, answers: after", "the logit of token id 0 at position "},
    {"measure.answer, in: [pass, silenced], answers: after", "the logit of token id 0 at position "},
    {"measure.replacement, in: silenced", "a mean that replaces the activation"}};

class NotFinite : public Cli {};

TEST_F(NotFinite, FailsThePromptWithItsStageAndPlace) {
  write_model_without_position(std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "model/nano",
                               folder.path() / "torn", 3);  // the longer of the prompts reaches it
  for (const Case& tried : kCases) {
    write("w.yaml", R"(workflow: torn
model: ./torn
prompts:
  - {id: short, text: "Paris is", after: " the"}
  - {id: long, text: "Berlin is the capital of", after: " Germany and"}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.1.attn.hook_z[2]", with: {mean: head}}
  measured: {stage: )" + tried.stage +
                        "}\nkeep: [measured]\n");
    const Outcome outcome = run({"run", "w.yaml", "--out", "w.h5", "--force"});
    EXPECT_EQ(outcome.code, 4) << tried.stage << ": " << outcome.err;
    const auto failures = pipeline::read_run_file(folder.path() / "w.h5").failures;
    ASSERT_EQ(failures.size(), 1U) << tried.stage;
    EXPECT_EQ(failures[0].prompt, 1U);
    EXPECT_EQ(failures[0].stage, "measured");
    EXPECT_NE(failures[0].reason.find(tried.place), std::string::npos) << failures[0].reason;
    EXPECT_NE(failures[0].reason.find("finite"), std::string::npos) << failures[0].reason;
  }
}

}  // namespace
}  // namespace hookflow::test

// Patching through the command line: what is refused, and what is told.
#include <string>

#include <gtest/gtest.h>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

class Patching : public Cli {
 protected:
  /// A workflow with a corrupted text; `with` and `stages` as given.
  std::string workflow(const std::string& ablate, const std::string& prompt = kPrompt,
                       const std::string& more = "") {
    return "workflow: w\nmodel: nano\nprompts: [" + prompt +
           "]\nstages:\n  tokens: {stage: tokenize}\n  others: {stage: tokenize, column: corrupted}\n"
           "  clean: {stage: forward, in: tokens}\n  corrupted: {stage: forward, in: others" +
           more + "}\n  patched: {stage: ablate, in: corrupted, at: \"blocks.*.hook_resid_pre\", " + ablate +
           "}\n  scores: {stage: measure.prediction, in: {clean: clean, corrupted: corrupted, edited: "
           "patched}, "
           "metrics: [logit_diff], tokens: [target, contrast]}\nkeep: [scores]\n";
  }
  static constexpr const char* kPrompt =
      "{id: a, text: \"When Sam and Sally went to the park, Sam gave a gift to\", corrupted: \"When Sam and "
      "Sally "
      "went to the park, Sally gave a gift to\", target: \" Sally\", contrast: \" Sam\"}";
};

TEST_F(Patching, OfTheWholeStreamRestoresAll) {
  write("w.yaml", workflow("with: {from: clean}"));
  succeed({"run", "w.yaml", "--quiet"});
  const std::string csv = succeed({"export", "w.h5", "scores.logit_diff_restored"});
  EXPECT_NE(csv.find("a,from_clean,0,"), std::string::npos) << csv;
  for (std::size_t line = csv.find('\n') + 1; line < csv.size(); line = csv.find('\n', line) + 1)
    EXPECT_NEAR(std::stod(csv.substr(csv.rfind(',', csv.find('\n', line)) + 1)), 1, 1e-4);
}

TEST_F(Patching, RefusesWhatIsNoPass) {
  write("w.yaml", workflow("with: {from: cleen}"));
  refuse({"validate", "w.yaml"}, 2, {"w.yaml:9", "'cleen', which is no stage", "did you mean 'clean'"});
  write("w.yaml", workflow("with: {from: tokens}"));
  refuse({"validate", "w.yaml"}, 2, {"'tokens' gives tokens, but what a parameter names must give pass"});
  write("w.yaml", workflow("with: {from: clean}", kPrompt,
                           ", edits: [{at: hook_embed, positions: [0], with: {from: corrupted}}]"));
  refuse({"validate", "w.yaml"}, 2, {"the stages form a cycle: corrupted <- corrupted"});
}

TEST_F(Patching, RefusesAPromptWithoutTheText) {
  write("w.yaml", workflow("with: {from: clean}",
                           std::string(kPrompt) +
                               ", {id: b, text: \"Sam is\", target: \" Sally\", contrast: \" Sam\"}"));
  refuse({"validate", "w.yaml"}, 2, {"prompt 'b': has no column 'corrupted'"});
  EXPECT_EQ(run({"run", "w.yaml", "--quiet", "--skip-bad"}).code, 4);
}

TEST_F(Patching, RefusesTextsOfDifferentLengths) {
  const std::string uneven =
      "{id: a, text: \"Sam gave a gift to\", corrupted: \"Sally and Sam gave a gift to\", target: \" "
      "Sally\", contrast: \" Sam\"}";
  write("w.yaml", workflow("with: {from: clean}", uneven));
  refuse({"validate", "w.yaml"}, 2, {"{from: clean}", "7 tokens", "5 in 'clean'", "positions on both sides"});
  write("w.yaml", workflow("with: {from: clean, positions: last}, positions: last", uneven));
  succeed({"run", "w.yaml", "--quiet"});
}

}  // namespace
}  // namespace hookflow::test

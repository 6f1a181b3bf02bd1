// Named variants and replacements, from the workflow to all that reads their labels.
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

constexpr const char* kVariants = R"(workflow: variants
model: nano
prompts:
  - {id: berlin, text: "Berlin is the capital of", target: " Germany"}
  - {id: paris, text: "Paris is the capital of", target: " France"}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced:
    stage: ablate
    in: pass
    variants:
      - {name: both, edits: [{at: "blocks.0.attn.hook_z[3]"}, {at: "blocks.7.attn.hook_z[5]", with: {mean: head}, positions: last}]}
      - {name: all but one, edits: [{at: "blocks.*.attn.hook_z[*]", except: "blocks.7.attn.hook_z[5]"}]}
  scores: {stage: measure.prediction, in: [pass, silenced], tokens: [target]}
  over_all: {stage: aggregate.moments, in: scores.prob_change, over: variant}
  over_prompts: {stage: aggregate.moments, in: "scores.prob_change[variant=all but one]", over: prompt}
keep: [scores, over_all, over_prompts]
)";

std::string variants_with(const std::string& from, const std::string& to) {
  std::string text = kVariants;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class CliVariants : public Cli {
 protected:
  CliVariants() { write("w.yaml", kVariants); }
  std::vector<double> values(const std::string& file, const std::string& group, const std::string& variable) {
    return pipeline::read_variable(folder.path() / file, group, variable);
  }
};

TEST_F(CliVariants, NamesAreTheLabelsThatEveryReaderTakes) {
  succeed({"run", "w.yaml", "--out", "a.h5"});
  const std::string both = succeed({"inspect", "a.h5", "scores.prob", "--where", "variant=both"});
  EXPECT_NE(both.find("both"), std::string::npos) << both;
  EXPECT_EQ(both.find("all but one"), std::string::npos) << both;

  const std::vector<double> changes = values("a.h5", "scores", "prob_change");  // (prompt, variant, token)
  ASSERT_EQ(changes.size(), 4U);
  const std::vector<double> over_all = values("a.h5", "over_all", "prob_change_mean");  // (prompt, token)
  ASSERT_EQ(over_all.size(), 2U);
  EXPECT_NEAR(over_all[0], (changes[0] + changes[1]) / 2, 1e-9);
  const std::vector<double> over_prompts = values("a.h5", "over_prompts", "prob_change_mean");  // (token)
  ASSERT_EQ(over_prompts.size(), 1U);
  EXPECT_NEAR(over_prompts[0], (changes[1] + changes[3]) / 2, 1e-9);
  EXPECT_NE(changes[0], changes[1]);
}

TEST_F(CliVariants, FileGoesOnWithTheWorkflowThatStandsInIt) {
  succeed({"run", "w.yaml", "--out", "a.h5"});
  EXPECT_NE(run({"resume", "a.h5"}).err.find("complete already"), std::string::npos);
  EXPECT_EQ(run({"run", "w.yaml", "--out", "a.h5", "--resume"}).code, 0);
}

TEST_F(CliVariants, OtherNamesAndEditsAreAnotherRun) {
  succeed({"run", "w.yaml", "--out", "a.h5"});
  write("named.yaml", variants_with("name: both", "name: two"));
  refuse({"run", "named.yaml", "--out", "a.h5", "--resume"}, 3, {"silenced.variants", "both", "two"});
  write("edited.yaml", variants_with("hook_z[3]", "hook_z[4]"));
  refuse({"run", "edited.yaml", "--out", "a.h5", "--resume"}, 3,
         {"silenced.variants", "hook_z[3]", "hook_z[4]"});
  succeed({"run", "named.yaml", "--out", "b.h5"});
  const Outcome outcome = run({"diff", "a.h5", "b.h5"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("variant"), std::string::npos) << outcome.out;
}

TEST_F(CliVariants, NameOfAReplacementIsItsLabel) {
  write("sweep.yaml", sweep_with("with: zero", "with: [{zero, name: off}, {value: 1, name: one}]"));
  succeed({"run", "sweep.yaml", "--out", "a.h5"});
  write("plain.yaml", sweep_with("with: zero", "with: [zero, {value: 1}]"));
  succeed({"run", "plain.yaml", "--out", "b.h5"});
  expect_equal_numbers("a.h5", "b.h5");
  const std::string off =
      succeed({"inspect", "a.h5", "scores.prob", "--where", "replacement=off", "--where", "layer=0"});
  EXPECT_NE(off.find("off"), std::string::npos) << off;
}

TEST_F(CliVariants, WhatIsWrongIsToldAtItsLine) {
  write("twice.yaml", variants_with("name: all but one", "name: both"));
  refuse({"run", "twice.yaml"}, 2, {"twice.yaml:12: stage 'silenced': variants: two are named 'both'"});
  write("unknown.yaml", variants_with("except:", "without:"));
  refuse({"run", "unknown.yaml"}, 2, {"unknown.yaml:14: stage 'silenced': variants: unknown key 'without'"});
  write("same.yaml", variants_with("blocks.7.attn.hook_z[5]\", with", "blocks.0.attn.hook_z[*]\", with"));
  refuse({"run", "same.yaml"}, 2,
         {"same.yaml:12: stage 'silenced': variants: 'both': edit 1 and edit 2 both change "
          "blocks.0.attn.hook_z[3] at position"});
  write("grid.yaml", variants_with("    variants:", "    at: blocks.0.hook_mlp_out\n    variants:"));
  refuse({"run", "grid.yaml"}, 2,
         {"grid.yaml:12: stage 'silenced': at: cannot be given together with variants"});
}

}  // namespace
}  // namespace hookflow::test

// What a run file says of the tokens that were fed.
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

class Tokens : public Cli {
 protected:
  /// The long name of an axis of a variable.
  [[nodiscard]] std::string axis_of(const std::string& file, const std::string& group_name,
                                    const std::string& axis_name) const {
    for (const pipeline::GroupLayout& group : pipeline::read_run_file(folder.path() / file).groups) {
      if (group.name != group_name) continue;
      for (const pipeline::Axis& axis : group.variables.front().axes) {
        if (axis.name == axis_name) return axis.long_name;
      }
    }
    return "no such axis";
  }
};

TEST_F(Tokens, BosTokenIsSaidWhereverPositionsAre) {
  write("w.yaml", R"(workflow: bos
model: nano
prompts: [{text: "Berlin is", target: " the"}]
stages:
  tokens: {stage: tokenize, bos: true}
  pass: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: pass, positions: all}
  raw: {stage: measure.attention, in: pass, at: "blocks.0.attn.hook_scores_raw[0]", queries: all}
  cosine: {stage: measure.cosine, in: pass, at: hook_embed, positions: all}
  q: {stage: measure.activation, in: pass, at: blocks.0.attn.hook_pattern}
keep: [scores, raw, cosine, q]
)");
  succeed({"run", "w.yaml", "--quiet"});
  for (const auto& [group, axis] : std::map<std::string, std::string>{{"tokens", "position"},
                                                                      {"scores", "position"},
                                                                      {"raw", "query"},
                                                                      {"cosine", "pair"},
                                                                      {"q", "key"}}) {
    EXPECT_NE(axis_of("bos.h5", group, axis).find("counted from 0 (the BOS token)"), std::string::npos)
        << group << ": " << axis_of("bos.h5", group, axis);
  }
  EXPECT_EQ(pipeline::read_variable(folder.path() / "bos.h5", "tokens", "ids").front(), 3987);
  EXPECT_NE(pipeline::read_run_file(folder.path() / "bos.h5").root.at("workflow").find("\"bos\":true"),
            std::string::npos);
  write("without.yaml", kSweep);
  succeed({"run", "without.yaml", "--quiet"});
  EXPECT_EQ(axis_of("sweep.h5", "tokens", "position"), "position in the prompt, counted from 0");
}

TEST_F(Tokens, AnswersAreStoredWithTheirTokens) {
  write("w.yaml", R"(workflow: answers
model: nano
prompts:
  - {text: "Berlin is the capital of", target: " Germany and Paris is", contrast: " France"}
  - {text: "Paris is", target: " the capital", contrast: " in"}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: {mean: head}}
  whole: {stage: measure.answer, in: [pass, silenced], answers: [target, contrast]}
  single: {stage: measure.answer, in: [pass, silenced], answers: contrast}
  scores: {stage: measure.prediction, in: [pass, silenced], tokens: contrast}
  by_layer: {stage: aggregate.moments, in: whole.log_prob_change, over: head}
keep: [whole, single, scores, by_layer]
batch_tokens: 3
)");
  succeed({"run", "w.yaml", "--quiet", "--threads", "1"});
  succeed({"run", "w.yaml", "--quiet", "--threads", "3", "--out", "other.h5"});
  expect_equal_numbers("answers.h5", "other.h5");
  const auto stored = numbers("answers.h5");
  EXPECT_TRUE(stored.contains("whole.log_prob_per_token_change"));
  EXPECT_EQ(stored.at("whole.token_count").size(), 4U);
  const auto values = [&](const char* group, const char* variable) {
    return pipeline::read_variable(folder.path() / "answers.h5", group, variable);
  };
  const auto single = values("single", "log_prob");
  const auto scores = values("scores", "log_prob");
  ASSERT_EQ(single.size(), scores.size());
  for (std::size_t i = 0; i < single.size(); ++i) EXPECT_NEAR(single[i], scores[i], 1e-5);
  succeed({"diff", "answers.h5", "other.h5"});
}

}  // namespace
}  // namespace hookflow::test

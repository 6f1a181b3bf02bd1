// Runs that read logits of named tokens alone: killed and resumed, and beside what reads them all.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

class NamedLogits : public Cli {
 protected:
  void write_workflow(const std::string& file, const std::string& metrics) {
    write(file, R"(workflow: named
model: nano
prompts:
  - {id: a, text: "When Sam and Sally went to the park, Sam gave a gift to", corrupted: "When Sam and Sally went to the park, Sally gave a gift to", target: " Sally", contrast: " Sam"}
  - {id: b, text: "When Tom and Mary went to the park, Tom gave a gift to", corrupted: "When Tom and Mary went to the park, Mary gave a gift to", target: " Mary", contrast: " Tom"}
stages:
  tokens: {stage: tokenize}
  others: {stage: tokenize, column: corrupted}
  clean: {stage: forward, in: tokens}
  corrupted: {stage: forward, in: others}
  patched: {stage: ablate, in: corrupted, at: "blocks.*.hook_resid_pre", with: {from: clean}, positions: each, rows: 200}
  scores: {stage: measure.prediction, in: {clean: clean, corrupted: corrupted, edited: patched}, metrics: )" +
                    metrics + R"(, tokens: [target, contrast]}
  parts: {stage: measure.contribution, in: clean, direction: [target, contrast]}
keep: [scores, parts]
)");
  }
  [[nodiscard]] std::vector<double> read(const std::string& file, const std::string& variable) const {
    return pipeline::read_variable(folder.path() / file, "scores", variable);
  }
};

TEST_F(NamedLogits, KilledAndResumedAreTheSameToTheBit) {
  write_workflow("w.yaml", "[logit, logit_diff]");
  const auto begin = std::chrono::steady_clock::now();
  succeed({"run", "w.yaml", "--out", "whole.h5", "--quiet", "--threads", "1"});
  const auto whole =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  for (int share = 2; share < 8; ++share) {
    fs::remove(folder.path() / "x.h5");
    const pid_t child = start({"run", "w.yaml", "--out", "x.h5", "--quiet", "--commit-every", "0.001"});
    std::this_thread::sleep_for(whole * share / 8);
    ::kill(child, SIGKILL);
    wait_for(child);
    succeed(fs::exists(folder.path() / "x.h5") ? Words{"resume", "x.h5", "--quiet", "--threads", "2"}
                                               : Words{"run", "w.yaml", "--out", "x.h5", "--quiet"});
    expect_equal_numbers("x.h5", "whole.h5");
    ASSERT_FALSE(HasFailure()) << share;
  }
}

TEST_F(NamedLogits, AreTheSameBesideWhatReadsAllLogits) {
  write_workflow("named.yaml", "[logit_diff]");
  write_workflow("all.yaml", "[logit_diff, log_prob]");
  for (const std::string file : {"named", "all"})
    succeed({"run", file + ".yaml", "--out", file + ".h5", "--quiet"});
  for (const std::string variable : {"logit_diff", "logit_diff_change", "logit_diff_restored"})
    EXPECT_EQ(read("named.h5", variable), read("all.h5", variable)) << variable;
  const auto work = [&](const std::string& file) {
    const std::string out = succeed({"run", file, "--dry-run", "--out", "none.h5"});
    const std::size_t at = out.find("\nwork");
    return out.substr(at, out.find('\n', at + 1) - at);
  };
  EXPECT_NE(work("named.yaml"), work("all.yaml"));
}

}  // namespace
}  // namespace hookflow::test

// Continued texts in run files: the same bits whatever runs them, and how they are read.
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

const std::string kWorkflow = R"(workflow: texts
model: nano
batch_tokens: 16
prompts:
  - {id: a, text: "Berlin is the capital of"}
  - {id: b, text: "Anna lost her"}
  - {id: c, text: "The opposite of hot is"}
  - {id: d, text: "We ate soup"}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  held: {stage: measure.activation, in: pass, at: blocks.3.hook_resid_pre}
  mean: {stage: aggregate.moments, in: held, over: [prompt, position], statistics: [mean]}
  steered: {stage: ablate, in: {clean: pass, values: mean}, at: blocks.3.hook_resid_pre, with: [{add: values, times: 0.5}, {add: values, times: 2}]}
  clean: {stage: generate, in: pass, new_tokens: 6}
  drawn: {stage: generate, in: steered, new_tokens: 9, temperature: 1.5, top_p: 0.9, samples: 3, seed: 4}
keep: [clean, drawn]
)";

class Texts : public Cli {
 protected:
  Texts() { write("w.yaml", kWorkflow); }
};

TEST_F(Texts, AreTheSameBitsForAnyThreadsAndMemoryAndResumed) {
  const auto begin = std::chrono::steady_clock::now();
  succeed({"run", "w.yaml", "--out", "one.h5", "--quiet", "--threads", "1"});
  const auto whole = std::chrono::steady_clock::now() - begin;
  succeed({"run", "w.yaml", "--out", "two.h5", "--quiet", "--threads", "2"});
  expect_equal_numbers("two.h5", "one.h5");
  succeed({"run", "w.yaml", "--out", "small.h5", "--quiet", "--memory", "1MB"});
  expect_equal_numbers("small.h5", "one.h5");
  for (int share = 4; share < 8; ++share) {
    std::filesystem::remove(folder.path() / "x.h5");
    const pid_t child = start({"run", "w.yaml", "--out", "x.h5", "--quiet", "--commit-every", "0.001"});
    std::this_thread::sleep_for(whole * share / 8);
    ::kill(child, SIGKILL);
    wait_for(child);
    succeed(std::filesystem::exists(folder.path() / "x.h5")
                ? Words{"resume", "x.h5", "--quiet"}
                : Words{"run", "w.yaml", "--out", "x.h5", "--quiet"});
    expect_equal_numbers("x.h5", "one.h5");
  }
}

TEST_F(Texts, AreReadAsTexts) {
  succeed({"run", "w.yaml", "--out", "x.h5", "--quiet"});
  EXPECT_NE(succeed({"inspect", "x.h5"}).find("inspect x.h5 clean.text"), std::string::npos);
  const std::string table = succeed({"inspect", "x.h5", "clean.text", "--csv"});
  EXPECT_EQ(lines_of(table).at(0), "prompt,text");
  EXPECT_EQ(lines_of(table).at(1), "a, Germany.<|endoftext|>");
  const std::string drawn = succeed({"inspect", "x.h5", "drawn.text", "--csv"});
  EXPECT_EQ(lines_of(drawn).size(), 1 + 4 * 2 * 3U);
  EXPECT_NE(succeed({"inspect", "x.h5", "clean"}).find("not shown, as its axes are different: clean.text"),
            std::string::npos);
  EXPECT_NE(succeed({"export", "x.h5", "clean.text"}).find(" Germany."), std::string::npos);
  succeed({"report", "x.h5"});
  EXPECT_NE(read_file(folder.path() / "x.html").find("Germany.&lt;|endoftext|"), std::string::npos);
}

TEST_F(Texts, OfEditsWithoutRowsForNewTokensAreWarnedOf) {
  std::string text = kWorkflow;
  text.replace(text.find("over: [prompt, position]"), 24, "over: prompt");
  write("w.yaml", text);
  succeed({"run", "w.yaml", "--out", "x.h5", "--quiet"});
  EXPECT_NE(succeed({"inspect", "x.h5", "warnings"}).find("new tokens"), std::string::npos);
}

}  // namespace
}  // namespace hookflow::test

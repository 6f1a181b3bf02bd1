#include "tests/support/cli.hpp"
#include "tests/support/own_memory.hpp"

// What a run takes in memory hardly depends on how many prompts it has.

namespace hookflow::test {
namespace {

/// One pass a prompt, so that a run of many is short.
constexpr const char* kPasses = R"(workflow: passes
model: nano
prompts: {file: prompts.jsonl}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: pass}
keep: [scores]
)";

class CliMemory : public Cli {
 protected:
  double peak_bytes(std::size_t prompts) {
    std::string lines;
    for (std::size_t i = 0; i < prompts; ++i) {
      const std::string id = std::to_string(i * 19 % 3900);  // the few, too, touch the whole table of tokens
      lines += R"({"ids": [1, 22, 333, )" + id + R"(, 1234], "target": )" + id + "}\n";
    }
    write("prompts.jsonl", lines);
    const Outcome outcome =
        run({"run", "passes.yaml", "--threads", "2", "--out", "out.h5", "--force", "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.peak_bytes;
  }
};

TEST_F(CliMemory, HardlyGrowsWithTheNumberOfPrompts) {
  if (!kMemoryIsTheProgramsOwn) GTEST_SKIP() << "the sanitizer takes most of the memory";
  write("passes.yaml", kPasses);
  const double few = peak_bytes(200);
  const double many = peak_bytes(10000);
  EXPECT_LE(many / few, 1.2) << many << " bytes against " << few;
  RecordProperty("ratio", std::to_string(many / few));
}

}  // namespace
}  // namespace hookflow::test

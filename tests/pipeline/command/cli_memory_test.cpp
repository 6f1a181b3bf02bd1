#include "tests/support/cli.hpp"
#include "tests/support/own_memory.hpp"

// What a run takes in memory hardly depends on how many prompts it has, and is what --memory allows.

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
      const std::string next = std::to_string(i / 3900);  // no two begin alike, so batches are all the same
      lines += R"({"ids": [)" + id + ", " + next + R"(, 22, 333, 1234], "target": )" + id + "}\n";
    }
    write("prompts.jsonl", lines);
    const Outcome outcome =
        run({"run", "passes.yaml", "--threads", "2", "--out", "out.h5", "--force", "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.peak_bytes;
  }
};

TEST_F(CliMemory, GrowsWithThePromptsByTheirOwnTextsAlone) {
  if (!kMemoryIsTheProgramsOwn) GTEST_SKIP() << "the sanitizer takes most of the memory";
  write("passes.yaml", kPasses);
  // Both are long enough that as many batches are under way as may be, and that HDF5's caches are full.
  constexpr std::size_t kFew = 4000;
  constexpr std::size_t kMany = 16000;
  const double few = peak_bytes(kFew);
  const double many = peak_bytes(kMany);
  // A prompt's ids and label take some 170 bytes; a row of nano's residual stream that stays would be 512
  // more.
  const double bytes_a_prompt = (many - few) / static_cast<double>(kMany - kFew);
  EXPECT_LE(bytes_a_prompt, 512) << many << " bytes against " << few;
  RecordProperty("bytes_a_prompt", std::to_string(bytes_a_prompt));
}

TEST_F(CliMemory, OfWorkInFlightIsWhatTheOptionAllowsAndChangesNoResult) {
  write("long.yaml", R"(workflow: long
model: nano
prompts: {file: p.jsonl}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  cut: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[*]", with: zero, rows: 512}
  squares: {stage: measure.activation, in: [cut], at: "blocks.4-7.attn.hook_pattern"}
keep: [squares]
)");
  std::string lines;
  for (int i = 0; i < 8; ++i) lines += R"({"text": ")" + std::to_string(i) + std::string(120, '?') + "\"}\n";
  write("p.jsonl", lines);
  const auto peak = [&](const std::string& memory, const std::string& out) {
    const Outcome outcome =
        run({"run", "long.yaml", "--threads", "6", "--memory", memory, "--out", out, "--quiet"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.peak_bytes;
  };
  const double little = peak("1kB", "little.h5");
  const double some = peak("120MB", "some.h5");  // of six chunks, each of 20 MB and more, some three
  const double much = peak("8GiB", "much.h5");
  succeed({"diff", "little.h5", "much.h5"});
  succeed({"diff", "some.h5", "much.h5"});
  if (!kMemoryIsTheProgramsOwn) GTEST_SKIP() << "the sanitizer takes most of the memory";
  EXPECT_LT(little, some);
  EXPECT_LT(some, much);
  EXPECT_LT(some - little, 120e6);
  RecordProperty("megabytes", std::to_string(little / 1e6) + " " + std::to_string(some / 1e6) + " " +
                                  std::to_string(much / 1e6));
}

TEST_F(CliMemory, IsANumberAndAUnit) {
  write("passes.yaml", kPasses);
  write("prompts.jsonl", R"({"ids": [1], "target": 2})");
  for (const std::string command : {"run", "resume"}) {
    const std::string file = command == "run" ? "passes.yaml" : "out.h5";
    const Outcome outcome = run({command, file, "--memory", "4"});
    EXPECT_EQ(outcome.code, 2);
    EXPECT_NE(outcome.err.find("--memory 4: must be a size such as 500MB or 4GiB"), std::string::npos)
        << outcome.err;
  }
  EXPECT_NE(succeed({"run", "passes.yaml", "--dry-run", "--memory", "3GB"}).find("(--memory: 3 GB)"),
            std::string::npos);
}

}  // namespace
}  // namespace hookflow::test

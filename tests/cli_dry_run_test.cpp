#include "tests/cli.hpp"

// What the dry run tells of a run before it starts is held against what the run then takes.

namespace hookflow::test {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr bool kMemoryIsTheProgramsOwn = false;  // most is the sanitizer's
#else
constexpr bool kMemoryIsTheProgramsOwn = true;
#endif

class CliDryRun : public Cli {
 protected:
  /// The number behind a label at the start of a line, in bytes.
  static double told(const std::string& text, const std::string& label) {
    const std::size_t at = text.find("\n" + label + " ");
    EXPECT_NE(at, std::string::npos) << label << " in: " << text;
    if (at == std::string::npos) return 0;
    std::istringstream rest(text.substr(at + label.size() + 1));
    double number = 0;
    std::string unit;
    rest >> number >> unit;
    const std::map<std::string, double> scales = {{"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}};
    EXPECT_TRUE(scales.contains(unit)) << unit;
    return scales.contains(unit) ? number * scales.at(unit) : 0;
  }

  void expect_truth(const std::string& workflow) {
    const std::string text = succeed({"run", workflow, "--threads", "2", "--dry-run"});
    const Outcome outcome = run({"run", workflow, "--threads", "2", "--out", "out.h5", "--quiet"});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    const auto file = static_cast<double>(std::filesystem::file_size(folder.path() / "out.h5"));
    EXPECT_NEAR(told(text, "file size") / file, 1, kNear);
    if (kMemoryIsTheProgramsOwn) {
      EXPECT_NEAR(told(text, "memory") / outcome.peak_bytes, 1, kNear);
    }
  }

  static std::string shipped(const std::string& name) {
    return std::string(HOOKFLOW_SOURCE_DIR) + "/workflows/" + name;
  }

  static constexpr double kNear = 0.25;
};

TEST_F(CliDryRun, OfOnePromptWithWholeVocabularies) { expect_truth(shipped("head_ablation.yaml")); }

TEST_F(CliDryRun, OfManySentencesAndNeurons) { expect_truth(shipped("qkv_similarity.yaml")); }

TEST_F(CliDryRun, OfWideAttention) { expect_truth(shipped("attention_scores.yaml")); }

TEST_F(CliDryRun, OfASweepOverManyPrompts) {
  write("prompts.jsonl", prompt_lines(100));
  write("sweep.yaml", sweep_over("prompts.jsonl"));
  expect_truth("sweep.yaml");
}

}  // namespace
}  // namespace hookflow::test

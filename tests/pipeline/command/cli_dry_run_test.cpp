#include "tests/support/cli.hpp"
#include "tests/support/own_memory.hpp"

// What the dry run tells of a run before it starts is held against what the run then takes.

namespace hookflow::test {
namespace {

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

  void expect_truth(const std::string& workflow, const std::string& threads = "2",
                    const std::string& memory = "8GB") {
    const Words run_it = {"run", workflow, "--threads", threads, "--memory", memory};
    const auto with = [&](const Words& more) {
      Words words = run_it;
      words.insert(words.end(), more.begin(), more.end());
      return words;
    };
    const std::string text = succeed(with({"--dry-run"}));
    peak_bytes_ = 0;
    // What is told is the most: on a busy machine threads do not always come to have the most at once.
    for (int run_number = 0; run_number < 4 && told(text, "memory") > (1 + kNear) * peak_bytes_;
         ++run_number) {
      const Outcome outcome = run(with({"--out", "out.h5", "--quiet", "--force"}));
      ASSERT_EQ(outcome.code, 0) << outcome.err;
      peak_bytes_ = std::max(peak_bytes_, outcome.peak_bytes);
    }
    const auto file = static_cast<double>(std::filesystem::file_size(folder.path() / "out.h5"));
    EXPECT_NEAR(told(text, "file size") / file, 1, kNear);
    if (kMemoryIsTheProgramsOwn) {
      EXPECT_NEAR(told(text, "memory") / peak_bytes_, 1, kNear);
    }
  }

  /// Of a run whose activations and results under way take more than all the rest of the process, which is
  /// what it takes for a single short prompt.
  void expect_truth_in_flight(const std::string& stages) {
    const std::string head =
        "workflow: long\nmodel: nano\nbatch_tokens: 256\nprompts: {file: p.jsonl}\nstages:\n" +
        std::string("  tokens: {stage: tokenize}\n  pass: {stage: forward, in: tokens}\n");
    write("long.yaml", head + stages);
    const auto write_prompts = [&](std::size_t count, std::size_t tokens) {
      std::string lines;
      for (std::size_t i = 0; i < count; ++i)
        lines += R"({"target": "???????", "text": ")" + std::string(1, static_cast<char>('a' + i)) +
                 std::string(tokens - 1, '?') + "\"}\n";  // no two begin alike
      write("p.jsonl", lines);
    };
    write_prompts(1, 2);
    const double base = run({"run", "long.yaml", "--threads", "1", "--out", "out.h5", "--quiet"}).peak_bytes;
    write_prompts(16, 120);
    for (const char* threads : {"1", "2"}) {
      SCOPED_TRACE(std::string(threads) + " threads");
      expect_truth("long.yaml", threads);
      if (kMemoryIsTheProgramsOwn) {
        EXPECT_GT(peak_bytes_, (threads[0] == '1' ? 1.5 : 2) * base);
      }
    }
    expect_truth("long.yaml", "4", "1MB");  // batch after batch
  }

  static std::string shipped(const std::string& name) {
    return std::string(HOOKFLOW_SOURCE_DIR) + "/workflows/" + name;
  }

  static constexpr double kNear = 0.25;

 private:
  double peak_bytes_ = 0;
};

TEST_F(CliDryRun, OfOnePromptWithWholeVocabularies) { expect_truth(shipped("head_ablation.yaml")); }

TEST_F(CliDryRun, OfManySentencesAndNeurons) { expect_truth(shipped("qkv_similarity.yaml")); }

TEST_F(CliDryRun, OfNeuronsOfEveryLayer) { expect_truth(shipped("qkv_layers.yaml")); }

TEST_F(CliDryRun, OfWideAttention) { expect_truth(shipped("attention_scores.yaml")); }

TEST_F(CliDryRun, OfASweepOverManyPrompts) {
  write("prompts.jsonl", prompt_lines(100));
  write("sweep.yaml", sweep_over("prompts.jsonl"));
  expect_truth("sweep.yaml");
}

TEST_F(CliDryRun, OfActivationsThatTakeMoreThanTheProgram) {
  expect_truth_in_flight(R"(
  squares: {stage: measure.activation, in: [pass], at: ["blocks.*.attn.hook_pattern", "blocks.*.attn.hook_attn_scores"]}
  vectors: {stage: measure.activation, in: [pass], at: "blocks.*.mlp.hook_post"}
keep: [squares, vectors]
)");
}

TEST_F(CliDryRun, OfVariantsThatTakeMoreThanTheProgram) {
  expect_truth_in_flight(R"(
  cut: {stage: ablate, in: pass, at: "blocks.0.attn.hook_z[*]", with: zero, rows: 2048}
  squares: {stage: measure.activation, in: [cut], at: "blocks.4-7.attn.hook_pattern"}
keep: [squares]
)");
}

TEST_F(CliDryRun, OfVocabulariesThatTakeMoreThanTheProgram) {
  expect_truth_in_flight(R"(
  cut: {stage: ablate, in: pass, at: "blocks.5.attn.hook_z[*]", with: [zero, {value: 1}, {value: 2}, {value: 3}], rows: 16384}
  words: {stage: measure.vocabulary, in: [cut]}
keep: [words]
)");
}

TEST_F(CliDryRun, OfAnswersThatTakeMoreThanTheProgram) {
  expect_truth_in_flight(R"(
  cut: {stage: ablate, in: pass, at: "blocks.5.attn.hook_z[*]", with: [zero, {value: 1}, {value: 2}, {value: 3}], rows: 16384}
  answers: {stage: measure.answer, in: [cut]}
keep: [answers]
)");
}

}  // namespace
}  // namespace hookflow::test

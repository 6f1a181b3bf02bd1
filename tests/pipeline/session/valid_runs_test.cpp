// What validation lets pass can be run to its end: over many workflows drawn at random, from all kinds of
// stages, kept or not and read or not.
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/session/execute.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

using Words = std::vector<std::string>;

const Words kMeasures = {
    "measure.prediction, in: pass, tokens: [target, contrast]",
    "measure.prediction, in: [pass, cut], tokens: [target], metrics: [log_prob, entropy]",
    "measure.prediction, in: [pass, once], metrics: [prob]",
    "measure.activation, in: pass, at: [blocks.*.attn.hook_q, blocks.*.attn.hook_k]",
    "measure.activation, in: [pass, cut], at: blocks.*.hook_resid_post, positions: last",
    "measure.attention, in: pass, at: blocks.*.attn.hook_pattern, queries: last",
    "measure.cosine, in: pass, at: blocks.*.hook_resid_post",
    "measure.cosine, in: [pass, cut], at: blocks.*.hook_resid_post, layers: edited",
    "measure.vocabulary, in: once",
    "measure.replacement, in: cut",
    "gather, in: pass, at: [blocks.1.attn.hook_q, blocks.1.attn.hook_k], position: 0",
};
const Words kAggregates = {
    "aggregate.moments",
    "aggregate.histogram, bins: 3",
    "aggregate.density, grid: {from: 0, to: 1, count: 4}",
    "aggregate.ttest, kind: one_sample",
    "aggregate.ttest, kind: paired",
    "aggregate.correlation",
    "aggregate.similarity, between: neuron, bins: 2",
};
const Words kAxes = {"prompt", "layer", "head", "token", "position", "pair", "replacement", "neuron", "bin"};

/// Workflows on a model of 2 layers of 3 heads; each seed's is another.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  std::string workflow() {
    std::string stages = R"(
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  cut: {stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: [zero, {mean: head}], rows: 8}
  once: {stage: ablate, in: pass, at: "blocks.1.attn.hook_z[0]"}
)";
    Words ids;
    const auto add = [&](const std::string& text) {
      ids.push_back("s" + std::to_string(ids.size()));
      stages += "  " + ids.back() + ": {stage: " + text + "}\n";
    };
    for (std::size_t i = 0; i <= below(2); ++i) add(one_of(kMeasures));
    for (std::size_t i = 0; i < below(4); ++i) add(aggregate(one_of(kAggregates), ids));
    std::string keep;
    for (const std::string& id : ids)
      if (below(3) == 0) keep += (keep.empty() ? "" : ", ") + id;
    if (keep.empty()) keep = one_of(ids);
    return "workflow: drawn\nmodel: " + testing_support::golden_model("three_heads") + "\nkeep: [" + keep +
           R"(]
prompts:
  - {id: a, ids: [5, 6, 7], target: 1, contrast: 2}
  - {id: b, ids: [8, 9, 10], target: 3, contrast: 4}
  - {id: c, ids: [8, 4, 1], target: 2, contrast: 4}
stages:)" + stages;
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }
  const std::string& one_of(const Words& words) { return words[below(words.size())]; }

  std::string aggregate(const std::string& text, const Words& ids) {
    const bool two =
        text.find("paired") != std::string::npos || text.find("correlation") != std::string::npos;
    std::string ports = (text.find("ttest") != std::string::npos || two ? "{a: " : "{in: ") + one_of(ids);
    if (two) ports += ", b: " + one_of(ids);
    std::string over;
    if (text.find("similarity") == std::string::npos) over = ", over: " + one_of(kAxes);
    return text + ", in: " + ports + "}" + over;
  }

  std::mt19937 random_;
};

class ValidRuns : public testing::Test {
 protected:
  [[nodiscard]] int run(const std::string& text) const {
    SessionOptions options;
    options.progress = ProgressStyle::quiet;
    options.run.threads = 2;
    PlannedRun planned = make_plan(read_workflow_text(text, "w.yaml", ".", {}));
    return execute(std::move(planned), {file, true, false, {}}, options);
  }

  static bool is_valid(const std::string& text) {
    try {
      make_plan(read_workflow_text(text, "w.yaml", ".", {}));
      return true;
    } catch (const UsageError&) {
      return false;
    }
  }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "drawn.h5";
};

TEST_F(ValidRuns, EndWellAndAreComplete) {
  int valid = 0;
  for (unsigned seed = 0; seed < 160; ++seed) {
    const std::string text = Draw(seed).workflow();
    SCOPED_TRACE(std::to_string(seed) + "\n" + text);
    std::filesystem::remove(file);
    if (!is_valid(text)) continue;
    ++valid;
    ASSERT_NO_THROW(ASSERT_EQ(run(text), 0));
    EXPECT_TRUE(read_run_file(file).complete);
    ASSERT_NO_THROW(ASSERT_EQ(run(text), 0)) << "resumed";
  }
  EXPECT_GT(valid, 40);
}

}  // namespace
}  // namespace hookflow::pipeline

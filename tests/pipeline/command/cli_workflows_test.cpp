// Every workflow that ships is checked, dry-run, run and drawn as a user would.
#include <set>

#include "pipeline/figures/figure.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

Words shipped_workflows() {
  Words names;
  for (const auto& entry : fs::directory_iterator(fs::path(HOOKFLOW_SOURCE_DIR) / "workflows")) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Workflows : public Cli, public testing::WithParamInterface<std::string> {
 protected:
  void expect_figures(const std::string& file) {
    const pipeline::RunFile run(folder.path() / file);
    const auto figures = figures_of(run, read_run_file(run));
    ASSERT_FALSE(figures.empty());
    std::set<std::string> ids;
    for (const pipeline::Figure& figure : figures) {
      EXPECT_TRUE(ids.insert(figure.id).second) << figure.id;
      EXPECT_FALSE(figure.title.empty()) << figure.id;
      EXPECT_FALSE(figure.note.empty()) << figure.id;
      EXPECT_EQ(figure.note.find('\n'), std::string::npos) << figure.id;
      EXPECT_GT(figure.spec["data"]["values"].size(), 0U) << figure.id;
      EXPECT_LE(figure.spec["data"]["values"].size(), 65'536U) << figure.id;
    }
    const std::string text = succeed({"plot", file, "--text"});
    for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 400U) << line;
  }

  std::string path = (fs::path(HOOKFLOW_SOURCE_DIR) / "workflows" / (GetParam() + ".yaml")).string();
};

TEST_P(Workflows, IsValidRunsAndHasFigures) {
  EXPECT_NE(succeed({"validate", path}).find("valid"), std::string::npos);
  succeed({"run", path, "--dry-run"});
  EXPECT_EQ(folder.names(), Words());
  succeed({"run", path, "--quiet"});
  const std::string file = GetParam() + ".h5";
  ASSERT_EQ(folder.names(), Words({file}));

  const pipeline::RunFileView view = pipeline::read_run_file(folder.path() / file);
  EXPECT_TRUE(view.complete);
  EXPECT_TRUE(view.failures.empty());
  EXPECT_EQ(view.root.at("workflow_name"), GetParam()) << "a workflow is called as its file is";
  EXPECT_FALSE(view.root.at("about").empty());
  EXPECT_NE(succeed({"inspect", file}).find("complete"), std::string::npos);
  expect_figures(file);
}

INSTANTIATE_TEST_SUITE_P(Shipped, Workflows, testing::ValuesIn(shipped_workflows()),
                         [](const auto& test) { return test.param; });

TEST(ShippedWorkflows, HoldTheExperiments) {
  const Words found = shipped_workflows();
  for (const std::string name :
       {"ablation_kinds",  "attention_knockout",   "attention_scores",  "causal_tracing",
        "cosine_ripple",   "direct_contributions", "head_ablation",     "head_sweep",
        "head_sweep_last", "indirect_object",      "induction",         "ioi_head_patching",
        "ioi_patching",    "logit_lens",           "path_patching",     "pizza",
        "qkv_layers",      "qkv_similarity",       "residual_patching", "steering"}) {
    EXPECT_TRUE(std::find(found.begin(), found.end(), name) != found.end()) << name;
  }
}

}  // namespace
}  // namespace hookflow::test

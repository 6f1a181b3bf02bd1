// Every workflow that ships is checked, dry-run and run as a user would.
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
  std::string path = (fs::path(HOOKFLOW_SOURCE_DIR) / "workflows" / (GetParam() + ".yaml")).string();
};

TEST_P(Workflows, IsValidAndRuns) {
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
}

INSTANTIATE_TEST_SUITE_P(Shipped, Workflows, testing::ValuesIn(shipped_workflows()),
                         [](const auto& test) { return test.param; });

TEST(ShippedWorkflows, HoldTheExperiments) {
  const Words found = shipped_workflows();
  for (const std::string name : {"attention_scores", "cosine_ripple", "head_ablation", "head_sweep",
                                 "qkv_similarity", "logit_lens", "direct_contributions", "induction",
                                 "attention_knockout"}) {
    EXPECT_TRUE(std::find(found.begin(), found.end(), name) != found.end()) << name;
  }
}

}  // namespace
}  // namespace hookflow::test

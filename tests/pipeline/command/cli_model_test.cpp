// How a workflow's model is found, and what is said of how it is read.
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;
const fs::path kNano = fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano";

std::string workflow(const std::string& prompt = R"(text: "Berlin is the capital of", target: " Germany")") {
  return "workflow: w\nmodel: models/m\nprompts: [{" + prompt + R"(}]
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  clean: {stage: measure.prediction, in: pass, tokens: target}
keep: [clean]
)";
}

class Model : public Cli {
 protected:
  void add_model(const std::string& place) const {
    fs::create_directories((folder.path() / place).parent_path());
    fs::copy(kNano, folder.path() / place);
  }
};

TEST_F(Model, ARelativePathStartsFromTheWorkflowsFolder) {
  add_model("w/models/m");
  write("w/w.yaml", workflow());
  succeed({"validate", "w/w.yaml"});
  succeed({"run", "w/w.yaml", "--quiet"});
  add_model("other");
  EXPECT_EQ(succeed({"run", "w/w.yaml", "--model", "other", "--out", "other.h5", "--quiet"}), "other.h5\n");
  refuse({"run", "w/w.yaml", "--model", "models/m", "--out", "x.h5"}, 3,
         {"--model: model 'models/m' was not found", "\n  models/m: no such directory"});
}

TEST_F(Model, IsFoundAgainByResumeFromAnywhere) {
  add_model("w/models/m");
  write("w/w.yaml", workflow());
  succeed({"run", "w/w.yaml", "--quiet", "--out", "w/models/x.h5"});
  EXPECT_NE(run({"resume", "w/models/x.h5"}).err.find("complete already"), std::string::npos);
}

TEST_F(Model, AnErrorSaysWhereAPathFromTheCurrentFolderWouldLead) {
  fs::create_directory(folder.path() / "w");
  add_model("models/m");
  write("w/w.yaml", workflow());
  refuse({"run", "w/w.yaml"}, 3,
         {"w/w.yaml:2: model 'models/m' was not found", "\n  w/models/m: no such directory",
          "A path in a workflow starts from the workflow's folder", "--model models/m takes it from there"});
}

TEST_F(Model, WhatIsLeftOutOfItIsTold) {
  add_model("models/m");
  write("w.yaml", workflow());
  EXPECT_EQ(run({"run", "w.yaml", "--quiet"}).err, "");
  write("models/m/tokenizer_config.json", R"({"add_eos_token": true})");
  write("w.yaml", workflow(R"(ids: [1, 2], target: "3")"));
  const std::string note = "tokens are stored without their text: ";
  EXPECT_NE(run({"run", "w.yaml", "--quiet", "--force"}).err.find("hookflow: warning: " + note),
            std::string::npos);
  const std::string json = run({"run", "w.yaml", "--json", "--force"}).err;
  EXPECT_TRUE(json.starts_with(R"({"event":"warning",)")) << json;
  EXPECT_NE(json.find(R"("message":")" + note), std::string::npos) << json;
}

TEST_F(Model, ThatItsTokenizerPutsABosTokenBeforeTextsIsToldWhereNobodyAsksForIt) {
  add_model("models/m");
  write("models/m/tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<|endoftext|>"})");
  std::string text = workflow(R"(text: "Berlin is", target: " the")");
  write("w.yaml", text);
  EXPECT_NE(run({"validate", "w.yaml"}).err.find("warning: stage 'tokens': no BOS token is put before"),
            std::string::npos);
  text.replace(text.find("{stage: tokenize}"), 17, "{stage: tokenize, bos: true}");
  write("w.yaml", text);
  EXPECT_EQ(run({"validate", "w.yaml"}).err, "");
}

}  // namespace
}  // namespace hookflow::test

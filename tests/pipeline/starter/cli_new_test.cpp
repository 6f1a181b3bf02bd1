// Workflows to begin with: each that ships can be had under another name, in any folder, and runs.
#include "pipeline/yaml/node.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

class NewCommand : public Cli {
 protected:
  [[nodiscard]] std::string text(const std::string& name) const { return read_file(folder.path() / name); }
};

TEST_F(NewCommand, WritesAStarterThatRunsAtOnce) {
  EXPECT_EQ(succeed({"new", "mine"}), "mine.yaml: written; to run it: hookflow run mine.yaml\n");
  succeed({"validate", "mine.yaml"});
  succeed({"run", "mine.yaml", "--quiet"});
  EXPECT_EQ(folder.names(), (Words{"mine.h5", "mine.yaml"}));
  EXPECT_TRUE(succeed({"inspect", "mine.h5"}).starts_with("mine: "));
}

// By a comment at its end, or above what it belongs to.
TEST_F(NewCommand, ExplainsEveryLineOfTheStarter) {
  succeed({"new", "mine"});
  bool explained = false;
  for (const std::string& line : lines_of(text("mine.yaml"))) {
    const std::size_t comment = line.find("# ");
    const bool only_comment = comment != line.npos && line.find_first_not_of(' ') == comment;
    explained = !line.empty() && (explained || only_comment);
    EXPECT_TRUE(line.empty() || explained || comment != line.npos) << line;
  }
}

TEST_F(NewCommand, CopiesEachWorkflowThatShips) {
  const Words listed = lines_of(succeed({"new", "--list"}));
  std::size_t shipped = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(HOOKFLOW_SOURCE_DIR) / "workflows")) {
    if (entry.path().extension() != ".yaml") continue;
    ++shipped;
    const std::string from = entry.path().stem().string();
    EXPECT_TRUE(
        std::ranges::any_of(listed, [&](const std::string& line) { return line.starts_with(from + " "); }));
    succeed({"new", "my copy", "--from", from, "-o", "copy.yaml", "--force"});
    succeed({"validate", "copy.yaml"});
    const std::string original = read_file(entry.path());
    EXPECT_EQ(std::ranges::count(text("copy.yaml"), '#'), std::ranges::count(original, '#')) << "comments";
    pipeline::Node expected = pipeline::parse_yaml(original, from);
    const pipeline::Node copy = pipeline::parse_yaml(text("copy.yaml"), "copy.yaml");
    expected["workflow"] = pipeline::Node::scalar("my copy", true);
    if (pipeline::Node& prompts = expected["prompts"]; prompts.find("file") != nullptr) {
      prompts["file"] = *copy.find("prompts")->find("file");
      EXPECT_TRUE(fs::path(prompts["file"].text).is_absolute()) << prompts["file"].text;
    }
    EXPECT_EQ(pipeline::to_json(copy), pipeline::to_json(expected));
  }
  EXPECT_EQ(listed.size(), shipped);
}

TEST_F(NewCommand, ReplacesNoFileUnlessThatIsAsked) {
  write("mine.yaml", "precious");
  refuse({"new", "mine"}, 3, {"mine.yaml: is there already", "--force"});
  EXPECT_EQ(text("mine.yaml"), "precious");
  fs::create_symlink("nowhere", folder.path() / "linked.yaml");
  refuse({"new", "linked"}, 3, {"linked.yaml: is there already"});
  succeed({"new", "mine", "--force"});
  EXPECT_NE(text("mine.yaml").find("workflow: mine "), std::string::npos);
}

TEST_F(NewCommand, NeverReplacesARunFile) {
  const fs::path run_file = fs::path(HOOKFLOW_SOURCE_DIR) / "tests/support/run_files/format_5.h5";
  fs::copy_file(run_file, folder.path() / "results.yaml");
  refuse({"new", "results", "--force"}, 3, {"results.yaml: is a run file"});
  EXPECT_EQ(read_file(folder.path() / "results.yaml"), read_file(run_file));
}

TEST_F(NewCommand, KeepsAnyNameThatAWorkflowMayHave) {
  for (const std::string name : {"5", "true", "a: b # c", "naïve \"Größe\"", "'", "two  spaces", "-dash"}) {
    succeed({"new", "-o", "w.yaml", "--force", "--", name});
    EXPECT_EQ(pipeline::parse_yaml(text("w.yaml"), "w.yaml").find("workflow")->text, name);
  }
}

TEST_F(NewCommand, RefusesWhatCannotBe) {
  refuse({"new"}, 2, {"the argument name is missing", "usage: hookflow new"});
  refuse({"new", "a/b"}, 2, {"'a/b' cannot be the workflow's name", "-o"});
  refuse({"new", "mine.yaml"}, 2, {"without .yaml at its end"});
  refuse({"new", ""}, 2, {"'' cannot be the workflow's name"});
  refuse({"new", "mine", "--from", "head_swep"}, 2, {"(did you mean 'head_sweep'?)", "--list"});
  refuse({"new", "mine", "-o", "no/such/folder.yaml"}, 3,
         {"no/such/folder.yaml: there is no folder no/such"});
}

}  // namespace
}  // namespace hookflow::test

// Plugins as users meet them: loaded, refused, failing, and gone on with.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

const std::string kPlugins = HOOKFLOW_PLUGINS;

class Plugins : public Cli {
 protected:
  Plugins() { bring("stages"); }

  /// Copies one of the libraries into lib/, beside which the workflow lies.
  void bring(const std::string& name) const {
    fs::create_directories(folder.path() / "lib");
    fs::copy_file(library(name), folder.path() / "lib" / (name + ".so"));
  }
  static fs::path library(const std::string& name) { return fs::path(kPlugins) / ("lib" + name + ".so"); }

  /// A workflow with a stage of the plugin's in each place; `constant` and `total`: more of their parameters.
  void write_workflow(const std::string& constant = "", const std::string& total = "") const {
    write("w.yaml", R"(workflow: w
model: nano
plugins: [lib/stages.so]
prompts: [{id: a, text: "Berlin is"}, {id: b, text: "Paris is"}]
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  mine: {stage: test.constant, in: pass)" +
                        constant + R"(}
  sum: {stage: test.total, in: mine)" +
                        total + R"(}
keep: [mine, sum]
)");
  }

  [[nodiscard]] std::string in_folder(const std::string& name) const {
    return (folder.path() / name).string();
  }
};

TEST_F(Plugins, AreFoundFromTheWorkflowsFolderAndRunAsAnyOther) {
  fs::create_directories(folder.path() / "elsewhere");
  write_workflow(", number: 2.5");
  EXPECT_NE(succeed({"validate", "w.yaml"}).find("valid"), std::string::npos);
  succeed({"run", "w.yaml", "--dry-run"});
  succeed({"run", in_folder("w.yaml"), "--out", "elsewhere/w.h5"});
  EXPECT_EQ(pipeline::read_variable(folder.path() / "elsewhere/w.h5", "mine", "number"),
            (std::vector<double>{2.5, 2.5}));
  EXPECT_EQ(pipeline::read_variable(folder.path() / "elsewhere/w.h5", "sum", "total"),
            std::vector<double>{5});
  EXPECT_NE(succeed({"inspect", "elsewhere/w.h5"}).find("test.constant"), std::string::npos);
}

TEST_F(Plugins, OfTheCommandLineAreKnownToEveryCommand) {
  EXPECT_NE(succeed({"describe", "test.constant", "--plugin", "lib/stages.so"}).find("lib/stages.so"),
            std::string::npos);
  EXPECT_NE(succeed({"list", "stages", "--plugin", "lib/stages.so"}).find("test.total"), std::string::npos);
  EXPECT_NE(succeed({"--plugin", "lib/stages.so", "list", "stages"}).find("test.total"), std::string::npos);
  EXPECT_NE(succeed({"--plugin=lib/stages.so", "describe", "test.total"}).find("prompts"), std::string::npos);
  EXPECT_NE(succeed({"help", "inspect"}).find("--plugin"), std::string::npos);
  refuse({"describe", "test.constant"}, 2, {"unknown stage 'test.constant'"});
}

TEST_F(Plugins, OfTheCommandLineStandForThoseOfTheWorkflow) {
  write_workflow();
  fs::rename(folder.path() / "lib", folder.path() / "moved");
  refuse({"run", "w.yaml"}, 3,
         {"w.yaml:3: plugins: ", in_folder("lib/stages.so"), "No such file", "--plugin"});
  succeed({"run", "w.yaml", "--plugin", "moved/stages.so"});
}

TEST_F(Plugins, AreFoundAgainByResume) {
  write_workflow(", when: run, what: prompt");
  EXPECT_EQ(run({"run", "w.yaml", "--fail-fast"}).code, 4);
  EXPECT_EQ(run({"resume", "w.h5"}).code, 4);
  fs::rename(folder.path() / "lib", folder.path() / "moved");
  refuse({"resume", "w.h5"}, 3, {in_folder("lib/stages.so"), "--plugin says where it is now"});
  EXPECT_EQ(run({"resume", "w.h5", "--plugin", "moved/stages.so"}).code, 4);
  EXPECT_EQ(run({"resume", "w.h5", "--plugin", "gone.so"}).err.find("where it is now"), std::string::npos);
}

TEST_F(Plugins, OfAnotherBuildDoNotGoOnWithARun) {
  write_workflow(", when: run, what: prompt");
  EXPECT_EQ(run({"run", "w.yaml", "--fail-fast"}).code, 4);
  std::ofstream(folder.path() / "lib/stages.so", std::ios::app) << "another build";
  refuse({"resume", "w.h5"}, 3, {"belongs to another run", "plugin_stages.so: '"});
  fs::rename(folder.path() / "w.h5", folder.path() / "old.h5");
  run({"run", "w.yaml"});
  EXPECT_NE(run({"diff", "old.h5", "w.h5"}).out.find("plugin_stages.so"), std::string::npos);
}

TEST_F(Plugins, MayBringKindsOfEdits) {
  bring("edits");
  EXPECT_NE(succeed({"describe", "ablate", "--plugin", "lib/edits.so"}).find("{stretch: x}"),
            std::string::npos);
  const auto edited = [&](const std::string& replacement) {
    write("w.yaml", "plugins: lib/edits.so\n" + sweep_with("with: zero", "with: " + replacement));
    succeed({"run", "w.yaml", "--force"});
    return numbers("sweep.h5").at("scores.prob");
  };
  EXPECT_EQ(edited("{stretch: 0}"), edited("zero"));
  EXPECT_NE(edited("{stretch: 0.5}"), edited("zero"));
}

TEST_F(Plugins, DoNotTakePartWhereTheyAreNotNamed) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml", "--out", "without.h5"});
  EXPECT_EQ(succeed({"inspect", "without.h5", "--provenance"}).find("plugin_"), std::string::npos);
  write_workflow();
  succeed({"run", "w.yaml", "--out", "with.h5"});
  EXPECT_NE(succeed({"inspect", "with.h5", "--provenance"}).find("plugin_stages.so"), std::string::npos);
}

TEST_F(Plugins, ThatAreNoneAreAllTold) {
  write("notes.so", "no library");
  refuse({"list", "--plugin", "/dev/zero"}, 3, {"/dev/zero: is a device or a pipe"});
  const std::string message =
      refuse({"list", "--plugin", "none.so", "--plugin", "lib", "--plugin", "notes.so", "--plugin",
              library("unmarked").string()},
             3,
             {in_folder("none.so") + ": the plugin cannot be read: No such file",
              in_folder("lib") + ": is a directory", in_folder("notes.so") + ": is no shared library",
              library("unmarked").string() + ": does not say for which hookflow it was built"});
  EXPECT_EQ(lines_of(message).size(), 4U) << message;
  EXPECT_EQ(message.find("code runs"), std::string::npos) << message;
}

TEST_F(Plugins, OfAnotherVersionAreRefusedBeforeTheirCodeRuns) {
  ASSERT_NE(run({"list", "--plugin", library("nothing").string()}).err.find("code runs"), std::string::npos);
  std::string bytes = read_file(library("nothing"));
  const std::size_t at = bytes.find("hookflow 0.1.0 (headers ");
  ASSERT_NE(at, std::string::npos);
  write("old.so", bytes.replace(at, 14, "hookflow 0.0.9"));
  const std::string message = refuse({"list", "--plugin", "old.so"}, 3,
                                     {"old.so: was built for hookflow 0.0.9", "this is hookflow 0.1.0"});
  EXPECT_EQ(message.find("code runs"), std::string::npos) << message;
}

TEST_F(Plugins, ThatCannotBeLoadedSayWhy) {
  const auto refused = [&](const std::string& name, const Words& parts) {
    refuse({"list", "--plugin", library(name).string()}, 3, parts);
  };
  refused("taken", {"libtaken.so: its stage 'tokenize' has the name of a stage of hookflow"});
  refused("throws", {"libthrows.so: the plugin throws while it is loaded: the licence has expired"});
  refused("throws_int", {"libthrows_int.so: the plugin throws while it is loaded: what it threw is no"});
  refused("lacking", {"liblacking.so: the plugin cannot be loaded: undefined symbol", "defined_nowhere"});
  const Outcome nothing = run({"list", "--plugin", library("nothing").string()});
  EXPECT_EQ(nothing.code, 3);
  EXPECT_NE(nothing.err.find("libnothing.so: registers no stage"), std::string::npos) << nothing.err;
}

TEST_F(Plugins, AreNamedOnce) {
  refuse({"list", "--plugin", "lib/stages.so", "--plugin", "lib/stages.so"}, 2,
         {"--plugin: 'stages.so' is given twice"});
  fs::create_symlink("stages.so", folder.path() / "lib/again.so");
  refuse({"list", "--plugin", "lib/stages.so", "--plugin", "lib/again.so"}, 3,
         {"again.so", "same file as", "stages.so"});
  fs::copy_file(library("stages"), folder.path() / "lib/copy.so");
  refuse(
      {"list", "--plugin", "lib/stages.so", "--plugin", "lib/copy.so"}, 3,
      {"copy.so: its stage 'test.", "has the name of a stage of the plugin " + in_folder("lib/stages.so")});
  refuse({"list", "--plugin", ""}, 2, {"--plugin: the name of a plugin is empty"});
  refuse({"list", "--plugin", "lib/\xff.so"}, 3, {"must be UTF-8"});
  write_workflow();
  refuse({"validate", "w.yaml", "--set", "plugins={lib: stages.so}"}, 2, {"plugins: "});
  refuse({"validate", "w.yaml", "--set", "plugins=[lib/stages.so, ./lib/stages.so]"}, 2,
         {"plugins: 'stages.so' is given twice"});
}

TEST_F(Plugins, ThatThrowWhileTheyArePlannedAreNamed) {
  const std::string origin = " of the plugin " + in_folder("lib/stages.so");
  write_workflow(", when: checked");
  refuse({"run", "w.yaml"}, 2, {"w.yaml:8: stage 'mine'" + origin + ": the vectors do not fit"});
  write_workflow(", when: plan, what: error");
  refuse({"run", "w.yaml"}, 1, {"stage 'mine' (test.constant" + origin + ") failed: there is no such row"});
  write_workflow(", when: plan, what: int");
  refuse({"validate", "w.yaml"}, 1,
         {"stage 'mine' (test.constant" + origin + ") failed: what it threw is no"});
  write_workflow(", when: plan, what: input");
  refuse({"run", "w.yaml"}, 3,
         {"stage 'mine' (test.constant" + origin + ") failed: the vectors are missing"});
  write_workflow(", when: prepare, what: int");
  refuse({"run", "w.yaml"}, 1, {"stage 'mine' (test.constant" + origin + ") failed: what it threw is no"});
}

TEST_F(Plugins, ThatThrowWhileTheyRunLoseNothing) {
  const std::string origin = " of the plugin " + in_folder("lib/stages.so");
  for (const char* what : {"error", "int"}) {
    write_workflow(std::string(", when: run, what: ") + what);
    const Outcome outcome = run({"run", "w.yaml", "--force"});
    EXPECT_EQ(outcome.code, 1) << outcome.err;
    EXPECT_NE(outcome.err.find("stage 'mine' (test.constant" + origin + ") failed: "), std::string::npos)
        << outcome.err;
    EXPECT_NE(succeed({"inspect", "w.h5", "history"}).find("failure"), std::string::npos);
    write_workflow("", std::string(", when: fold, what: ") + what);
    const Outcome at_the_end = run({"run", "w.yaml", "--force", "--json"});
    EXPECT_EQ(at_the_end.code, 1) << at_the_end.err;
    const auto last = nlohmann::json::parse(lines_of(at_the_end.err).back());
    EXPECT_NE(last["message"].get<std::string>().find("stage 'sum' (test.total" + origin), std::string::npos)
        << last;
    EXPECT_EQ(pipeline::read_variable(folder.path() / "w.h5", "mine", "number"), (std::vector<double>{7, 7}));
    succeed({"inspect", "w.h5", "--verify"});
  }
}

}  // namespace
}  // namespace hookflow::test

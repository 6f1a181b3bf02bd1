// The commands as a user meets them: what each prints where, and the code that it ends with.
#include "tests/support/cli.hpp"

#include <nlohmann/json.hpp>

namespace hookflow::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const Words kCommands = {"compare", "completion", "describe", "diff",    "export", "inspect",
                         "list",    "man",        "new",      "plot",    "report", "resume",
                         "run",     "schema",     "tokenize", "validate"};

class Commands : public Cli {};

TEST_F(Commands, AreListedByHelp) {
  for (const char* word : {"--help", "-h", "help"}) {
    const std::string help = succeed({word});
    for (const std::string& command : kCommands) EXPECT_TRUE(contains(help, "\n  " + command + " ")) << help;
  }
  const Outcome nothing = run({});
  EXPECT_EQ(nothing.code, 2);
  EXPECT_EQ(nothing.out, "");
  EXPECT_EQ(nothing.err, succeed({"--help"}));
}

TEST_F(Commands, EachHaveHelp) {
  for (const std::string& command : kCommands) {
    const std::string help = succeed({command, "--help"});
    EXPECT_TRUE(help.starts_with("example: hookflow " + command + " ")) << help;
    EXPECT_TRUE(contains(help, "\nusage:   hookflow " + command)) << help;
    EXPECT_EQ(succeed({"help", command}), help);
    EXPECT_TRUE(contains(help, "--help")) << help;
  }
}

TEST_F(Commands, ThatHelpIsAskedOfMustBe) {
  refuse({"help", "rnu"}, 2, {"unknown command 'rnu' (did you mean 'run'?)"});
  refuse({"hlep"}, 2, {"unknown command 'hlep' (did you mean 'help'?)"});
}

TEST_F(Commands, TellTheVersion) { EXPECT_TRUE(succeed({"--version"}).starts_with("hookflow ")); }

TEST_F(Commands, ThatAreUnknownAreRefusedWithTheNearest) {
  refuse({"rnu"}, 2, {"unknown command 'rnu' (did you mean 'run'?)"});
  refuse({"run", "--thread", "3"}, 2, {"'--thread' (did you mean '--threads'?)", "usage: hookflow run"});
  refuse({"run", "w.yaml", "v.yaml"}, 2, {"'v.yaml' is one argument too many", "usage: hookflow run"});
  refuse({"list", "modles"}, 2, {"list: unknown list 'modles' (did you mean 'models'?)"});
  refuse({"describe", "ablat"}, 2, {"describe: unknown stage 'ablat' (did you mean 'ablate'?)"});
  refuse({"run"}, 2, {"the argument workflow is missing", "usage: hookflow run"});
  refuse({"inspect"}, 2, {"the argument file is missing"});
  refuse({"tokenize"}, 2, {"give texts, or --json"});
  refuse({"tokenize", "--json", "text"}, 2, {"give texts, or --json"});
}

TEST_F(Commands, RefuseNumbersThatAreNone) {
  write("w.yaml", kSweep);
  refuse({"run", "w.yaml", "--threads", "0"}, 2, {"--threads 0: must be 1 to 4096"});
  refuse({"run", "w.yaml", "--threads", "many"}, 2, {"'many'", "--threads"});
}

TEST_F(Commands, FailWhenStandardOutputCannotBeWritten) {
  device = "/dev/full";
  const Outcome outcome = run({"list"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.err, "hookflow: standard output: cannot be written\n");
}

TEST_F(Commands, ListStagesModelsAndCommands) {
  const std::string all = succeed({"list"});
  for (const char* kind : {"stages", "models", "commands"}) {
    const std::string part = succeed({"list", kind});
    EXPECT_TRUE(contains(all, part)) << part;
  }
  EXPECT_TRUE(contains(succeed({"list", "models"}), "\n  nano"));
  for (const std::string& command : kCommands)
    EXPECT_TRUE(contains(succeed({"list", "commands"}), "\n  " + command));
}

TEST_F(Commands, DescribeStages) {
  const std::string all = succeed({"describe"});
  for (const char* stage : {"ablate", "aggregate.moments", "forward", "measure.prediction", "tokenize"}) {
    const std::string one = succeed({"describe", stage});
    EXPECT_TRUE(one.starts_with(std::string(stage) + "\n")) << one;
    EXPECT_TRUE(contains(all, one)) << stage;
  }
  const std::string ablate = succeed({"describe", "ablate"});
  for (const char* part : {"in   clean: pass", "out  variants", "at = []",
                           "[{name: both, edits: [{at: ", "rows = 1024", "1 to 1000000"}) {
    EXPECT_TRUE(contains(ablate, part)) << ablate;
  }
  EXPECT_TRUE(contains(succeed({"describe", "measure.activation"}), "at (required)"));
}

TEST_F(Commands, DescribeExplainsChoicesALineEach) {
  const std::string metrics = succeed({"describe", "measure.prediction"});
  for (const char* line : {"\n        token_rank       number of tokens that are more likely",
                           "\n        kl_from_clean    Kullback-Leibler divergence D(P || Q)"})
    EXPECT_TRUE(contains(metrics, line)) << metrics;
  EXPECT_TRUE(
      contains(succeed({"describe", "aggregate.moments"}), "\n        negative_share  share of values"));
  EXPECT_TRUE(contains(succeed({"describe", "aggregate.ttest"}), "\n        holm                Holm's"));
}

TEST_F(Commands, DescribeAModel) {
  const std::string model = succeed({"describe", "--model", "nano"});
  EXPECT_TRUE(model.starts_with("nano: ")) << model;
  EXPECT_TRUE(contains(model, "  blocks.*.attn.hook_z ")) << model;
  EXPECT_FALSE(contains(model, "measure.prediction")) << "stages are described when they are asked for";
}

TEST_F(Commands, ValidateSaysWhatIsValidAndRunsNothing) {
  write("w.yaml", kSweep);
  EXPECT_EQ(succeed({"validate", "w.yaml"}), "w.yaml: valid; 5 stages, 1 prompt, model nano\n");
  EXPECT_EQ(folder.names(), Words{"w.yaml"});
}

TEST_F(Commands, DryRunSaysWhatWouldBeStoredAndLeavesNoFile) {
  write("w.yaml", kSweep);
  const std::string plan = succeed({"run", "w.yaml", "--dry-run", "--set", "scores.metrics=[entropy]"});
  EXPECT_TRUE(contains(plan, "entropy_change")) << plan;
  EXPECT_FALSE(contains(plan, "log_prob")) << plan;
  EXPECT_TRUE(contains(plan, "forward passes")) << plan;
  const auto without_memory = [](const std::string& text) {  // which is this process's own, to begin with
    const std::size_t start = text.find("\nmemory ");
    EXPECT_NE(start, std::string::npos) << text;
    return text.substr(0, start) + text.substr(text.find('\n', start + 1));
  };
  EXPECT_EQ(without_memory(succeed({"run", "w.yaml", "-n", "--set", "scores.metrics=[entropy]"})),
            without_memory(plan));
  EXPECT_EQ(folder.names(), Words{"w.yaml"});
}

class TokenizeCommand : public Cli {};

TEST_F(TokenizeCommand, ShowsTheTokensOfEachText) {
  const Words lines = lines_of(succeed({"tokenize", "Berlin is", ""}));
  ASSERT_GE(lines.size(), 3U);
  EXPECT_EQ(lines[0], std::to_string(lines.size() - 2) + " tokens");
  EXPECT_TRUE(contains(lines[1], "    0 ")) << lines[1];
  EXPECT_EQ(lines.back(), "0 tokens");
}

TEST_F(TokenizeCommand, PutsTheBosTokenFirstWhereThatIsAsked) {
  const Words lines = lines_of(succeed({"tokenize", "--bos", "Berlin"}));
  const Words without = lines_of(succeed({"tokenize", "Berlin"}));
  ASSERT_EQ(lines.size(), without.size() + 1);
  EXPECT_EQ(lines[1], "    0    3987  '<|endoftext|>'");
  EXPECT_EQ(succeed({"tokenize", "--bos", "--json"}, "\"\"\n"), "[3987]\n");
}

TEST_F(TokenizeCommand, JsonGivesOneArrayALineWhateverTheTextHolds) {
  const Words lines =
      lines_of(succeed({"tokenize", "--json"}, "\"Berlin is\\na b\"\n\"\"\n\"caf\\u00e9\"\n"));
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1], "[]");
  const auto ids = nlohmann::json::parse(lines[0]).get<std::vector<int>>();
  std::vector<int> shown;
  for (const std::string& line : lines_of(succeed({"tokenize", "Berlin is\na b"}))) {
    std::istringstream words(line);
    int position = 0;
    int id = 0;
    if (words >> position >> id) shown.push_back(id);
  }
  EXPECT_EQ(ids, shown);
}

TEST_F(TokenizeCommand, JsonOfNothingIsNothing) { EXPECT_EQ(succeed({"tokenize", "--json"}, ""), ""); }

TEST_F(TokenizeCommand, JsonRefusesWhatIsNoStringWithItsLine) {
  for (const char* line : {"Berlin", "5", "\"open", "", "\"\xff\""}) {
    const Outcome outcome = run({"tokenize", "--json"}, std::string("\"good\"\n") + line + "\n");
    EXPECT_EQ(outcome.code, 3);
    EXPECT_TRUE(contains(outcome.err, "standard input:2: not a JSON string: ")) << outcome.err;
    EXPECT_EQ(lines_of(outcome.out).size(), 1U) << "the line before is answered";
  }
}

/// A run file to look into.
class Inspect : public Cli {
 protected:
  Inspect() {
    write("w.yaml", kSweep);
    succeed({"run", "w.yaml", "--quiet", "--threads", "2"});
  }
  Words table(Words arguments) {
    arguments.insert(arguments.begin(), {"inspect", "sweep.h5"});
    return lines_of(succeed(arguments));
  }
};

TEST_F(Inspect, SummarisesTheFile) {
  const std::string summary = succeed({"inspect", "sweep.h5"});
  for (const char* part : {"model nano, 1 prompt, complete", "\n  scores    measure.prediction ",
                           "\n  by_layer ", "tokens", "hookflow inspect sweep.h5 "}) {
    EXPECT_TRUE(contains(summary, part)) << summary;
  }
  EXPECT_FALSE(contains(summary, "started_utc"));
  EXPECT_FALSE(contains(summary, "percentage points"));
  EXPECT_TRUE(contains(succeed({"inspect", "sweep.h5", "--all"}), "percentage points"));
  EXPECT_TRUE(contains(succeed({"inspect", "sweep.h5", "--provenance"}), "started_utc"));
}

TEST_F(Inspect, ShowsTheVariablesOfAGroupBesideEachOther) {
  const Words lines = table({"scores", "--rows", "3"});
  ASSERT_EQ(lines.size(), 5U);
  for (const char* name : {"prompt", "layer", "head", "top_token", "log_prob", "prob_change"}) {
    EXPECT_TRUE(contains(lines[0], name)) << lines[0];
  }
  EXPECT_TRUE(contains(lines.back(), " more rows: --rows 64")) << lines.back();
}

TEST_F(Inspect, ShowsNamedVariablesAlone) {
  const std::string axes = "prompt replacement layer head token ";
  const auto header = [&](const std::string& what) {
    std::istringstream words(table({what, "--rows", "1"}).at(0));
    std::string names;
    for (std::string word; words >> word;) names += word + " ";
    return names;
  };
  EXPECT_EQ(header("scores.prob"), axes + "prob ");
  EXPECT_EQ(header("scores.prob_change,top_token,prob"), axes + "prob_change top_token prob ");
  EXPECT_EQ(header("scores.top_token"), "prompt replacement layer head top_token ");
  EXPECT_EQ(header("scores.argmax_changed"), "prompt replacement layer head top_token_changed ")
      << "by its old name";
}

TEST_F(Inspect, WhereKeepsTheCellsOfALabel) {
  const Words lines = table({"scores.prob", "--where", "layer=2", "--where", "head=3"});
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_TRUE(contains(lines[1], "berlin")) << lines[1];
}

TEST_F(Inspect, TopShowsTheLargestFirst) {
  const Words lines = table({"scores.log_prob_change", "--top", "4"});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], "the 4 of 64 rows with the largest |log_prob_change|");
  const auto cell = [](const std::string& line, const std::string& header) {
    std::istringstream names(header);
    std::istringstream values(line);
    std::string name;
    std::string value;
    do {
      names >> name;
      values >> value;
      if (value.starts_with('\'')) {  // behind a token id stands its text, maybe of several words
        while (value.size() == 1 || !value.ends_with('\'')) values >> value;
        values >> value;
      }
    } while (name != "log_prob_change" && names);
    return std::abs(std::stod(value));
  };
  for (std::size_t i = 3; i < lines.size(); ++i) {
    EXPECT_GE(cell(lines[i - 1], lines[1]), cell(lines[i], lines[1])) << lines[i];
  }
}

TEST_F(Inspect, VariablesInAnyOrderHaveTheRowsOfTheOneWithMostAxes) {
  const auto lines = lines_of(succeed({"inspect", "sweep.h5", "/scores/top_token,prob", "--top", "3"}));
  EXPECT_TRUE(contains(lines.at(0), "largest |prob|")) << lines.at(0);
  EXPECT_EQ(lines.size(), 5U);
}

TEST_F(Inspect, RefusesWhatTheFileDoesNotHave) {
  const auto refused = [&](Words arguments, const Words& parts) {
    arguments.insert(arguments.begin(), {"inspect", "sweep.h5"});
    refuse(arguments, 2, parts);
  };
  refused({"scors"}, {"no group 'scors' (did you mean 'scores'?)"});
  refused({"scores.prb"}, {"no variable 'prb' (did you mean 'prob'?)"});
  refused({"scores.prob,"}, {"no variable ''"});
  refused({"scores", "--where", "layr=1"}, {"--where layr=1", "(did you mean 'layer'?)"});
  refused({"scores", "--where", "layer=77"}, {"--where layer=77: 'layer' is never '77'", "it is '0', '1',"});
  refused({"scores", "--where", "layer"}, {"must be COLUMN=VALUE"});
  refused({"scores", "--rows", "0"}, {"must be 1 or more"});
  refused({"scores", "--top", "-1"}, {"must be 1 or more"});
}

}  // namespace
}  // namespace hookflow::test

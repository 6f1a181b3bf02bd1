// What may come next on a command line, as the shells' scripts ask for it.
#include <regex>
#include <set>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

class CompletionCommand : public Cli {
 protected:
  /// The words that may come next, and after them the endings of files.
  Words next(Words words) {
    words.insert(words.begin(), {"complete", "--"});
    Words found;
    for (const std::string& line : lines_of(succeed(words)))
      found.push_back(line.starts_with('\t') ? "*" + line.substr(1) : line.substr(0, line.find('\t')));
    return found;
  }
  Words commands() {
    Words names;
    for (const std::string& line : lines_of(succeed({"list", "commands"})))
      if (line.starts_with("  ")) names.push_back(line.substr(2, line.find(' ', 2) - 2));
    return names;
  }
  /// Those that `help` tells of.
  std::set<std::string> options_of(const std::string& command) {
    const std::string help = succeed({"help", command});
    const std::string table = help.substr(help.find("options:"));
    const std::regex option(R"(\n  (?:-\w \[ )?(--[\w-]+))");
    std::set<std::string> names;
    for (std::sregex_iterator found(table.begin(), table.end(), option), none; found != none; ++found)
      names.insert((*found)[1]);
    return names;
  }
};

TEST_F(CompletionCommand, OffersTheCommandsThatPeopleUse) {
  Words all = commands();
  all.insert(all.end(), {"help", "--help", "--version"});
  EXPECT_EQ(next({""}), all);
  EXPECT_EQ(next({"insp"}), Words{"inspect"});
  EXPECT_EQ(next({"help", ""}), commands());
  EXPECT_EQ(next({"compl"}), Words{"completion"}) << "not the command that the shells use";
  EXPECT_EQ(next({"nothing", ""}), Words());
}

TEST_F(CompletionCommand, OffersEveryOptionThatHelpTellsOf) {
  for (const std::string& command : commands()) {
    const Words offered = next({command, "--"});
    EXPECT_EQ(std::set<std::string>(offered.begin(), offered.end()), options_of(command)) << command;
    EXPECT_EQ(succeed({"help", command}).find(" arg "), std::string::npos)
        << command << ": an option's value must have a name (value_name), by which it is completed";
  }
  const Words left = next({"run", "--threads", "2", "--set", "a=b", "--"});
  EXPECT_EQ(std::ranges::count(left, "--threads"), 0) << "given once, and enough";
  EXPECT_EQ(std::ranges::count(left, "--set"), 1) << "may be given again";
}

TEST_F(CompletionCommand, OffersWhatAnArgumentMayBe) {
  EXPECT_EQ(next({"run", ""}), Words{"*.yaml"});
  EXPECT_EQ(next({"run", "w.yaml", "--out", ""}), Words{"*.h5"});
  EXPECT_EQ(next({"run", "w.yaml", "--model", "n"}), (Words{"nano", "*/"}));
  EXPECT_EQ(next({"run", "w.yaml", "--threads", ""}), Words());
  EXPECT_EQ(next({"run", "w.yaml", ""}), Words()) << "there is no second workflow";
  EXPECT_EQ(next({"list", "s"}), Words{"stages"});
  EXPECT_EQ(next({"describe", "ablate", "measure.cos"}), Words{"measure.cosine"});
  EXPECT_EQ(next({"new", "mine", "--from", "head_a"}), Words{"head_ablation"});
}

TEST_F(CompletionCommand, LooksIntoTheRunFile) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml", "--quiet"});
  EXPECT_EQ(next({"inspect", "sweep.h5", "by"}).front(), "by_layer");
  EXPECT_EQ(next({"inspect", "sweep.h5", "scores.log_prob_"}), Words{"scores.log_prob_change"});
  EXPECT_EQ(next({"inspect", "sweep.h5", "scores", "--where", "l"}), Words{"layer="});
  EXPECT_EQ(next({"inspect", "sweep.h5", "by_layer", "--where", "h"}), Words()) << "has no head any more";
  EXPECT_EQ(next({"inspect", "sweep.h5", "scores", "--where", "replacement", "=", ""}), Words{"zero"});
  EXPECT_EQ(next({"inspect", "sweep.h5", "scores", "--where=token=t"}), Words{"target"});
  write("no_run.h5", "no run");
  for (const char* file : {"no_run.h5", "not_there.h5"})
    EXPECT_EQ(next({"inspect", file, ""}), Words()) << file;
}

TEST_F(CompletionCommand, PrintsAScriptForEachShell) {
  EXPECT_NE(succeed({"completion", "bash"}).find("complete -o default -F _hookflow hookflow"),
            std::string::npos);
  EXPECT_TRUE(succeed({"completion", "zsh"}).starts_with("#compdef hookflow\n"));
  refuse({"completion", "fish"}, 2, {"unknown shell 'fish'", "must be bash or zsh"});
  refuse({"completion"}, 2, {"the argument shell is missing"});
}

}  // namespace
}  // namespace hookflow::test

#include "pipeline/completion/command_line.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Words = std::vector<std::string>;

const CommandPage kPage = {"",
                           "",
                           "",
                           {{"out", "o", "FILE.h5", "", false},
                            {"where", "", "COLUMN=VALUE", "", true},
                            {"force", "f", "", "", false}},
                           {{"file", "", "FILE.h5", "", false}, {"text", "", "TEXT", "", true}}};

std::string wanted(const Words& words) {
  const CommandLine line = read_command_line(kPage, words);
  return line.names_option ? "--" : line.wanted ? line.wanted->name : "";
}

TEST(CommandLine, KnowsWhichArgumentTheLastWordIs) {
  EXPECT_EQ(wanted({""}), "file");
  EXPECT_EQ(wanted({"a"}), "file");
  EXPECT_EQ(wanted({"a", ""}), "text");
  EXPECT_EQ(wanted({"a", "b", "c", ""}), "text") << "any number";
  EXPECT_EQ(wanted({"-"}), "--");
  EXPECT_EQ(wanted({"a", "--ou"}), "--");
  EXPECT_EQ(wanted({"--out", ""}), "out");
  EXPECT_EQ(wanted({"-o", "x"}), "out");
  EXPECT_EQ(wanted({"--out=x"}), "out");
  EXPECT_EQ(wanted({"--out", "=", "x"}), "out") << "as bash takes it apart";
  EXPECT_EQ(wanted({"--out", "x", ""}), "file");
  EXPECT_EQ(wanted({"-ox", ""}), "file");
  EXPECT_EQ(wanted({"--out=x", ""}), "file");
  EXPECT_EQ(wanted({"--force", ""}), "file");
  EXPECT_EQ(wanted({"--force=x"}), "") << "takes no value";
  EXPECT_EQ(wanted({"--nothing", ""}), "file");
  EXPECT_EQ(wanted({"--", "-x"}), "file");
  EXPECT_EQ(wanted({"--", "a", "--out", ""}), "text");
  EXPECT_EQ(wanted({}), "file");
}

TEST(CommandLine, KeepsWhatIsGiven) {
  const CommandLine line =
      read_command_line(kPage, {"a", "--force", "-o", "x", "--where", "layer", "=", "3"});
  EXPECT_EQ(line.positionals, Words{"a"});
  EXPECT_EQ(line.options, (Words{"force", "out", "where"}));
  EXPECT_EQ(line.word, "layer=3");
  EXPECT_EQ(read_command_line(kPage, {"--where=layer=3"}).word, "layer=3");
}

}  // namespace
}  // namespace hookflow::pipeline

// What people read says prompts, variants and batches, never how the program works inside.
#include <regex>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

void expect_plain(const std::string& text) {
  static const std::regex inside(R"(\b(lanes?|folds?|kpasses|parts of|parts a|the limit was|-0 %)\b)");
  std::smatch found;
  EXPECT_FALSE(std::regex_search(text, found, inside)) << found.str() << " in:\n" << text;
}

TEST_F(Cli, SaysNoWordOfItsInside) {
  write("p.jsonl", prompt_lines(40));
  write("w.yaml", sweep_over("p.jsonl"));
  const Outcome ran = run({"run", "w.yaml"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  const std::regex summary(R"(\d s on \d+ threads?: \d+ % of it computing, \d+ % writing, \d+ % reading )"
                           R"(the model, \d+ % idle; [a-z ]+)");
  EXPECT_TRUE(std::regex_search(ran.err, summary)) << ran.err;
  expect_plain(ran.err);
  succeed({"run", "w.yaml", "--out", "other.h5", "--quiet", "--set", "silenced.with={mean: head}"});
  expect_plain(run({"diff", "sweep.h5", "other.h5"}).out);
  for (const Words& words :
       {Words{"run", "w.yaml", "--dry-run"}, Words{"inspect", "sweep.h5", "--all"},
        Words{"inspect", "sweep.h5", "history"}, Words{"inspect", "sweep.h5", "checkpoint"}, Words{"list"},
        Words{"help", "run"}, Words{"help", "resume"}, Words{"help", "inspect"}})
    expect_plain(succeed(words));
}

}  // namespace
}  // namespace hookflow::test

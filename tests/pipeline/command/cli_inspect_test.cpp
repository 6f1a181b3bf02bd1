// `hookflow inspect`: what of a run file can be shown, chosen, and handed to other programs.
#include <cstdlib>
#include <set>
#include <stdlib.h>
#include <sys/ioctl.h>

#include "tests/support/cli.hpp"
#include "tests/support/torn_model.hpp"

namespace hookflow::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The fields of a line of CSV that quotes none.
Words fields_of(const std::string& line) {
  Words fields;
  std::istringstream in(line + ",");
  for (std::string field; std::getline(in, field, ',');) fields.push_back(field);
  return fields;
}

/// Two prompts of each of two templates, and one whose text needs quoting.
class InspectTables : public Cli {
 protected:
  InspectTables() {
    write("p.jsonl", R"({"id": "a1", "text": "Berlin is", "target": " Germany", "template": "A"}
{"id": "a2", "text": "Paris is", "target": " Germany", "template": "A"}
{"id": "b1", "text": "Berlin, \"the\" city\nis", "target": " France", "template": "B"}
)");
    write("w.yaml", sweep_over("p.jsonl"));
    succeed({"run", "w.yaml", "--quiet", "--threads", "2"});
  }
  std::string inspect(Words arguments) {
    arguments.insert(arguments.begin(), {"inspect", "sweep.h5"});
    return succeed(arguments);
  }
  Words table(const Words& arguments) { return lines_of(inspect(arguments)); }

  /// What is printed on a terminal of so many columns.
  std::string on_terminal(Words arguments, unsigned short columns) {
    const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
    ::grantpt(terminal);
    ::unlockpt(terminal);
    device = ::ptsname(terminal);
    const int slave = ::open(device->c_str(), O_RDWR | O_NOCTTY);  // as long as this is open, reading waits
    const winsize size{50, columns, 0, 0};
    ::ioctl(terminal, TIOCSWINSZ, &size);
    arguments.insert(arguments.begin(), {"inspect", "sweep.h5"});
    const pid_t child = start(arguments);
    ::usleep(100'000);  // until it has opened it
    ::close(slave);
    std::string text;
    std::array<char, 4096> bytes{};
    for (ssize_t count = 0; (count = ::read(terminal, bytes.data(), bytes.size())) > 0;)
      text.append(bytes.data(), static_cast<std::size_t>(count));
    EXPECT_EQ(wait_for(child).code, 0);
    ::close(terminal);
    device.reset();
    std::erase(text, '\r');
    return text;
  }
};

TEST_F(InspectTables, ShowAnyGroupOfTheFile) {
  EXPECT_EQ(table({"prompts"})[0], "  prompt  target      template  text");
  EXPECT_EQ(table({"prompts.text"}), (Words{"  prompt  text", "  a1      Berlin is", "  a2      Paris is",
                                            R"(  b1      Berlin, "the" city\nis)"}));
  EXPECT_TRUE(contains(inspect({"vocabulary"}), "' Germany'"));
  EXPECT_TRUE(contains(table({"tokens"})[1] + table({"tokens"})[2], "'Berlin'"));
  EXPECT_TRUE(contains(inspect({"history"}), "  complete "));
  EXPECT_TRUE(contains(inspect({"checkpoint"}), "  a1      done "));
  EXPECT_TRUE(contains(inspect({"checkpoint.done_items"}), "done_items"));
  EXPECT_TRUE(contains(inspect({"status"}), "ended_utc"));
}

TEST_F(InspectTables, AreWholeAndExactAsCsv) {
  const Words lines = table({"scores.prob", "--csv"});
  EXPECT_EQ(lines[0], "prompt,replacement,layer,head,token,prob");
  const std::vector<std::uint64_t> stored = numbers("sweep.h5").at("scores.prob");
  ASSERT_EQ(lines.size(), stored.size() + 1);
  for (std::size_t i = 0; i < stored.size(); ++i)
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::stod(fields_of(lines[i + 1]).back())), stored[i]) << i;
  EXPECT_TRUE(contains(inspect({"prompts", "--csv"}), "b1, France,B,\"Berlin, \"\"the\"\" city\nis\"\n"));
  EXPECT_EQ(table({"tokens.ids", "--csv"})[0], "prompt,position,ids,ids_text");
  EXPECT_EQ(table({"scores", "--csv", "--rows", "3"}).size(), 4U);
}

TEST_F(InspectTables, ArePipedWithoutACut) {
  EXPECT_EQ(table({"scores.prob"}).size(), numbers("sweep.h5").at("scores.prob").size() + 1);
}

TEST_F(InspectTables, TopRanksByAMeasureAndSaysByWhich) {
  EXPECT_EQ(table({"by_layer", "--top", "2"})[0].find("count"), std::string::npos);
  const std::string named = "the 2 of 192 rows with the largest |log_prob_change|";
  EXPECT_EQ(table({"scores", "--top", "2"})[0], named) << "no id, which comes before it";
  const Outcome csv = run({"inspect", "sweep.h5", "scores", "--top", "2", "--csv"});
  EXPECT_EQ(csv.err, named + "\n");
  EXPECT_TRUE(csv.out.starts_with("prompt,replacement,layer,head,token,log_prob_change,")) << csv.out;
  EXPECT_EQ(lines_of(csv.out).size(), 3U);
  refuse({"inspect", "sweep.h5", "prompts", "--top", "2"}, 2, {"nothing to rank by"});
  refuse({"inspect", "sweep.h5", "tokens.ids", "--top", "2"}, 2, {"nothing to rank by"});
  EXPECT_EQ(table({"tokens.length", "--top", "2"})[0], "the 2 of 3 rows with the largest |length|");
}

TEST_F(InspectTables, TopOfATestIsByTheEffectAndOfANamedPValueTheSmallest) {
  const std::string sweep = sweep_over("p.jsonl");
  write("t.yaml", sweep.substr(0, sweep.find("keep:")) +
                      "  test: {stage: aggregate.ttest, in: scores.log_prob_change, kind: one_sample, "
                      "over: prompt, across: head}\nkeep: [test]\n");
  succeed({"run", "t.yaml", "--out", "t.h5", "--quiet"});
  const Words top = lines_of(succeed({"inspect", "t.h5", "test", "--top", "3"}));
  EXPECT_TRUE(contains(top[0], "rows with the largest |log_prob_change_mean_difference|")) << top[0];
  const Words named = lines_of(succeed({"inspect", "t.h5", "test.log_prob_change_p", "--top", "3", "--csv"}));
  std::vector<double> p;
  for (std::size_t i = 1; i < named.size(); ++i) p.push_back(std::stod(fields_of(named[i]).back()));
  EXPECT_EQ(p.size(), 3U);
  EXPECT_TRUE(std::ranges::is_sorted(p)) << "the most significant first";
}

TEST_F(InspectTables, OfThePromptsColumnsPlotSaysThatItCannotChooseByThem) {
  refuse({"plot", "sweep.h5", "scores.prob", "--where", "template=A"}, 2,
         {"'template' is a column of the prompts"});
}

TEST_F(InspectTables, WhereChoosesByColumnsOfThePrompts) {
  std::set<std::string> prompts;
  const Words lines = table({"scores.prob", "--where", "template=A", "--where", "head=0", "--csv"});
  for (std::size_t i = 1; i < lines.size(); ++i) prompts.insert(fields_of(lines[i])[0]);
  EXPECT_EQ(prompts, (std::set<std::string>{"a1", "a2"}));
  EXPECT_EQ(table({"prompts", "--where", "template=B"}).size(), 2U);
  refuse({"inspect", "sweep.h5", "scores", "--where", "templat=A"}, 2,
         {"no column 'templat' (did you mean 'template'?)", "prompt, replacement, layer, head, token"});
  refuse({"inspect", "sweep.h5", "scores", "--where", "template=C"}, 2,
         {"'template' is never 'C'", "it is 'A', 'B'"});
}

TEST_F(InspectTables, FitTheTerminal) {
  ::setenv("TERM", "xterm", 1);
  ::unsetenv("NO_COLOR");
  const std::string coloured = on_terminal({"scores", "--rows", "3"}, 60);
  EXPECT_TRUE(contains(coloured, "\033[1m")) << coloured;
  ::setenv("NO_COLOR", "1", 1);
  for (const Words& what : {Words{"scores", "--rows", "3"}, Words{"prompts"}, Words{"--all"}}) {
    const std::string plain = on_terminal(what, 80);
    EXPECT_FALSE(contains(plain, "\033")) << plain;
    for (const std::string& line : lines_of(plain)) EXPECT_LE(line.size(), 88U) << line;  // bytes; "…" has 3
  }
  EXPECT_EQ(lines_of(on_terminal({"scores.prob"}, 200)).size(), 53U)
      << "what all have in common, 50 rows, a header, how many more";
  ::unsetenv("NO_COLOR");
  ::setenv("TERM", "dumb", 1);
  EXPECT_FALSE(contains(on_terminal({"prompts"}, 60), "\033"));
}

TEST_F(InspectTables, OfAnIncompleteRunSaySo) {
  write_model_without_position(std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "model/nano",
                               folder.path() / "torn", 8);
  write("p.jsonl", prompt_lines(200));  // each third has more than 8 tokens
  EXPECT_EQ(run({"run", "w.yaml", "--model", "./torn", "--fail-fast", "--quiet", "--force"}).code, 4);
  const Words lines = table({"scores.prob"});
  EXPECT_TRUE(lines[0].starts_with("NOT COMPLETE: prompts ")) << lines[0];
  EXPECT_TRUE(contains(lines[0], " failed, ") && contains(lines[0], " pending")) << lines[0];
  EXPECT_EQ(lines[1], "- stands where there is no value");
  EXPECT_TRUE(lines.back().ends_with(" -")) << lines.back();
  const Outcome csv = run({"inspect", "sweep.h5", "scores.prob", "--csv"});
  EXPECT_EQ(csv.err, lines[0] + "\n");
  EXPECT_TRUE(csv.out.ends_with(",\n")) << "nothing, for nothing";
  const std::string overview = inspect({});
  for (const char* part : {"NOT COMPLETE\n  prompts: ", "\n  variants of silenced: ",
                           "\n  results over all prompts: 0 of 1 stage done", "hookflow resume sweep.h5"})
    EXPECT_TRUE(contains(overview, part)) << overview;
  EXPECT_GE(table({"checkpoint", "--where", "state=failed"}).size(), 2U);
}

TEST_F(InspectTables, AShippedRunIsOneScreen) {
  const std::string workflow =
      (std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "workflows/cosine_ripple.yaml").string();
  succeed({"run", workflow, "--out", "ripple.h5", "--quiet"});
  const Words lines = lines_of(succeed({"inspect", "ripple.h5"}));
  EXPECT_LE(lines.size(), 24U);
  for (const std::string& line : lines) EXPECT_LE(line.size(), 104U) << line;
}

}  // namespace
}  // namespace hookflow::test

// `hookflow report`, and `--report` of run and resume: which pages are written, over what, and what they say.
#include <cstdlib>

#include "tests/support/cli.hpp"
#include "tests/support/fake_vega.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/torn_model.hpp"

namespace hookflow::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Report : public Cli {
 protected:
  Report() {
    write("p.jsonl", prompt_lines(3));
    write("w.yaml", sweep_over("p.jsonl"));
  }

  [[nodiscard]] std::string page(const std::string& name) const { return read_file(folder.path() / name); }

 private:
  FakeVega vega_;
};

TEST_F(Report, StandsBesideTheRunFileAndIsMadeAnewToTheByte) {
  succeed({"run", "w.yaml", "--quiet"});
  EXPECT_EQ(succeed({"report", "sweep.h5"}), "sweep.html\n");
  const std::string first = page("sweep.html");
  EXPECT_TRUE(contains(first, "3 prompts on the model nano")) << first.substr(0, 4000);
  EXPECT_TRUE(contains(first, "No prompt failed."));
  EXPECT_TRUE(contains(first, "default-src 'none'"));
  succeed({"report", "sweep.h5"});
  EXPECT_EQ(page("sweep.html"), first);
  EXPECT_EQ(succeed({"report", "sweep.h5", "-o", "other.html"}), "other.html\n");
  EXPECT_EQ(page("other.html"), first);
}

TEST_F(Report, IsWrittenAtTheEndOfARun) {
  EXPECT_EQ(succeed({"run", "w.yaml", "--quiet", "--report"}), "sweep.h5\nsweep.html\n");
  EXPECT_EQ(succeed({"resume", "sweep.h5", "--quiet", "--report=again.html"}), "sweep.h5\nagain.html\n");
  EXPECT_EQ(page("again.html"), page("sweep.html"));
}

TEST_F(Report, ReplacesNothingElse) {
  write("sweep.html", "<!DOCTYPE html>\n<p>mine");
  refuse({"run", "w.yaml", "--report"}, 3, {"sweep.html", "is there already"});
  succeed({"run", "w.yaml", "--quiet"});
  refuse({"report", "sweep.h5"}, 3, {"sweep.html", "choose another name"});
  refuse({"report", "sweep.h5", "-o", "sweep.h5"}, 3, {"is a run file"});
  EXPECT_TRUE(contains(succeed({"report", "sweep.h5", "-o", "/dev/stdout"}), "hookflow report"));
  refuse({"report", "sweep.h5", "-o", "."}, 3, {"is a folder"});
  refuse({"report", "sweep.h5", "-o", "none/x.html"}, 3, {"none/x.html: there is no folder none"});
  EXPECT_EQ(page("sweep.html"), "<!DOCTYPE html>\n<p>mine");
}

TEST_F(Report, SaysHowToGetWhatDraws) {
  succeed({"run", "w.yaml", "--quiet"});
  ::setenv("HOOKFLOW_VEGA", "/nowhere", 1);
  refuse({"report", "sweep.h5"}, 3, {"vega", "apt-get install npm", "HOOKFLOW_VEGA", "/nowhere"});
  refuse({"run", "w.yaml", "--out", "new.h5", "--report"}, 3, {"apt-get install npm"});
}

TEST_F(Report, RefusesWhatIsNoRun) {
  write("x.h5", "no");
  refuse({"report", "x.h5"}, 3, {"x.h5"});
  refuse({"report"}, 2, {"file is missing"});
}

TEST_F(Report, OfTextsThatLookLikeTagsShowsThem) {
  write(
      "p.jsonl",
      R"({"id": "<img src=x onerror=alert(1)>", "text": "<script>alert(1)</script> is", "target": " Germany"})"
      "\n");
  write("w.yaml", "workflow: sweep\nabout: \"</title><script>alert(2)</script>\"\n" +
                      sweep_over("p.jsonl").substr(sweep_over("p.jsonl").find("model:")));
  succeed({"run", "w.yaml", "--quiet", "--report"});
  EXPECT_TRUE(contains(page("sweep.html"), "&lt;script&gt;alert(2)&lt;/script&gt;"));
  EXPECT_FALSE(contains(page("sweep.html"), "<script>alert"));
  EXPECT_FALSE(contains(page("sweep.html"), "<img"));
}

TEST_F(Report, TellsOfPromptsThatFailed) {
  const std::filesystem::path nano = std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "model/nano";
  write_model_without_position(nano, folder.path() / "torn", 6);
  const Outcome ran = run({"run", "w.yaml", "--model", "torn", "--quiet", "--report"});
  EXPECT_EQ(ran.code, 4) << ran.err;
  EXPECT_TRUE(
      contains(page("sweep.html"), "1 of 3 prompts failed, and count in nothing below: &#39;2&#39; at "));
}

TEST_F(Report, OfARunThatIsNotFinishedSaysSo) {
  using namespace pipeline;
  {
    RunStore store = RunStore::create({folder.path() / "some.h5", false}, sample::layout(),
                                      sample::identity(), sample::provenance());
    store.write_cells("scores", "log_prob", 0, 0, sample::row(0));
  }
  succeed({"report", "some.h5"});
  EXPECT_TRUE(contains(page("some.html"),
                       "The run is NOT COMPLETE: prompts 0 done, 3 pending; what is there is shown."));
}

TEST_F(Report, ReadsFilesOfOlderFormats) {
  for (const char* name : {"format_3", "format_4"}) {
    const std::string file = std::string(HOOKFLOW_SOURCE_DIR) + "/tests/support/run_files/" + name + ".h5";
    succeed({"report", file, "-o", std::string(name) + ".html"});
    EXPECT_TRUE(contains(page(std::string(name) + ".html"), "on the model"));
  }
}

}  // namespace
}  // namespace hookflow::test

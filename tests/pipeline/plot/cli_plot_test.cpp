#include <set>

#include <nlohmann/json.hpp>

#include "pipeline/figures/figure.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class Plot : public Cli {
 protected:
  Plot() {
    write("w.yaml",
          std::string(kSweep) +
              "figures:\n  - {name: mine, of: scores.prob_change, kind: bars, x: layer, choose: head}\n");
    succeed({"run", "w.yaml", "--out", "run.h5", "--quiet"});
  }
};

TEST_F(Plot, WritesASpecification) {
  const json spec = json::parse(succeed({"plot", "run.h5", "scores.prob_change"}));
  EXPECT_EQ(spec["data"]["values"].size(), 64U);
  EXPECT_EQ(spec["layer"][0]["mark"]["type"], "rect");
  succeed({"plot", "run.h5", "/scores/prob_change", "-o", "x.json"});
  EXPECT_EQ(json::parse(read_file(folder.path() / "x.json")), spec);
  refuse({"plot", "run.h5", "scores.prob", "-o", "x.json"}, 3,
         {"x.json: the file exists; --force replaces it"});
  succeed({"plot", "run.h5", "scores.prob", "-o", "x.json", "--force"});
  std::filesystem::create_symlink("run.h5", folder.path() / "link.json");
  refuse({"plot", "run.h5", "scores.prob", "-o", "link.json", "--force"}, 3, {"link.json: is a run file"});
  EXPECT_NE(json::parse(read_file(folder.path() / "x.json")), spec);
  const json declared = json::parse(succeed({"plot", "run.h5", "mine"}));
  EXPECT_EQ(declared["layer"][0]["mark"]["type"], "bar");
  EXPECT_EQ(json::parse(succeed({"plot", "run.h5"})), declared) << "the first of the run";
}

TEST_F(Plot, TakesWhatIsAskedFor) {
  const json bars = json::parse(
      succeed({"plot", "run.h5", "scores.prob_change", "--where", "layer=3", "--title", "Layer three"}));
  EXPECT_EQ(bars["title"]["text"], json({"Layer three"}));
  EXPECT_EQ(bars["data"]["values"].size(), 8U);
  const json both = json::parse(succeed({"plot", "run.h5", "by_layer.prob_mean", "by_layer.prob_min"}));
  EXPECT_EQ(both["data"]["values"].size(), 16U);
  const std::string text = succeed({"plot", "run.h5", "scores.prob_change", "--text"});
  EXPECT_NE(text.find("layer down, head across\nprob change (percentage points): -"), std::string::npos)
      << text;
}

TEST_F(Plot, RefusesWhatCannotBe) {
  refuse({"plot", "run.h5", "scores.prob_chang"}, 2,
         {"of: 'scores' has no variable 'prob_chang' (did you mean 'prob_change'?)"});
  refuse({"plot", "run.h5", "mien"}, 2, {"the run has no figure 'mien' (did you mean 'mine'?)"});
  refuse({"plot", "run.h5", "scores.prob", "--kind", "heatmop"}, 2, {"did you mean 'heatmap'?"});
  refuse({"plot", "run.h5", "scores.prob", "--where", "layer"}, 2, {"must be AXIS=LABEL"});
  refuse({"plot", "run.h5", "scores.prob", "--where", "layer=99"}, 2, {"the axis 'layer' has no '99'"});
  refuse({"plot", "run.h5", "scores.prob", "-o", "x.pdf"}, 2, {"must end in .json, .svg or .png"});
  refuse({"plot", "run.h5", "scores.prob", "--text", "-o", "x.json"}, 2, {"exclude each other"});
  refuse({"plot", "w.yaml"}, 3, {"w.yaml"});
  refuse({"plot"}, 2, {"the argument file is missing"});
}

TEST_F(Plot, FiguresMayChangeWhenARunGoesOn) {
  write("w.yaml", std::string(kSweep) + "figures: [{of: scores.prob}]\n");
  succeed({"run", "w.yaml", "--out", "run.h5", "--resume", "--quiet"});
}

// Settings may take away what a figure is of, which is no reason not to run.
TEST_F(Plot, AFigureThatSettingsMakeImpossibleIsLeftOutAndTold) {
  write("w.yaml",
        std::string(kSweep) + "figures: [{of: scores.prob}, {name: layers, of: by_layer.prob_mean}]\n");
  const Outcome changed = run({"run", "w.yaml", "--out", "changed.h5", "--quiet", "--set", "keep=[scores]"});
  EXPECT_EQ(changed.code, 0) << changed.err;
  EXPECT_NE(
      changed.err.find("figure 'layers' is left out: of: 'by_layer' is not among the stages that are kept"),
      std::string::npos)
      << changed.err;
  refuse({"plot", "changed.h5", "layers"}, 2, {"layers"});
  succeed({"plot", "changed.h5", "scores.prob"});
  EXPECT_EQ(run({"run", "w.yaml", "--out", "strict.h5", "--strict", "--set", "keep=[scores]"}).code, 2);
}

// What is wrong with the figures is told with all else, before anything runs.
TEST_F(Plot, FiguresAreValidated) {
  write("w.yaml", std::string(kSweep) +
                      "figures:\n"
                      "  - {of: score.prob}\n"
                      "  - {of: by_layer.prob_mean, x: laier}\n"
                      "  - {of: scores.damage, kind: bar}\n");
  refuse({"validate", "w.yaml"}, 2,
         {"w.yaml:25: figure 'scores.damage': kind: unknown kind 'bar' (did you mean 'bars'?)"});
  write("w.yaml", std::string(kSweep) +
                      "figures:\n"
                      "  - {of: score.prob}\n"
                      "  - {of: by_layer.prob_mean, x: laier}\n");
  refuse({"validate", "w.yaml"}, 2,
         {"w.yaml:23: figure 'score.prob': of: 'score' is not among the stages that are kept (did you mean "
          "'scores'?)",
          "w.yaml:24: figure 'by_layer.prob_mean': x: 'by_layer.prob_mean' has no axis 'laier' (did you mean "
          "'layer'?)"});
}

// Of every file that can be read, and of one that is not finished, every result is drawn.
TEST_F(Plot, FilesOfOlderFormatsAreDrawnByWhatTheyHave) {
  for (const std::string format : {"3", "4", "5", "6"}) {
    const pipeline::RunFile run(fs::path(HOOKFLOW_SOURCE_DIR) / "tests/support/run_files" /
                                ("format_" + format + ".h5"));
    const auto figures = figures_of(run, read_run_file(run));
    EXPECT_GT(figures.size(), 5U) << format;
    EXPECT_EQ(figures.front().id, "scores.log_prob") << "what the workflow shows first";
  }
}

TEST_F(Plot, TestedEffectsThenChangesComeBeforeAbsoluteValues) {
  const std::string sweep = kSweep;
  write("t.yaml", sweep.substr(0, sweep.find("keep:")) +
                      "  test: {stage: aggregate.ttest, in: scores.log_prob_change, kind: one_sample, "
                      "over: head, across: layer}\nkeep: [scores, test]\n");
  succeed({"run", "t.yaml", "--out", "t.h5", "--quiet"});
  const pipeline::RunFile run(folder.path() / "t.h5");
  Words ids;
  for (const pipeline::Figure& figure : figures_of(run, read_run_file(run))) ids.push_back(figure.id);
  ASSERT_GT(ids.size(), 4U);
  EXPECT_EQ(ids[0], "test.log_prob_change_mean_difference");
  EXPECT_EQ(ids[1], "scores.log_prob_change");
  EXPECT_EQ(ids[2], "scores.prob_change");
  EXPECT_EQ(ids[3], "scores.log_prob");
}

TEST_F(Plot, ADeclaredFigureStandsForTheAutomaticOneThatLooksTheSame) {
  write("d.yaml", std::string(kSweep) +
                      "figures:\n"
                      "  - {name: mine, of: scores.prob_change, title: Mine}\n"
                      "  - {name: flat, of: scores.prob, kind: bars}\n");
  succeed({"run", "d.yaml", "--out", "d.h5", "--quiet"});
  const pipeline::RunFile run(folder.path() / "d.h5");
  std::multiset<std::string> ids;
  for (const pipeline::Figure& figure : figures_of(run, read_run_file(run))) ids.insert(figure.id);
  EXPECT_EQ(ids.count("mine"), 1U);
  EXPECT_EQ(ids.count("scores.prob_change"), 0U);
  EXPECT_EQ(ids.count("scores.prob"), 1U) << "a heatmap, which bars do not stand for";
}

}  // namespace
}  // namespace hookflow::test

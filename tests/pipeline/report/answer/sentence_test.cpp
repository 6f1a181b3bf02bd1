#include "pipeline/report/answer/sentence.hpp"

#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pipeline/stage/registry.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

/// One prompt's values of /scores/log_prob [prompt, replacement, layer, head] and its most likely texts.
class SentenceTest : public testing::Test {
 protected:
  void store(const std::vector<float>& log_prob, const std::vector<std::int64_t>& argmax = {}) {
    RunLayout layout = sample::layout();
    layout.groups[0].variables[1].units = "Token id";  // as the list of texts counts
    RunStore made = RunStore::create({path, false}, layout, sample::identity(), sample::provenance());
    made.write_cells("scores", "log_prob", 0, 0, log_prob);
    if (!argmax.empty()) made.write_cells("scores", "argmax", 0, 0, argmax);
  }
  std::string filled(const std::string& text, const std::string& variable = "log_prob") {
    const RunFile run(path);
    const RunFileView view = read_run_file(run);
    const auto group = std::ranges::find(view.groups, "scores", &GroupLayout::name);
    const auto found = std::ranges::find(group->variables, variable, &Variable::name);
    return filled_sentence(text, {run, view, group->name, *found});
  }
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "run.h5";
};

TEST_F(SentenceTest, ValuesComeWithUnitsAndTheirCellsLabels) {
  store({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -11.25});
  EXPECT_EQ(filled("largest {largest}"),
            "largest −11.2 nat at prompt berlin, replacement mean, layer 1, head 2");
  EXPECT_EQ(filled("{highest}"), "10 nat at prompt berlin, replacement mean, layer 1, head 1");
  EXPECT_EQ(
      filled("{top}"),
      "largest −11.2 nat at prompt berlin, replacement mean, layer 1, head 2, then 10 nat at prompt berlin, "
      "replacement mean, layer 1, head 1, then 9 nat at prompt berlin, replacement mean, layer 1, head 0");
  EXPECT_EQ(filled("{ones} of {count}"), "1 of 12") << "what is not yet computed does not count";
  EXPECT_EQ(filled("{mean}"), "3.65 nat on average");
}

TEST_F(SentenceTest, SaysForEachLabelWhatIsOfIt) {
  store({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  EXPECT_EQ(filled("{each layer: {ones} of {count}}"), "layer 0: 1 of 6; layer 1: 0 of 6");
  EXPECT_EQ(
      filled("{each replacement: {lowest}}"),
      "replacement zero: 0 nat at prompt berlin, layer 0, head 0; replacement mean: 6 nat at prompt berlin, "
      "layer 0, head 0");
  EXPECT_EQ(filled("{each bin: {count}}"), "12") << "it has no such axis";
}

TEST_F(SentenceTest, EqualValuesAreNowhereInParticular) {
  store(std::vector<float>(12, 0.5F));
  EXPECT_EQ(filled("{range}"), "0.5 nat everywhere");
  EXPECT_EQ(filled("{top}"), "0.5 nat everywhere");
}

TEST_F(SentenceTest, NumbersThatStandForTextsAreSpelledSo) {
  store(std::vector<float>(12), {1, 1, 1, 0, 1, 1, 1, 1, 1, 1, -1, -1});
  EXPECT_EQ(filled("{commonest}", "argmax"), "' the' in 9 of 10");
}

TEST_F(SentenceTest, WhereNoValueIsOfMostCellsTellsHowManyDiffer) {
  store(std::vector<float>(12), {0, 1, 2, 3, 4, 5, 1, 0, 2, 3, -1, -1});
  EXPECT_EQ(filled("{commonest}", "argmax"), "6 different in 10");
}

TEST_F(SentenceTest, InfiniteValuesAreTold) {
  std::vector<float> values(12, 2);
  values[3] = -std::numeric_limits<float>::infinity();
  store(values);
  EXPECT_EQ(filled("{range}"), "2 nat everywhere; 1 more value is infinite");
}

TEST_F(SentenceTest, NothingIsSaidOfNothing) {
  store(std::vector<float>(12, std::numeric_limits<float>::quiet_NaN()));
  EXPECT_EQ(filled("{range} {ones}"), "");
}

TEST_F(SentenceTest, RefusesWordsThatNothingFills) {
  store(std::vector<float>(12));
  EXPECT_THROW(filled("{median}"), std::logic_error);
  EXPECT_THROW(filled("{each layer {mean}}"), std::logic_error);
  EXPECT_THROW(filled("{mean"), std::logic_error);
}

TEST_F(SentenceTest, EveryStageWhoseResultsAreKeptSumsThemUpInWordsThatAreFilled) {
  store(std::vector<float>(12));
  for (const StageDecl* stage : registered_stages()) {
    if (stage->output != "measures") continue;
    EXPECT_FALSE(stage->summaries.empty()) << stage->name;
    for (const SummaryDecl& summary : stage->summaries)
      EXPECT_NO_THROW(filled(summary.text)) << stage->name << ": " << summary.text;
  }
}

}  // namespace
}  // namespace hookflow::pipeline

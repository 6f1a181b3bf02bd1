#include "pipeline/figures/data/chart_data.hpp"

#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

using Numbers = std::vector<double>;
using Texts = std::vector<std::string>;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

Axis prompt() { return {"prompt", Texts{"a", "b"}, "prompt", ""}; }
Axis layer() { return numbered_axis("layer", 3, ""); }
Axis key() { return {"key", std::vector<std::int64_t>{0, 1, -1}, "", "", "position"}; }

Numbers counting(std::size_t count, double first = 0) {
  Numbers numbers(count);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

/// A run whose values are as they are given: variables of a stage `s` along prompts, and of a fold `f`.
class ChartDataTest : public testing::Test {
 protected:
  void add(Variable variable, Numbers values, const std::string& stage = "s") {
    if (layout.groups.empty() || layout.groups.back().name != stage)
      layout.groups.push_back({stage, stage + ": of a test", {}});
    layout.groups.back().variables.push_back(variable);
    written.push_back({stage, std::move(variable), std::move(values)});
  }

  void make(bool finished = true) {
    layout.prompts = 2;
    layout.lanes = {{"items", 1, {}}};
    layout.workflow = "{}";
    layout.texts.push_back({"words",
                            "word",
                            {"id", std::vector<std::int64_t>{0, 1, 2}, "word id", ""},
                            {"the", " cat", "\x1b"},
                            ""});
    Variable ids{"ids", Dtype::int64, {prompt(), numbered_axis("position", 3, "")}, "word id", ""};
    layout.constants.push_back({"inputs", ids, std::vector<std::int64_t>{0, 1, 2, 2, 0, -1}});
    for (const Written& one : written)
      if (one.stage == "s")
        layout.lanes[0].variables.push_back("s/" + one.variable.name);
      else if (layout.folds.empty())
        layout.folds.push_back({"f", {"items"}});
    RunStore store = RunStore::create({path, false}, layout, {{"model", "x"}}, {});
    for (const Written& one : written) {
      Column column = one.values;
      if (one.variable.dtype == Dtype::float32)
        column = std::vector<float>(one.values.begin(), one.values.end());
      if (one.variable.dtype == Dtype::int64)
        column = std::vector<std::int64_t>(one.values.begin(), one.values.end());
      store.write_rows(one.stage, one.variable.name, 0, column);
    }
    for (std::size_t i = 0; i < 2; ++i) store.mark(0, i, 0, PartState::done);
    store.commit();
    if (finished && !layout.folds.empty()) store.finish_fold(0);
    if (finished) store.finish({});
  }

  ChartData read(FigureRequest request) const {
    const RunFile run(path);
    return read_chart(run, read_run_file(run), request);
  }
  ChartData read(const std::string& of) const {
    FigureRequest request;
    request.of.push_back(parse_input_ref(of));
    return read(request);
  }

  struct Written {
    std::string stage;
    Variable variable;
    Numbers values;
  };
  RunLayout layout;
  std::vector<Written> written;
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "run.h5";
};

void expect_equal(const Numbers& found, const Numbers& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    EXPECT_TRUE(found[i] == expected[i] || (std::isnan(found[i]) && std::isnan(expected[i])))
        << i << ": " << found[i] << " is not " << expected[i];
}

TEST_F(ChartDataTest, ReadsWhatIsPickedAsItIsStored) {
  add({"v", Dtype::float32, {prompt(), layer()}, "nat", "a number"}, {0.1, 0.2, kNone, 3, 4, -5});
  make();
  expect_equal(read("s.v").value, {0.1, 0.2, kNone, 3, 4, -5});
  const ChartData picked = read("s.v[prompt=b]");
  expect_equal(picked.value, {3, 4, -5});
  EXPECT_EQ(picked.title, "A number (prompt b)");
  expect_equal(read("s.v[layer=1]").value, {0.2, 4});
  EXPECT_EQ(read("s.v[layer=1, prompt=a]").value, Numbers{0.2});
  EXPECT_THROW(read("s.w"), UsageError);
}

TEST_F(ChartDataTest, LeavesOutWhatIsInfinite) {
  add({"v", Dtype::float64, {prompt(), layer()}, "1", ""}, {1, INFINITY, 2, -INFINITY, 3, 4});
  make();
  const ChartData data = read("s.v");
  expect_equal(data.value, {1, kNone, 2, kNone, 3, 4});
  EXPECT_NE(data.note.find("2 infinite values are not drawn"), std::string::npos) << data.note;
}

TEST_F(ChartDataTest, ReadsWhatTellsOfTheValue) {
  const Axis correction{"correction", Texts{"none", "holm"}, "", ""};
  Variable value{"d", Dtype::float64, {layer()}, "nat", "difference"};
  value.ancillary = {"low", "high", "p", "sig"};
  const auto other = [](const std::string& name, std::vector<Axis> axes, Relation relation) {
    Variable variable{name, Dtype::float64, std::move(axes), "1", name};
    variable.relation = relation;
    return variable;
  };
  add(value, {1, 2, 3}, "f");
  add(other("low", {layer()}, Relation::lower), {0, 1, 2}, "f");
  add(other("high", {layer()}, Relation::upper), {2, 3, 4}, "f");
  add(other("p", {layer()}, Relation::p_value), {0.5, 0.01, 0.04}, "f");
  add(other("sig", {layer(), correction}, Relation::significant), {0, 0, 1, 1, 1, 0}, "f");
  make();
  const ChartData data = read("f.d");
  expect_equal(data.lower, {0, 1, 2});
  expect_equal(data.upper, {2, 3, 4});
  expect_equal(data.p_value, {0.5, 0.01, 0.04});
  ASSERT_EQ(data.marks.size(), 2U);
  EXPECT_EQ(data.marks[0].correction, "holm") << "the strictest first";
  expect_equal(data.marks[0].significant, {0, 1, 0});
  FigureRequest request;
  request.of.push_back({"f", "d", {}});
  request.where = {{"correction", "none"}};
  const ChartData one = read(request);
  ASSERT_EQ(one.marks.size(), 1U);
  expect_equal(one.marks[0].significant, {0, 1, 1});
}

TEST_F(ChartDataTest, KnowsTheCleanValueFromTheChange) {
  Variable value{"v", Dtype::float64, {prompt(), layer()}, "nat", ""};
  value.ancillary = {"change"};
  Variable change{"change", Dtype::float64, {prompt(), layer()}, "nat", ""};
  change.relation = Relation::change;
  add(value, {1, 2, 3, 4, 5, 6});
  add(change, {0.5, 1.5, 2.5, 0, 1, 2});
  make();
  expect_equal(read("s.v").clean, {0.5, 0.5, 0.5, 4, 4, 4});
  EXPECT_TRUE(read("s.change").clean.empty());
}

TEST_F(ChartDataTest, WhatIsNotComputedYetIsNotDrawn) {
  add({"v", Dtype::float64, {layer()}, "nat", "a number"}, {1, 2, 3}, "f");
  make(false);
  const ChartData data = read("f.v");
  expect_equal(data.value, {kNone, kNone, kNone});
  EXPECT_NE(data.note.find("there is no value yet; the run is not complete: 2 of 2 prompts are done"),
            std::string::npos)
      << data.note;
}

TEST_F(ChartDataTest, WithoutAnyValueSaysWhyOfACompleteRun) {
  Variable value{"v", Dtype::float64, {layer()}, "nat", "a number"};
  value.ancillary = {"t", "note"};
  const Variable t{"t", Dtype::float64, {layer()}, "1", "t"};
  const Variable note{
      "note", Dtype::int64, {layer()}, "1", "0 regular; 1 even; 2 too few: no test; 3 odd; of v"};
  add(value, {kNone, kNone, kNone}, "f");
  add(t, {kNone, kNone, kNone}, "f");
  add(note, {2, 3, 2}, "f");
  add({"alone", Dtype::float64, {layer()}, "nat", ""}, {kNone, kNone, kNone}, "f");
  make();
  EXPECT_EQ(read("f.v").note, "By layer; there is no value: too few: no test.");
  EXPECT_EQ(read("f.t").empty, "there is no value: too few: no test") << "which tells of the value";
  EXPECT_EQ(read("f.alone").note, "By layer; there is no value.");
}

TEST_F(ChartDataTest, SeveralAreRepeatedAlongWhatTheyHaveNot) {
  add({"v", Dtype::float64, {prompt(), layer()}, "nat", ""}, {1, 2, 3, 4, 5, 6});
  add({"per_prompt", Dtype::float64, {prompt()}, "nat", ""}, {10, 20});
  add({"per_layer", Dtype::float64, {layer()}, "nat", ""}, {1, 2, 3}, "f");
  make();
  FigureRequest request;
  request.of = {{"s", "per_prompt", {}}, {"s", "v", {}}, {"f", "per_layer", {}}};
  const ChartData data = read(request);
  expect_equal(data.value, {10, 10, 10, 20, 20, 20, 1, 2, 3, 4, 5, 6, 1, 2, 3, 1, 2, 3});
  EXPECT_EQ(data.chart.axes[0].name, kSourceAxis);
  request.of = {{"s", "v", {}}};
  request.minus = {"f", "per_layer", {}};
  const ChartData less = read(request);
  expect_equal(less.value, {0, 0, 0, 3, 3, 3});
  EXPECT_TRUE(less.variable().zero_is_neutral);
  request.of = {{"s", "v", {{"prompt", "a"}}}, {"s", "v", {{"prompt", "b"}}}};
  request.minus = {};
  request.kind = "scatter";
  expect_equal(read(request).value, {1, 2, 3});
  expect_equal(read(request).other, {4, 5, 6});
}

TEST_F(ChartDataTest, TellsTheTextsThatStandAtPositions) {
  add({"v", Dtype::float64, {prompt(), key()}, "1", ""}, counting(6));
  make();
  const ChartData one = read("s.v[prompt=b]");
  ASSERT_EQ(one.texts.size(), 1U);
  EXPECT_EQ(one.texts[0].texts, (Texts{"\x1b", "the", "the"})) << "-1 is the last that it has";
  const ChartData both = read("s.v");
  ASSERT_EQ(both.texts.size(), 1U);
  EXPECT_EQ(both.texts[0].by, "prompt");
  EXPECT_EQ(both.texts[0].texts.size(), 6U);
  EXPECT_EQ(both.texts[0].texts[2], "\x1b");
}

TEST_F(ChartDataTest, CountsTextsThatNumbersStandFor) {
  add({"top", Dtype::int64, {prompt(), layer()}, "word id", "most likely"}, {1, 1, 0, 1, -1, 7});
  make();
  const ChartData data = read("s.top");
  EXPECT_TRUE(data.chart.counts_texts);
  EXPECT_EQ(data.chart.x, "top");
  EXPECT_EQ(data.chart.axis("top")->coordinates, Coordinates(Texts{"' cat'", "'the'", "7"}));
  expect_equal(data.value, {2, 1, 0, 1, 0, 1});
  EXPECT_NE(data.note.find("How often each comes, over layer"), std::string::npos) << data.note;
}

TEST_F(ChartDataTest, CountsTextsOverPromptsThatHaveOneEach) {
  add({"top", Dtype::int64, {prompt()}, "word id", "most likely"}, {1, 1});
  make();
  const ChartData data = read("s.top");
  EXPECT_EQ(data.chart.axes.size(), 1U) << "the texts alone";
  EXPECT_TRUE(data.chart.facet.empty() && data.chart.colour == "");
  expect_equal(data.value, {2});
}

TEST_F(ChartDataTest, TooManyChoicesAreSummedUp) {
  const Axis seed = numbered_axis("seed", 700, ""), x = numbered_axis("x", 10, ""),
             y = numbered_axis("y", 10, "");
  Numbers values(700 * 100);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i / 100);
  add({"v", Dtype::float64, {seed, x, y}, "nat", ""}, values, "f");
  make();
  const ChartData data = read("f.v");
  EXPECT_EQ(data.chart.axes[0].coordinates, Coordinates(Texts{"mean", "smallest", "largest"}));
  ASSERT_EQ(data.value.size(), 300U);
  EXPECT_EQ(data.value[0], 349.5);
  EXPECT_EQ(data.value[100], 0);
  EXPECT_EQ(data.value[200], 699);
  EXPECT_NE(data.note.find("too many cells to show each seed: their mean, smallest and largest value"),
            std::string::npos)
      << data.note;
}

TEST_F(ChartDataTest, LongAxesAreGrouped) {
  add({"v", Dtype::float64, {numbered_axis("step", 70'000, "")}, "nat", ""}, counting(70'000), "f");
  add({"m", Dtype::float64, {numbered_axis("step", 70'000, ""), numbered_axis("two", 2, "")}, "nat", ""},
      counting(140'000), "f");
  make();
  const ChartData line = read("f.v");
  EXPECT_EQ(line.chart.kind, ChartKind::line);
  ASSERT_EQ(line.value.size(), 3889U);
  EXPECT_EQ(line.value[0], 8.5);
  EXPECT_EQ(line.lower[0], 0);
  EXPECT_EQ(line.upper[0], 17);
  EXPECT_NE(line.note.find("each step of step is the mean of 18 of its 70000"), std::string::npos)
      << line.note;
  EXPECT_NE(line.note.find("with the smallest and largest value"), std::string::npos) << line.note;
  const ChartData map = read("f.m");
  EXPECT_EQ(map.chart.kind, ChartKind::heatmap);
  EXPECT_LE(map.value.size(), kMostCells);
  EXPECT_TRUE(map.lower.empty());
}

TEST_F(ChartDataTest, ManyBarsAreGrouped) {
  Texts ids;
  for (std::size_t i = 0; i < 10'000; ++i) ids.push_back("p" + std::to_string(i));
  add({"v", Dtype::float64, {{"id", ids, "", ""}}, "nat", ""}, counting(10'000), "f");
  make();
  const ChartData bars = read("f.v");
  EXPECT_EQ(bars.chart.kind, ChartKind::bars);
  EXPECT_EQ(bars.value.size(), 250U);
  EXPECT_EQ(std::get<Texts>(bars.chart.axes[0].coordinates.labels())[1], "p40–p79");
  EXPECT_EQ(bars.upper[0], 39);
}

TEST_F(ChartDataTest, ReferenceLinesStandAtStoredValues) {
  add({"v", Dtype::float64, {prompt(), layer()}, "nat", ""}, counting(6));
  add({"clean", Dtype::float64, {prompt()}, "nat", ""}, {0.5, kNone});
  make();
  FigureRequest request;
  request.of.push_back({"s", "v", {{"prompt", "a"}}});
  request.reference = {{2, {}}, {0, {"s", "clean", {}}}};
  const ChartData data = read(request);
  ASSERT_EQ(data.references.size(), 2U);
  EXPECT_EQ(data.references[0].at, 2);
  EXPECT_EQ(data.references[1].at, 0.5);
  EXPECT_EQ(data.references[1].label, "s.clean: a");
}

}  // namespace
}  // namespace hookflow::pipeline

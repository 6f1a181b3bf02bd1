#include "pipeline/figures/spec.hpp"

#include <gtest/gtest.h>

#include "tests/support/chart_sample.hpp"

namespace hookflow::pipeline {
namespace {

using nlohmann::json;

std::vector<double> from_one(std::size_t count) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = static_cast<double>(i + 1);
  return values;
}

json colour_scale(const json& spec) { return spec["layer"][0]["encoding"]["color"]["scale"]; }

TEST(Spec, AMapIsCompleteByItself) {
  const json spec = spec_of(sample::map(from_one(12)));
  EXPECT_EQ(spec["$schema"], "https://vega.github.io/schema/vega-lite/v6.json");
  EXPECT_EQ(spec["title"]["text"], json({"A number"}));
  ASSERT_EQ(spec["data"]["values"].size(), 12U);
  EXPECT_EQ(spec["data"]["values"][5], json({{"layer", 1}, {"head", 1}, {"v", 6.0}}));
  const json& cells = spec["layer"][0];
  EXPECT_EQ(cells["mark"]["type"], "rect");
  EXPECT_EQ(cells["encoding"]["x"]["field"], "head");
  EXPECT_EQ(cells["encoding"]["y"]["field"], "layer");
  EXPECT_EQ(cells["encoding"]["color"]["title"], "v (nat)");
  EXPECT_EQ(colour_scale(spec)["scheme"], "viridis");
  EXPECT_EQ(colour_scale(spec)["domain"], json({1.0, 12.0}));
  EXPECT_EQ(cells["encoding"]["tooltip"].size(), 3U) << "each label and the value";
  EXPECT_EQ(cells["encoding"]["tooltip"][2]["type"], "nominal") << "exact";
  EXPECT_GE(spec["width"]["step"], 12);
  EXPECT_FALSE(spec.contains("background"));
  EXPECT_FALSE(spec.contains("config"));
}

TEST(Spec, MapsBesideEachOtherHaveOneScale) {
  ChartData data = sample::map(from_one(12));
  data.beside = {-3, 10};
  EXPECT_EQ(colour_scale(spec_of(data))["domain"], json({-3.0, 12.0}));
  data.chart.sources[0].variable.zero_is_neutral = true;
  data.beside = {-40, 12};
  EXPECT_EQ(colour_scale(spec_of(data))["domain"], json({-40.0, 40.0}));
}

TEST(Spec, WhereZeroIsNoChangeColoursAreSymmetricAroundIt) {
  ChartData data = sample::map(from_one(12));
  data.chart.sources[0].variable.zero_is_neutral = true;
  data.value[3] = -40;
  const json scale = colour_scale(spec_of(data));
  EXPECT_EQ(scale["scheme"], "blueorange");
  EXPECT_EQ(scale["domain"], json({-40.0, 40.0}));
  data.value.assign(12, 0);
  EXPECT_EQ(colour_scale(spec_of(data))["domain"], json({-1.0, 1.0}));
}

TEST(Spec, FurtherAxesAreSmallFiguresAndChoices) {
  ChartData data = sample::chart(ChartKind::heatmap,
                                 {numbered_axis("layer", 2, ""), sample::labels("word", {"z", "a"}),
                                  numbered_axis("x", 2, ""), numbered_axis("y", 2, "")},
                                 from_one(16));
  data.chart.x = "x";
  data.chart.y = "y";
  data.chart.facet = {"word"};
  data.chart.choose = {"layer"};
  const json spec = spec_of(data);
  EXPECT_EQ(spec["facet"]["field"], "word");
  EXPECT_EQ(spec["facet"]["sort"], json({"z", "a"})) << "in their order";
  EXPECT_EQ(spec["params"][0]["bind"]["input"], "select");
  EXPECT_EQ(spec["params"][0]["bind"]["options"], json({0, 1}));
  EXPECT_EQ(spec["transform"][0]["filter"], "datum[\"layer\"] === choice_0");
  data.chart.facet = {"word", "layer"};
  data.chart.choose.clear();
  EXPECT_EQ(spec_of(data)["facet"]["column"]["field"], "layer");
}

TEST(Spec, BandsMarksCleanValuesAndReferencesAreLayers) {
  ChartData data = sample::series(ChartKind::line, from_one(6));
  data.lower = data.upper = data.clean = data.p_value = from_one(6);
  data.marks = {{"bonferroni", {1, 0, 0, 0, 0, 0}}, {"none", {1, 1, 0, 0, 0, 0}}};
  data.references = {{0, "0"}, {3, "clean.prob: target"}};
  const json spec = spec_of(data);
  std::vector<std::string> marks;
  for (const json& layer : spec["layer"]) marks.push_back(layer["mark"]["type"]);
  EXPECT_EQ(marks, (std::vector<std::string>{"area", "line", "line", "point", "rule", "rule", "text"}));
  EXPECT_EQ(spec["params"][0]["name"], "correction");
  EXPECT_EQ(spec["params"][0]["value"], "bonferroni");
  EXPECT_EQ(spec["data"]["values"][1]["significant none"], 1.0);
  EXPECT_EQ(spec["data"]["values"][1]["significant bonferroni"], 0.0);

  data.chart.kind = ChartKind::bars;
  data.clean = {5, 5, 5, 6, 6, 6};
  const json constant = spec_of(data);
  EXPECT_EQ(constant["layer"][2]["mark"]["type"], "rule") << "one line says it";
  data.clean[1] = 4;
  const json varying = spec_of(data);
  EXPECT_EQ(varying["layer"][2]["mark"]["type"], "tick");
}

TEST(Spec, AScaleHoldsAllThatIsDrawnAlongIt) {
  ChartData data = sample::series(ChartKind::line, from_one(6));
  data.upper = {1, 2, 3, 4, 5, 12};
  data.lower = from_one(6);
  data.references = {{-3, "-3"}, {sample::kInfinite, "inf"}};
  data.marks = {{"none", std::vector<double>(6, 0)}};
  const json spec = spec_of(data);
  for (const json& layer : spec["layer"]) {
    const json& y = layer["encoding"]["y"];
    EXPECT_TRUE(!y.contains("scale") || y["scale"]["domain"] == json({-3.0, 12.0})) << layer;
  }
  data.value = data.lower = data.upper = std::vector<double>(6, sample::kNone);
  data.references.clear();
  EXPECT_EQ(spec_of(data)["layer"][0]["encoding"]["y"]["scale"]["domain"], json({-1.0, 1.0}));
}

TEST(Spec, TooManyBarsArePoints) {
  ChartData data = sample::chart(
      ChartKind::bars, {sample::labels("word", {"a", "b"}), numbered_axis("prompt", 60, "")}, from_one(120));
  data.chart.x = "prompt";
  data.chart.colour = "word";
  const json spec = spec_of(data);
  EXPECT_EQ(spec["layer"][0]["mark"]["type"], "point");
  EXPECT_FALSE(spec["layer"][0]["encoding"].contains("xOffset"));
  EXPECT_EQ(spec["layer"][0]["encoding"]["x"]["axis"]["labels"], false);
  data.lower = data.upper = from_one(120);
  const json limits = spec_of(data)["layer"];
  EXPECT_EQ(limits[0]["mark"]["type"], "rule") << "below the points";
  EXPECT_EQ(limits[0]["encoding"]["color"]["field"], "word") << "each in its own colour";
  EXPECT_EQ(limits[1]["mark"]["type"], "point");
  data.lower.clear();
  data.chart.axes[1] = numbered_axis("prompt", 50, "");
  data.value = from_one(100);
  EXPECT_EQ(spec_of(data)["layer"][0]["mark"]["type"], "bar");
}

TEST(Spec, TheTopsOfAHistogramAreLines) {
  const json layers = spec_of(sample::series(ChartKind::histogram, from_one(6)))["layer"];
  ASSERT_EQ(layers.size(), 3U);
  EXPECT_EQ(layers[0]["mark"]["type"], "rect");
  EXPECT_EQ(layers[1]["mark"]["interpolate"], "step-after");
  EXPECT_EQ(layers[1]["encoding"]["x"]["field"], "from");
  EXPECT_EQ(layers[2]["mark"]["interpolate"], "step-before");
  EXPECT_EQ(layers[2]["encoding"]["x"]["field"], "to");
}

TEST(Spec, NamesAndLabelsOfAnyKindStayText) {
  const std::string script = "<script>alert('x')</script>";
  ChartData data =
      sample::chart(ChartKind::bars,
                    {sample::labels("a.b['c']", {script, "東京", std::string(200, 'x'), ""})}, from_one(4));
  data.chart.x = "a.b['c']";
  data.title = script + "\n" + std::string(300, 'y');
  const json spec = spec_of(data);
  EXPECT_EQ(spec["layer"][0]["encoding"]["x"]["field"], "a\\.b\\[\\'c\\'\\]");
  EXPECT_EQ(spec["data"]["values"][0]["a.b['c']"], script);
  EXPECT_EQ(spec["data"]["values"][2]["a.b['c']"], std::string(200, 'x'));
  EXPECT_EQ(spec["layer"][0]["encoding"]["x"]["axis"]["labelLimit"], 160);
}

TEST(Spec, NamesThatAreAlikeAreToldApart) {
  ChartData data = sample::series(ChartKind::line, from_one(6));
  data.chart.sources[0].variable.name = "head";
  data.clean = from_one(6);
  data.chart.axes[0].name = data.chart.colour = "clean";
  const json row = spec_of(data)["data"]["values"][4];
  EXPECT_EQ(row, json({{"clean", "b"}, {"head", 1}, {"head_", 5.0}, {"clean_", 5.0}}));
}

TEST(Spec, StepsShowTheTextsThatStandThere) {
  ChartData data = sample::map(from_one(12));
  data.texts = {{"head", "", {"The", " cat", "", " sat"}},
                {"layer", "head", std::vector<std::string>(12, "w")}};
  data.texts[1].texts[4] = "\n";
  const json spec = spec_of(data);
  EXPECT_EQ(spec["data"]["values"][1]["head text"], "1  cat");
  EXPECT_EQ(spec["data"]["values"][2]["head text"], "2");
  EXPECT_EQ(spec["data"]["values"][5]["layer text"], "1 \\n") << "of the other axis's step";
  EXPECT_EQ(spec["layer"][0]["encoding"]["x"]["field"], "head text");
  EXPECT_EQ(spec["layer"][0]["encoding"]["x"]["sort"]["field"], "head");
}

TEST(Spec, TextLabelsWithTextsComeInTheFilesOrder) {
  ChartData data = sample::map(from_one(12));
  data.chart.axes[1].coordinates = std::vector<std::string>{"0", "2", "10", "1"};
  data.texts = {{"head", "", {"The", " cat", " on", " sat"}}};
  const json once = spec_of(data);
  EXPECT_TRUE(once["layer"][0]["encoding"]["x"]["sort"].is_null()) << "text sorts 10 before 2";
  EXPECT_EQ(once["data"]["values"][2]["head text"], "10  on");
  data.texts = {{"head", "layer", std::vector<std::string>(12, "w")}};
  const json each = spec_of(data);
  EXPECT_EQ(each["layer"][0]["encoding"]["x"]["sort"]["field"], "head step");
  EXPECT_EQ(each["data"]["values"][6]["head step"], 2);
}

TEST(Spec, PromptsOfDifferentLengthsEndWhereTheyEnd) {
  ChartData data = sample::map(from_one(12));
  data.value[3] = data.value[7] = sample::kNone;
  data.texts = {{"head", "layer", {"a", "b", "c", "", "a", "b", "c", "d", "a", "b", "c", "d"}, true}};
  const json spec = spec_of(data);
  EXPECT_EQ(spec["data"]["values"].size(), 11U) << "what is missing elsewhere is told";
  EXPECT_FALSE(spec.contains("resolve"));
  data.chart.y.clear();
  data.chart.kind = ChartKind::bars;
  data.chart.facet = {"layer"};
  EXPECT_EQ(spec_of(data)["resolve"]["scale"]["x"], "independent") << "each has texts of its own";
}

TEST(Spec, WithoutAnyValueIsASentenceWithoutAxes) {
  ChartData data = sample::map(std::vector<double>(12, sample::kNone));
  data.empty = data.note = "There is no value.";
  const json spec = spec_of(data);
  EXPECT_EQ(spec["mark"]["text"], json({"There is no value."}));
  EXPECT_FALSE(spec.contains("encoding"));
  EXPECT_FALSE(spec.contains("layer"));
}

class BadNumbers : public testing::TestWithParam<ChartKind> {};

TEST_P(BadNumbers, GiveASpecificationWithNulls) {
  for (const auto& [name, values] : sample::bad_values()) {
    SCOPED_TRACE(name);
    ChartData data = sample::series(GetParam(), values);
    if (GetParam() == ChartKind::heatmap || GetParam() == ChartKind::pattern) {
      data.chart.y = "word";
      data.chart.colour.clear();
    }
    for (const bool neutral : {false, true}) {
      data.chart.sources[0].variable.zero_is_neutral = neutral;
      const std::string text = spec_of(data).dump();
      EXPECT_EQ(text.find("inf"), std::string::npos);
      const json spec = json::parse(text);
      ASSERT_EQ(spec["data"]["values"].size(), 6U);
      for (std::size_t i = 0; i < 6; ++i)
        EXPECT_EQ(spec["data"]["values"][i]["v"].is_null(), !std::isfinite(values[i]));
      EXPECT_EQ(text.find("\"domain\":[null"), std::string::npos);
    }
  }
  ChartData empty = sample::series(GetParam(), {});
  empty.other.clear();
  empty.edges.clear();
  empty.chart.axes[0] = sample::labels("word", {});
  if (GetParam() == ChartKind::heatmap || GetParam() == ChartKind::pattern) empty.chart.y = "word";
  EXPECT_TRUE(spec_of(empty)["data"]["values"].empty());
  ChartData one =
      sample::chart(GetParam(), {numbered_axis("head", 1, ""), sample::labels("word", {"a"})}, {3});
  one.chart.x = "head";
  one.chart.y = "word";
  if (GetParam() == ChartKind::scatter) {
    one.chart.sources.push_back(one.chart.sources[0]);
    one.other = {4};
  }
  EXPECT_EQ(spec_of(one)["data"]["values"].size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(EveryKind, BadNumbers,
                         testing::Values(ChartKind::heatmap, ChartKind::bars, ChartKind::line,
                                         ChartKind::histogram, ChartKind::density, ChartKind::scatter,
                                         ChartKind::pattern),
                         [](const auto& test) { return to_string(test.param); });

}  // namespace
}  // namespace hookflow::pipeline

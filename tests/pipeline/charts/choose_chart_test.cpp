#include "pipeline/charts/choose_chart.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Texts = std::vector<std::string>;

Axis texts_axis(const std::string& name, Texts labels) { return {name, std::move(labels), "", ""}; }
Axis prompts(std::size_t count) {
  Texts ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back("p" + std::to_string(i));
  return texts_axis("prompt", ids);
}
Axis layers(std::size_t count = 4) { return numbered_axis("layer", count, ""); }
Axis heads(std::size_t count = 3) {
  Axis axis = numbered_axis("head", count, "");
  axis.unordered = true;
  return axis;
}
Axis along_inputs(const std::string& name) {
  Axis axis = numbered_axis(name, 5, "");
  axis.counts_along = "position";
  return axis;
}
Axis grid() { return {"value", std::vector<double>{0, 0.5, 1}, "", ""}; }
const Axis kTwoWays = texts_axis("replacement", {"zero", "mean"});
const Axis kTwoWords = texts_axis("word", {"target", "contrast"});

Variable variable(const std::string& name, std::vector<Axis> axes) {
  return {name, Dtype::float64, std::move(axes), "nat", name};
}

class ChooseChartTest : public testing::Test {
 protected:
  /// What is chosen for the variable `v` of stage `s`, such as "heatmap x=head y=layer".
  std::string chosen(std::vector<Axis> axes, FigureRequest request = {}) {
    groups[0].variables.push_back(variable("v", std::move(axes)));
    request.of.push_back({"s", "v", {}});
    const std::string text = described(request);
    groups[0].variables.pop_back();
    return text;
  }

  std::string described(const FigureRequest& request) {
    problems.clear();
    const Chart chart = choose_chart(request, {groups, texts}, problems);
    if (!problems.empty()) return problems.front();
    std::string text = to_string(chart.kind);
    const auto add = [&](const std::string& key, const std::string& axis) {
      if (!axis.empty()) text += " " + key + "=" + axis;
    };
    add("x", chart.x);
    add("y", chart.y);
    add("colour", chart.colour);
    for (const std::string& axis : chart.facet) add("facet", axis);
    for (const std::string& axis : chart.choose) add("choose", axis);
    return text;
  }

  std::vector<GroupLayout> groups = {{"s", "measure.it: measures", {}}};
  std::vector<TextTable> texts;
  Texts problems;
};

TEST_F(ChooseChartTest, GoesByTheAxes) {
  struct Case {
    std::vector<Axis> axes;
    const char* chart;
  };
  const std::vector<Case> cases = {
      {{}, "bars"},
      {{prompts(1)}, "bars x=prompt"},
      {{layers()}, "line x=layer"},
      {{heads()}, "bars x=head"},
      {{prompts(1), heads(), kTwoWords}, "bars x=head colour=word"},
      {{kTwoWays, kTwoWords}, "bars x=replacement colour=word"},
      {{layers(), kTwoWays, kTwoWords}, "line x=layer colour=replacement facet=word"},
      {{layers(), heads()}, "heatmap x=head y=layer"},
      {{prompts(1), kTwoWays, layers(), heads(), kTwoWords},
       "heatmap x=head y=layer facet=replacement facet=word"},
      {{prompts(200), layers(), heads()}, "heatmap x=head y=layer choose=prompt"},
      {{prompts(200), kTwoWords}, "bars x=prompt colour=word"},
      {{layers(), heads(), numbered_axis("other", 3, "")}, "heatmap x=other y=head choose=layer"},
      {{prompts(54), texts_axis("other_prompt", Texts(prompts(54).size(), "x"))},
       "heatmap x=other_prompt y=prompt"},
      {{along_inputs("query"), along_inputs("key")}, "pattern x=key y=query"},
      {{layers(), along_inputs("query"), along_inputs("key")}, "pattern x=key y=query choose=layer"},
      {{prompts(2), kTwoWays, along_inputs("query"), along_inputs("key")},
       "pattern x=key y=query facet=replacement choose=prompt"},
      {{heads(), along_inputs("key")}, "heatmap x=key y=head"},
      {{grid()}, "density x=value"},
      {{layers(), grid()}, "density x=value colour=layer"},
      {{layers(40), grid()}, "density x=value choose=layer"},
      {{kTwoWays, kTwoWords, grid()}, "density x=value colour=replacement facet=word"},
  };
  for (const Case& one : cases) EXPECT_EQ(chosen(one.axes), one.chart);
}

TEST_F(ChooseChartTest, GoesByRelationsAndTexts) {
  Variable edges = variable("edges", {numbered_axis("edge", 6, "")});
  edges.relation = Relation::edges;
  Variable density = variable("density", {kTwoWays, layers(), numbered_axis("bin", 5, "")});
  density.ancillary = {"edges"};
  groups[0].variables = {density, edges};
  FigureRequest request;
  request.of.push_back({"s", "density", {}});
  EXPECT_EQ(described(request), "histogram x=bin colour=replacement facet=layer");

  texts.push_back({"words", "word", {"id", std::vector<std::int64_t>{0, 1}, "word id", ""}, {"a", "b"}, ""});
  Variable words = variable("words", {prompts(3), kTwoWays, layers(), heads()});
  words.dtype = Dtype::int64;
  words.units = "word id";
  groups[0].variables = {words};
  request.of = {{"s", "words", {}}};
  EXPECT_EQ(described(request), "bars colour=replacement facet=prompt") << "counted over layers and heads";
}

TEST_F(ChooseChartTest, TakesWhatIsAskedFor) {
  const std::vector<Axis> all = {prompts(1), kTwoWays, layers(), heads(), kTwoWords};
  FigureRequest request;
  request.kind = "bars";
  EXPECT_EQ(chosen(all, request), "bars x=head colour=replacement facet=word choose=layer");
  request.x = "layer";
  request.colour = "word";
  request.facet = {"replacement"};
  EXPECT_EQ(chosen(all, request), "bars x=layer colour=word facet=replacement choose=head");
  request = {};
  request.x = "layer";
  request.y = "word";
  request.choose = {"replacement"};
  EXPECT_EQ(chosen(all, request), "heatmap x=layer y=word choose=replacement choose=head");
  request = {};
  request.where = {{"layer", "2"}, {"word", "target"}};
  EXPECT_EQ(chosen(all, request), "bars x=head colour=replacement");
  request.where = {{"place", "2"}};
  request.kind = "heatmap";
  EXPECT_EQ(
      chosen({prompts(1), texts_axis("one", {"a"})}, {{}, {}, {}, "heatmap", {}, {}, {}, {}, {}, {}, {}, {}}),
      "heatmap x=one y=prompt")
      << "of one cell";
}

TEST_F(ChooseChartTest, LaysSeveralOverEachOther) {
  groups[0].variables = {variable("a", {prompts(1), layers()}), variable("b", {layers()}),
                         variable("wide", {layers(), heads()}), variable("other", {heads()})};
  groups.push_back({"t", "", {variable("a", {layers()})}});
  const auto of = [](std::initializer_list<InputRef> refs, const std::string& kind = "") {
    FigureRequest request;
    request.of = refs;
    request.kind = kind;
    return request;
  };
  EXPECT_EQ(described(of({{"s", "a", {}}, {"s", "b", {}}})), "line x=layer colour=series");
  EXPECT_EQ(described(of({{"s", "a", {}}, {"s", "wide", {}}})), "heatmap x=head y=layer facet=series");
  EXPECT_EQ(described(of({{"s", "a", {}}, {"t", "a", {}}}, "scatter")), "scatter");
  EXPECT_NE(described(of({{"s", "a", {}}, {"s", "other", {}}})).find("one must have all that the other has"),
            std::string::npos);
  Texts found;
  const Chart chart = choose_chart(of({{"s", "a", {}}, {"t", "a", {}}}), {groups, texts}, found);
  EXPECT_EQ(chart.sources[1].label, "t") << "by what tells them apart";
}

TEST_F(ChooseChartTest, TellsAllThatIsWrong) {
  groups[0].variables = {variable("prob", {kTwoWays, layers(), heads()}), variable("one", {})};
  FigureRequest request;
  request.of.push_back({"s", "prob", {{"replacement", "zer"}}});
  request.x = "laier";
  request.y = "head";
  request.colour = "head";
  request.kind = "bars";
  request.where = {{"heads", "3"}, {"layer", "9"}};
  request.reference = {{0, {"s", "prob", {}}}, {0, {"t", "prob", {}}}};
  choose_chart(request, {groups, texts}, problems);
  const Texts expected = {
      "reference: 's.prob' has 24 values; must be 12 or fewer: pick a label, as in scores.prob[layer=3]",
      "reference: 't' is not among the stages that are kept",
      "of: the axis 'replacement' has no 'zer' (did you mean 'zero'?); it has 'zero', 'mean'",
      "where: 's.prob' has no axis 'heads' (did you mean 'head'?)",
      "where: the axis 'layer' has no '9'; it has '0', '1', '2', '3'",
      "x: 's.prob' has no axis 'laier' (did you mean 'layer'?); its axes are [replacement 2, layer 4, head "
      "3]",
      "colour: the axis 'head' is asked for twice",
      "kind: bars: y is the value; only a heatmap or a pattern has an axis y"};
  EXPECT_EQ(problems, expected);

  const auto problem = [&](const std::string& name, const std::string& kind) {
    FigureRequest of;
    of.of.push_back({"s", name, {}});
    of.kind = kind;
    return described(of);
  };
  EXPECT_EQ(problem("pro", ""), "of: 's' has no variable 'pro' (did you mean 'prob'?)");
  EXPECT_EQ(problem("one", "heatmap"), "kind: heatmap: 'one' has the axes []; must have two");
  EXPECT_EQ(problem("prob", "histogram"),
            "kind: histogram: 'prob' is no count in bins; aggregate.histogram makes one of it");
  EXPECT_NE(problem("prob", "scatter").find("needs two variables"), std::string::npos);
  EXPECT_EQ(problem("one", "density"),
            "kind: density: 'one' is a single number; aggregate.density makes a density");
}

}  // namespace
}  // namespace hookflow::pipeline

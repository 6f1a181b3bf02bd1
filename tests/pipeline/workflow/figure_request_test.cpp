#include "pipeline/workflow/figure_request.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

std::string problems_of(const std::string& yaml) {
  Problems problems("w.yaml");
  read_figures(parse_yaml(yaml, "w.yaml"), problems);
  return problems.text();
}

TEST(FigureRequest, IsWrittenAsItIsRead) {
  const std::string json =
      R"([{"name":"n","of":["a.b[layer=3]","a.c"],"minus":"a.d","kind":"bars","x":"head","y":"e","colour":"f",)"
      R"("facet":["g","h"],"choose":["i"],"where":{"layer":"3"},"title":"T","reference":[0,"a.b"]},{"of":["a.b"]}])";
  Problems problems("w.yaml");
  const std::vector<FigureRequest> figures = read_figures(parse_yaml_value(json), problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(to_json(write_figures(figures)), json);
  EXPECT_EQ(figures[0].id(), "n");
  EXPECT_EQ(figures[1].id(), "a.b");
  EXPECT_EQ(figures[0].where, (std::vector<AxisLabel>{{"layer", "3"}}));
  EXPECT_EQ(figures[0].reference[1].variable.variable, "b");
}

TEST(FigureRequest, OneStandsForAListOfOne) {
  Problems problems("w.yaml");
  const auto figures =
      read_figures(parse_yaml("- {of: a.b, facet: c, choose: d, reference: -0.5}", "w.yaml"), problems);
  EXPECT_EQ(problems.text(), "");
  EXPECT_EQ(figures[0].facet, std::vector<std::string>{"c"});
  EXPECT_EQ(figures[0].reference[0].at, -0.5);
}

TEST(FigureRequest, AllProblemsAreToldWithTheirLines) {
  EXPECT_EQ(problems_of("- of: a.b\n  kind: heatmop\n  tittle: x\n  where: [layer]\n"
                        "- kind: bars\n"
                        "- {of: a, facet: [b, c, d]}\n"
                        "- {name: n, of: a.b, reference: high}\n"
                        "- {name: n, of: []}\n"
                        "- a.b\n"),
            "w.yaml:2: figure 'a.b': kind: unknown kind 'heatmop' (did you mean 'heatmap'?); must be one of "
            "heatmap, bars, line, histogram, density, scatter, pattern\n"
            "w.yaml:3: figure 'a.b': unknown key 'tittle' (did you mean 'title'?)\n"
            "w.yaml:4: figure 'a.b': where: [\"layer\"] must be a map of axes and labels, as in {layer: 3}\n"
            "w.yaml:5: figure 2: the key 'of' is missing: what is drawn, stage.variable\n"
            "w.yaml:6: figure 'a.': of: 'a' must be stage.variable, as in scores.prob\n"
            "w.yaml:6: figure 'a.': facet: 3 axes are given; must be one, or two for rows and columns\n"
            "w.yaml:7: figure 'n': reference: \"high\" must be a number or stage.variable, as in 0 or "
            "clean.prob\n"
            "w.yaml:8: figure 'n': of: the list is empty, so nothing would be drawn\n"
            "w.yaml:8: figure 'n': another figure has the same name\n"
            "w.yaml:9: figure 6: must be a map with the key 'of', such as {of: stage.variable}");
  EXPECT_EQ(problems_of("of: a.b"), "w.yaml:1: figures: must be a list, such as [{of: stage.variable}]");
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/plot/draw_text.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/text/columns.hpp"
#include "tests/support/chart_sample.hpp"

namespace hookflow::pipeline {
namespace {

const Window kPipe;
const Window kNarrow{40, true, false};
const Window kColours{60, true, true};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(DrawText, AMapIsShaded) {
  EXPECT_EQ(draw_text(sample::map({0, 1, 2, 3, 4, 5, 6, 7, 8, sample::kNone, 10, 12}), kPipe),
            "A number\n"
            "\n"
            "    0     ░░░░\n"
            "    1 ░░▒▒▒▒▒▒\n"
            "    2 ▓▓ ·▓▓██\n"
            "      0 1 2 3\n"
            "layer down, head across\n"
            "v (nat): 0   ░░░░▒▒▒▒▓▓▓▓████ 12\n"
            "\n"
            "By layer.\n");
}

TEST(DrawText, WithoutAnyValueIsASentence) {
  ChartData data = sample::map(std::vector<double>(12, sample::kNone));
  data.empty = data.text_note = "There is no value.";
  EXPECT_EQ(draw_text(data, kPipe), "A number\n\nThere is no value.\n");
}

TEST(DrawText, WhereZeroIsNoChangeCellsHaveTheirSign) {
  ChartData data = sample::map({-4, -3, -2, -1, 0, 0.5, 1, 1.5, 2, 2.5, 3, 4});
  data.chart.sources[0].variable.zero_is_neutral = true;
  const std::vector<std::string> lines = lines_of(draw_text(data, kPipe));
  EXPECT_EQ(lines[2], "    0 -█-▓-▒-░");
  EXPECT_EQ(lines[3], "    1   +░+░+▒");
  EXPECT_EQ(lines[4], "    2 +▒+▓+▓+█");
  EXPECT_EQ(lines[7], "v (nat): -4 -█-▓-▒-░  +░+▒+▓+█ 4");
  const std::string coloured = draw_text(data, kColours);
  EXPECT_NE(coloured.find("\033[48;5;231m  \033[0m"), std::string::npos) << "zero is white: " << coloured;
}

TEST(DrawText, BarsGoFromZeroToBothSides) {
  ChartData data = sample::chart(ChartKind::bars, {sample::labels("word", {"a", "bb", "東京", "d"})},
                                 {1.5, -1, sample::kNone, 3});
  data.chart.x = "word";
  EXPECT_EQ(draw_text(data, kNarrow),
            "A number\n"
            "\n"
            "word\n"
            "   a           1.5      ███████▌\n"
            "  bb            -1 █████\n"
            "東京             -\n"
            "   d             3      ███████████████\n"
            "v (nat): from -1 to 3\n"
            "\n"
            "By layer.\n");
}

TEST(DrawText, LinesAreDrawnInDots) {
  ChartData data = sample::chart(ChartKind::line, {numbered_axis("layer", 3, "")}, {0, 2, 1});
  data.chart.x = "layer";
  const std::vector<std::string> lines = lines_of(draw_text(data, kNarrow));
  ASSERT_EQ(lines.size(), 18U);
  EXPECT_TRUE(lines[2].starts_with("           2 │")) << lines[2];
  EXPECT_TRUE(lines[13].starts_with("           0 │⡠") || lines[13].starts_with("           0 │⡰"))
      << lines[13];
  EXPECT_EQ(lines[14], "              0                        2");
  EXPECT_EQ(lines[15], "layer across, v (nat) up");
}

TEST(DrawText, WithoutColoursEachSeriesHasItsPicture) {
  const ChartData data = sample::series(ChartKind::histogram, {1, 2, 3, 3, 2, 1});
  const std::vector<std::string> apart = lines_of(draw_text(data, kNarrow));
  EXPECT_EQ(std::ranges::count(apart, "a"), 1);
  EXPECT_EQ(std::ranges::count(apart, "b"), 1);
  const std::vector<std::string> together = lines_of(draw_text(data, kColours));
  EXPECT_LT(together.size(), apart.size());
}

TEST(DrawText, MarksWhatIsSignificant) {
  ChartData map = sample::map(std::vector<double>(12, 1));
  map.marks = {{"holm", {1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}}};
  EXPECT_EQ(lines_of(draw_text(map, kPipe))[2], "    0 ▒▒*▒▒ ▒▒ ▒▒");
  EXPECT_EQ(lines_of(draw_text(map, kPipe))[5], "      0  1  2  3");
  ChartData line = sample::chart(ChartKind::line, {numbered_axis("layer", 3, "")}, {0, 2, 1});
  line.chart.x = "layer";
  line.lower = {-1, 1, 0};
  line.upper = {1, 3, 2};
  line.marks = {{"holm", {0, 1, 1}}};
  const std::vector<std::string> lines = lines_of(draw_text(line, kPipe));
  EXPECT_TRUE(lines[2].starts_with("           3 │")) << "the confidence interval is drawn: " << lines[2];
  EXPECT_EQ(std::ranges::count(lines, "significant at: 1, 2"), 1);
}

TEST(DrawText, SaysWhichLabelsAreShown) {
  ChartData data = sample::chart(ChartKind::bars,
                                 {numbered_axis("layer", 2, ""), numbered_axis("head", 2, "")}, {1, 2, 3, 4});
  data.chart.x = "head";
  data.chart.choose = {"layer"};
  EXPECT_EQ(lines_of(draw_text(data, kPipe))[1], "shown: layer 0 (--where picks another)");
  data.chart.choose.clear();
  data.chart.facet = {"layer"};
  const std::vector<std::string> lines = lines_of(draw_text(data, kPipe));
  EXPECT_EQ(std::ranges::count(lines, "layer 1"), 1);
}

class BadTexts : public testing::TestWithParam<ChartKind> {};

// The window is never overrun, whatever the numbers, labels and titles are.
TEST_P(BadTexts, FitTheWindow) {
  for (const auto& [name, values] : sample::bad_values()) {
    SCOPED_TRACE(name);
    ChartData data = sample::series(GetParam(), values);
    data.chart.axes[0] = sample::labels("word", {"a\tb\n\x1b[31m", std::string(200, 'x') + "東京"});
    data.chart.axes[1] = sample::labels("head", {"東京東京東京東京東京東京", "", "<script>"});
    data.title = "A long title\n" + std::string(30, 'y');
    if (GetParam() == ChartKind::heatmap || GetParam() == ChartKind::pattern) data.chart.y = "word";
    for (const std::string& line : lines_of(draw_text(data, kNarrow))) {
      EXPECT_LE(columns_of(line), kNarrow.columns) << line;
      EXPECT_EQ(line.find_first_of("\t\x1b"), std::string::npos) << line;
    }
  }
}

TEST_P(BadTexts, LargeFiguresFitToo) {
  std::vector<double> values(300 * 200);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 17);
  ChartData data =
      sample::chart(GetParam(), {numbered_axis("layer", 200, ""), numbered_axis("head", 300, "")}, values);
  data.chart.x = "head";
  data.chart.y = GetParam() == ChartKind::heatmap || GetParam() == ChartKind::pattern ? "layer" : "";
  data.chart.colour = data.chart.y.empty() ? "layer" : "";
  if (GetParam() == ChartKind::scatter) {
    data.other = values;
    data.chart.colour.clear();
    data.chart.sources.push_back(data.chart.sources[0]);
  }
  if (GetParam() != ChartKind::heatmap && GetParam() != ChartKind::pattern &&
      GetParam() != ChartKind::scatter)
    return;
  const std::vector<std::string> lines = lines_of(draw_text(data, kNarrow));
  EXPECT_LT(lines.size(), 60U);
  for (const std::string& line : lines) EXPECT_LE(columns_of(line), kNarrow.columns) << line;
}

INSTANTIATE_TEST_SUITE_P(EveryKind, BadTexts,
                         testing::Values(ChartKind::heatmap, ChartKind::bars, ChartKind::line,
                                         ChartKind::histogram, ChartKind::density, ChartKind::scatter,
                                         ChartKind::pattern),
                         [](const auto& test) { return to_string(test.param); });

}  // namespace
}  // namespace hookflow::pipeline

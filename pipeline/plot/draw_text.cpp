#include "pipeline/plot/draw_text.hpp"

#include <algorithm>
#include <array>

#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kPiped = 80;
constexpr std::size_t kWidest = 120;

std::string draw_panel(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns) {
  switch (data.chart.kind) {
    case ChartKind::heatmap:
    case ChartKind::pattern:
      return draw_map(data, panel, window, columns);
    case ChartKind::bars:
      return draw_bars(data, panel, window, columns);
    default:
      return draw_curves(data, panel, window, columns);
  }
}

/// Of all panels.
std::string draw_scale(const ChartData& data, const Window& window, std::size_t columns) {
  switch (data.chart.kind) {
    case ChartKind::heatmap:
    case ChartKind::pattern:
      return map_scale(data, window, columns);
    case ChartKind::bars:
      return bar_scale(data, columns);
    default:
      return "";
  }
}

/// Without the codes that colour it.
std::size_t shown_columns(const std::string& text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size(); ++at)
    if (text[at] == '\033')
      at = std::min(text.find('m', at), text.size());
    else
      shown += text[at];
  return columns_of(shown);
}

}  // namespace

std::string fit_right(const std::string& text, std::size_t columns) {
  const std::string cut = cut_to_columns(text, columns);
  return std::string(columns - columns_of(cut), ' ') + cut;
}

std::string said_of(const std::string& name, const std::string& said, std::size_t columns) {
  const std::string line = one_line(name) + ": ";
  if (columns_of(line) + shown_columns(said) <= columns) return line + said + "\n";
  return cut_to_columns(one_line(name), columns) + "\n" + said + "\n";
}

int series_colour(std::size_t series) {
  constexpr std::array<int, 6> kColours = {32, 214, 36, 175, 74, 166};  // as in figures: Okabe and Ito's
  return kColours[series % kColours.size()];
}

std::string draw_text(const ChartData& data, const Window& window) {
  const std::size_t columns = window.columns == Window::kEndless ? kPiped : std::min(window.columns, kWidest);
  std::string text = window.painted(wrapped(one_line(data.title), columns, 2), Ink::bold) + "\n";
  if (!data.empty.empty()) return text + "\n" + wrapped(one_line(data.text_note), columns, 2) + "\n";
  if (const std::string chosen = chosen_labels(data); !chosen.empty())
    text += wrapped("shown: " + chosen + " (--where picks another)", columns, 2) + "\n";
  if (data.chart.kind == ChartKind::scatter) {
    text += "\n" + draw_points(data, window, columns);
  } else {
    for (const Panel& panel : panels_of(data)) {
      text += "\n";
      if (!panel.heading.empty()) text += cut_to_columns(panel.heading, columns) + "\n";
      text += draw_panel(data, panel, window, columns);
    }
  }
  text += draw_scale(data, window, columns);
  return text + "\n" + wrapped(one_line(data.text_note), columns, 2) + "\n";
}

}  // namespace hookflow::pipeline

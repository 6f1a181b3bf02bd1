#pragma once
#include <cstddef>
#include <string>

#include "pipeline/plot/panel.hpp"
#include "pipeline/terminal/window.hpp"

namespace hookflow::pipeline {

/// A figure in characters: its title, a picture for each small figure with its scale, and its note; of axes
/// of which a label is chosen the first. Fits the window; of a pipe, 80 columns.
std::string draw_text(const ChartData& data, const Window& window);

// The kinds of pictures, in so many columns.
std::string draw_map(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns);
std::string draw_bars(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns);
/// What follows all of a chart's maps, or bars: what is along which side, and the scale.
std::string map_scale(const ChartData& data, const Window& window, std::size_t columns);
std::string bar_scale(const ChartData& data, std::size_t columns);
/// Lines, histograms and densities.
std::string draw_curves(const ChartData& data, const Panel& panel, const Window& window, std::size_t columns);
std::string draw_points(const ChartData& data, const Window& window, std::size_t columns);

/// Text in exactly so many columns: cut, or with spaces in front of it.
std::string fit_right(const std::string& text, std::size_t columns);
/// A name and what is said of it, on two lines where one is too short.
std::string said_of(const std::string& name, const std::string& said, std::size_t columns);
/// One of several colours that are told apart, of those that a terminal knows.
int series_colour(std::size_t series);

}  // namespace hookflow::pipeline

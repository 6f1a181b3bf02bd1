#pragma once
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/figures/rows.hpp"

/// What the kinds of figures share of Vega-Lite's language.
namespace hookflow::pipeline {

/// The name of a field where it is not looked into for dots and brackets.
std::string field_of(const std::string& name);
/// The same in an expression: datum["name"].
std::string datum_of(const std::string& name);

/// A channel along an axis whose labels stand apart, in their order.
VegaJson steps_channel(const ChartData& data, const RowFields& fields, const std::string& axis);
/// A channel of numbers, with the words that stand at it.
VegaJson numbers_channel(const std::string& field, const std::string& title);
/// The channel of the value, or of a number of its kind.
VegaJson value_channel(const ChartData& data, const std::string& field, bool from_zero);
/// A scale from the smallest to the largest of the numbers, around a single one: known beforehand, since of a
/// layer or a choice without any number Vega would make an infinite one.
VegaJson scale_of(std::pair<double, double> extent, bool from_zero);
/// A text that Vega breaks into lines of so many columns.
VegaJson title_lines(const std::string& text, std::size_t columns);
/// The colour by an axis; its labels in the order of the axis.
VegaJson colour_channel(const ChartData& data, const RowFields& fields, const std::string& axis);
/// Every label and every number of a row, whole and exact.
VegaJson tooltip(const ChartData& data, const RowFields& fields);
/// Rules at the figure's reference lines, with their labels.
VegaJson reference_layers(const ChartData& data);
/// Dots where the chosen correction finds the cell significant.
VegaJson mark_layer(const ChartData& data, const RowFields& fields, VegaJson position);

/// How wide or high small figures and single ones are, in pixels.
double panel_size(const ChartData& data);
/// Of so many steps: wide enough to be read where they are few.
VegaJson step_size(std::size_t steps, double panel);
/// The smallest and the largest of the numbers; both NaN where there are none.
std::pair<double, double> extent(const std::vector<double>& numbers);

inline constexpr int kPanelHeight = 260;                  // of what has numbers along y
inline constexpr const char* kCorrection = "correction";  // the parameter that chooses one

}  // namespace hookflow::pipeline

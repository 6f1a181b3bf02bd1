#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"

/// How axes, labels and numbers are spelled to people.
namespace hookflow::pipeline {

/// "[prompt 3, layer 12]"
std::string axes_text(const std::vector<Axis>& axes);
/// The label of one step of an axis.
std::string label_of(const Axis& axis, std::size_t step);
/// The label of a cell along each of its axes, counted row-major.
std::vector<std::string> labels_of(const std::vector<Axis>& axes, std::size_t cell);
/// "layer=3, head=2"
std::string place_of(const std::vector<Axis>& axes, std::size_t cell);
/// A number as people read it: six significant digits; `-` for one that is missing.
std::string shown_number(double value);
/// What a variable holds, in words that may begin a sentence or a title: of "1 where X, else 0" it is X, and
/// of the mean of such "how often X".
std::string meaning_of(const Variable& variable);

/// "1 prompt", "2 prompts".
std::string counted(std::size_t number, const std::string& what, const std::string& ending = "s");

}  // namespace hookflow::pipeline

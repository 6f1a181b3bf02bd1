#pragma once
#include <string>

#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// A variable of a run file, whose values fill a sentence. Borrows.
struct SummedVariable {
  const RunFile& run;
  const RunFileView& view;
  const std::string& group;
  const Variable& variable;
};

/// `text` with what stands in braces filled in from the variable's values; numbers come with units and, where
/// it is one of several, with the labels of their cell:
///   {largest}, {highest}, {lowest}  the value of largest magnitude, the highest, the lowest
///   {top}                           "largest", and the three of largest magnitude
///   {range}                         the lowest and the highest
///   {mean}                          of all values
///   {ones}, {count}                 how many are 1, and how many there are
///   {commonest}                     the value of most cells, and how often; else how many differ
///   {texts}                         the first texts that the values spell (Axis::spells)
///   {each AXIS: ...}                the rest for each label of an axis, or once for a variable without it
/// Empty where there is no value. Throws std::logic_error for other words in braces.
std::string filled_sentence(const std::string& text, const SummedVariable& of);

}  // namespace hookflow::pipeline

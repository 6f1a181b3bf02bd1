#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// Text in aligned columns: numbers to the right, words to the left.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  void print(std::ostream& out) const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// "[prompt 3, layer 12]"
std::string axes_text(const std::vector<Axis>& axes);
/// The label of one step of an axis.
std::string label_of(const Axis& axis, std::size_t step);
/// A number as people read it: six significant digits.
std::string shown_number(double value);

/// "1 prompt", "2 prompts".
std::string counted(std::size_t number, const std::string& what, const std::string& ending = "s");

}  // namespace hookflow::pipeline

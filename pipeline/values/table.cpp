#include "pipeline/values/table.hpp"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <sstream>

namespace hookflow::pipeline {
namespace {

/// Columns on a terminal: a UTF-8 continuation byte takes none.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool numeric(const std::string& text) {
  return !text.empty() &&
         (std::isdigit(static_cast<unsigned char>(text.front())) != 0 || text.front() == '-');
}

}  // namespace

void Table::print(std::ostream& out) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  std::vector<bool> right(widths.size(), rows_.size() > 1);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    for (std::size_t c = 0; c < widths.size(); ++c) {
      widths[c] = std::max(widths[c], width(rows_[r][c]));
      if (r > 0 && !numeric(rows_[r][c])) right[c] = false;
    }
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const std::string padding(widths[c] - width(row[c]), ' ');
      line += "  " + (right[c] ? padding + row[c] : row[c] + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << "\n";
  }
}

std::string axes_text(const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes)
    text += (text.empty() ? "" : ", ") + axis.name + " " + std::to_string(axis.size());
  return "[" + text + "]";
}

std::string label_of(const Axis& axis, std::size_t step) {
  return std::visit(
      [step](const auto& labels) -> std::string {
        if constexpr (std::is_arithmetic_v<typename std::decay_t<decltype(labels)>::value_type>)
          return shown_number(static_cast<double>(labels[step]));
        else
          return labels[step];
      },
      axis.coordinates.labels());
}

std::string shown_number(double value) {
  if (std::isnan(value)) return "-";
  std::ostringstream text;
  text.precision(6);
  text << value;
  return text.str();
}

std::string counted(std::size_t number, const std::string& what, const std::string& ending) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : ending);
}

}  // namespace hookflow::pipeline

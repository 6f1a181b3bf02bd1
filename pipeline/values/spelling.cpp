#include "pipeline/values/spelling.hpp"

#include <cmath>
#include <sstream>
#include <string_view>
#include <type_traits>

namespace hookflow::pipeline {

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

std::vector<std::string> labels_of(const std::vector<Axis>& axes, std::size_t cell) {
  std::vector<std::string> labels(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    labels[axis] = label_of(axes[axis], cell % axes[axis].size());
    cell /= axes[axis].size();
  }
  return labels;
}

std::string place_of(const std::vector<Axis>& axes, std::size_t cell) {
  const std::vector<std::string> labels = labels_of(axes, cell);
  std::string text;
  for (std::size_t axis = 0; axis < axes.size(); ++axis)
    text += (axis == 0 ? "" : ", ") + axes[axis].name + "=" + labels[axis];
  return text;
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

std::string meaning_of(const Variable& variable) {
  constexpr std::string_view kWhere = "1 where ";
  constexpr std::string_view kElse = ", else 0";
  constexpr std::string_view kMean = "mean of ";
  std::string meaning = variable.long_name.empty() ? variable.name : variable.long_name;
  const std::size_t where = meaning.find(kWhere);
  const std::size_t otherwise = meaning.find(kElse);
  if (where == std::string::npos || otherwise == std::string::npos || otherwise < where) return meaning;
  meaning.erase(otherwise, kElse.size());
  if (meaning.starts_with(kMean) && where == kMean.size())
    return meaning.replace(0, kMean.size() + kWhere.size(), "how often ");
  return meaning.replace(where, kWhere.size(), where == 0 ? "" : "whether ");
}

}  // namespace hookflow::pipeline

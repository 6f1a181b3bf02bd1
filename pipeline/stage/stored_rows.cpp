#include "pipeline/stage/stored_rows.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {

std::vector<double> read_all(const StoredRows& rows) {
  const Variable& variable = rows.variable();
  std::vector<double> values = rows.read(0, variable.axes.empty() ? 1 : variable.axes.front().size());
  const auto missing = std::ranges::find_if(values, [](double value) { return std::isnan(value); });
  if (missing == values.end()) return values;
  const std::string place = place_of(variable.axes, static_cast<std::size_t>(missing - values.begin()));
  throw MissingResults(variable.name + " has no value" + (place.empty() ? "" : " at " + place));
}

}  // namespace hookflow::pipeline

#include "stages/aggregate/axis_fold.hpp"

#include "pipeline/text/nearest.hpp"

namespace hookflow::stages {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

bool has_axes(const pipeline::Variable& variable, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
    return std::any_of(variable.axes.begin(), variable.axes.end(),
                       [&](const auto& axis) { return axis.name == name; });
  });
}

std::string no_such_axes(const std::vector<pipeline::Variable>& variables,
                         const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const pipeline::Variable& variable : variables) {
    for (const pipeline::Axis& axis : variable.axes) {
      if (!contains(known, axis.name)) known.push_back(axis.name);
    }
  }
  std::string all;
  for (const std::string& name : known) all += (all.empty() ? "" : ", ") + name;
  for (const std::string& name : names) {
    if (!contains(known, name)) {
      return "unknown axis '" + name + "'" + pipeline::suggestion(name, known) + "; the input has " + all;
    }
  }
  return "no variable of the input has all of these axes; the input has " + all;
}

std::size_t slab_rows(std::size_t cells) {
  constexpr std::size_t kSlabCells = std::size_t{1} << 20;
  return std::max<std::size_t>(1, kSlabCells / std::max<std::size_t>(1, cells));
}

}  // namespace hookflow::stages

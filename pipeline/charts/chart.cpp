#include "pipeline/charts/chart.hpp"

#include <algorithm>

namespace hookflow::pipeline {

std::string to_string(ChartKind kind) { return figure_kinds()[static_cast<std::size_t>(kind)]; }

bool ChartSource::picks(const std::string& axis) const {
  return std::ranges::find(where, axis, &AxisLabel::axis) != where.end();
}

const Axis* Chart::axis(const std::string& name) const {
  const auto found = std::ranges::find(axes, name, &Axis::name);
  return found == axes.end() ? nullptr : &*found;
}

bool has_text_labels(const Axis& axis) {
  return std::holds_alternative<std::vector<std::string>>(axis.coordinates.labels());
}

bool is_continuous(const Axis& axis) {
  return std::holds_alternative<std::vector<double>>(axis.coordinates.labels());
}

const TextTable* texts_of(const Variable& variable, const std::vector<TextTable>& texts) {
  if (variable.dtype != Dtype::int64 || variable.units.empty()) return nullptr;
  const auto found =
      std::ranges::find(texts, variable.units, [](const TextTable& table) { return table.axis.long_name; });
  return found == texts.end() ? nullptr : &*found;
}

const Variable* find_variable(const std::vector<GroupLayout>& groups, const std::string& stage,
                              const std::string& name) {
  const auto group = std::ranges::find(groups, stage, &GroupLayout::name);
  if (group == groups.end()) return nullptr;
  const auto found = std::ranges::find(group->variables, name, &Variable::name);
  return found == group->variables.end() ? nullptr : &*found;
}

std::vector<const Variable*> ancillaries(const std::vector<GroupLayout>& groups, const ChartSource& source,
                                         Relation relation) {
  std::vector<const Variable*> found;
  for (const std::string& name : source.variable.ancillary)
    if (const Variable* other = find_variable(groups, source.stage, name); other != nullptr)
      if (other->relation == relation) found.push_back(other);
  return found;
}

}  // namespace hookflow::pipeline

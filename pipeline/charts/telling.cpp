#include "pipeline/charts/telling.hpp"

#include <algorithm>

namespace hookflow::pipeline {

Telling telling_of(const Variable& variable, const std::vector<Variable>& stage) {
  if (variable.dtype == Dtype::int64) return Telling::index;
  if (variable.relation == Relation::change) return Telling::change;
  if (variable.relation != Relation::itself) return Telling::ancillary;
  const auto is_tested_by = [&](const Variable& other) {
    return other.relation == Relation::significant && std::ranges::count(variable.ancillary, other.name) > 0;
  };
  if (std::ranges::any_of(stage, is_tested_by)) return Telling::tested;
  return variable.ancillary.empty() ? Telling::result : Telling::effect;
}

std::string most_telling(const std::vector<GroupLayout>& groups) {
  std::string found;
  Telling best = Telling::index;
  for (const GroupLayout& group : groups)
    for (const Variable& variable : group.variables) {
      const Telling telling = telling_of(variable, group.variables);
      if (!found.empty() && telling >= best) continue;
      best = telling;
      found = group.name + "." + variable.name;
    }
  return found;
}

}  // namespace hookflow::pipeline

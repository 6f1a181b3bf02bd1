#include "pipeline/layout.hpp"

#include "pipeline/plan.hpp"

namespace hookflow::pipeline {

RunLayout make_layout(const Plan& plan) {
  RunLayout layout;
  layout.prompts = plan.prompts.size();
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.stored) continue;
    const StageDecl& declaration = *stage.spec->declaration;
    layout.groups.push_back({stage.spec->id, declaration.name + ": " + declaration.doc, stage.variables});
  }
  for (const Lane& lane : plan.lanes) layout.lanes.push_back({lane.name, lane.parts});
  for (const std::size_t fold : plan.folds) layout.folds.push_back(plan.stages[fold].spec->id);
  const std::size_t dot = plan.spec.show.find('.');
  layout.default_group = plan.spec.show.substr(0, dot);
  layout.default_variable = dot == std::string::npos ? "" : plan.spec.show.substr(dot + 1);
  return layout;
}

}  // namespace hookflow::pipeline

#include "pipeline/engine/file_layout.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

/// With spaces between, as a CSV file of prompts has them.
std::string ids_text(const Prompt& prompt) {
  std::string text;
  for (const std::int64_t id : prompt.ids.value_or(std::vector<std::int64_t>()))
    text += (text.empty() ? "" : " ") + std::to_string(id);
  return text;
}

/// The prompts as they were given, so that the file tells them without the workflow.
void add_prompt_texts(const Plan& plan, const Axis& axis, RunLayout& layout) {
  std::set<std::string> columns;
  bool any_ids = false;
  for (const Prompt& prompt : plan.prompts) {
    any_ids = any_ids || prompt.ids;
    for (const auto& [name, value] : prompt.columns) columns.insert(name);
    for (const auto& [name, value] : prompt.others) columns.insert(name);
  }
  const auto add = [&](const std::string& name, const std::string& long_name, auto text) {
    TextRows texts(plan.prompts.size(),
                   [text, prompts = plan.prompts](std::size_t row) { return text(prompts[row]); });
    layout.texts.push_back({kPromptsGroup, name, axis, std::move(texts), long_name});
  };
  add("text", "text of the prompt; empty where ids are given",
      [](const Prompt& prompt) { return prompt.text.value_or(""); });
  if (any_ids) add("ids", "ids of the prompt; empty where its text is given", ids_text);
  for (const std::string& name : columns) {
    add(name, "column of the prompts", [name](const Prompt& prompt) {
      const std::string* cell = prompt.cell(name);
      return cell == nullptr ? std::string() : *cell;
    });
  }
}

LaneLayout lane_layout(const Plan& plan, const Lane& lane) {
  LaneLayout layout{lane.name, lane.parts, {}, cell_count(lane.axes), lane.variants_a_part};
  for (const std::size_t index : lane.stages) {
    const PlannedStage& stage = plan.stages[index];
    if (!stage.stored) continue;
    for (const Variable& variable : stage.variables)
      layout.variables.push_back(stage.spec->id + "/" + variable.name);
  }
  return layout;
}

}  // namespace

RunLayout make_layout(const Plan& plan, const Axis& prompts) {
  RunLayout layout;
  layout.prompts = plan.prompts.size();
  layout.workflow = to_json(plan.spec.resolved());
  layout.prompt_rows = {plan.prompts.size(),
                        [prompts = plan.prompts](std::size_t row) { return std::string(prompts.json(row)); }};
  for (const PlannedStage& stage : plan.stages) {
    if (!stage.stored) continue;
    const StageDecl& declaration = *stage.spec->declaration;
    layout.groups.push_back({stage.spec->id, declaration.name + ": " + declaration.doc, stage.variables});
  }
  add_prompt_texts(plan, prompts, layout);
  for (TextTable& table : plan.subject->tables()) layout.texts.push_back(std::move(table));
  for (const Lane& lane : plan.lanes) layout.lanes.push_back(lane_layout(plan, lane));
  for (const std::size_t fold : plan.folds) layout.folds.push_back(plan.stages[fold].spec->id);
  const std::size_t dot = plan.spec.show.find('.');
  layout.default_group = plan.spec.show.substr(0, dot);
  layout.default_variable = dot == std::string::npos ? "" : plan.spec.show.substr(dot + 1);
  return layout;
}

}  // namespace hookflow::pipeline

#include "pipeline/plan/file_layout.hpp"

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

/// The folds that a stage reads, directly or not.
void add_folds_below(const Plan& plan, const PlannedStage& stage, std::set<std::string>& folds) {
  for (const std::size_t from : stage.inputs) {
    if (from == kNone) continue;
    const PlannedStage& source = plan.stages[from];
    if (source.fold != nullptr) folds.insert(source.spec->id);
    add_folds_below(plan, source, folds);
  }
}

LaneLayout lane_layout(const Plan& plan, const Lane& lane) {
  LaneLayout layout{lane.name, lane.parts, {}, cell_count(lane.axes), lane.variants_a_part};
  if (lane.continues) layout.continues = plan.lanes[lane.parent].name;
  std::set<std::string> folds;
  for (const std::size_t index : lane.stages) {
    const PlannedStage& stage = plan.stages[index];
    add_folds_below(plan, stage, folds);
    if (!stage.stored) continue;
    for (const Variable& variable : stage.variables)
      layout.variables.push_back(stage.spec->id + "/" + variable.name);
  }
  layout.built_on.assign(folds.begin(), folds.end());
  return layout;
}

FoldLayout fold_layout(const Plan& plan, const PlannedStage& fold) {
  std::set<std::string> reads;
  for (const std::size_t from : fold.inputs) {
    if (from == kNone) continue;
    const PlannedStage& source = plan.stages[from];
    reads.insert(source.fold != nullptr ? source.spec->id : plan.lanes[source.lane].name);
  }
  return {fold.spec->id, {reads.begin(), reads.end()}};
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
  for (const std::size_t fold : plan.folds) layout.folds.push_back(fold_layout(plan, plan.stages[fold]));
  const std::size_t dot = plan.spec.show.find('.');
  layout.default_group = plan.spec.show.substr(0, dot);
  layout.default_variable = dot == std::string::npos ? "" : plan.spec.show.substr(dot + 1);
  return layout;
}

}  // namespace hookflow::pipeline

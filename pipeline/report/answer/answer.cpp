#include "pipeline/report/answer/answer.hpp"

#include <algorithm>
#include <set>

#include "pipeline/inspect/overview.hpp"
#include "pipeline/report/answer/sentence.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kFailures = 3;  // that are told in full

/// "*_mean" matches all that ends so, and anything else itself alone.
bool matches(const std::string& pattern, const std::string& name) {
  return pattern.starts_with('*') ? name.ends_with(pattern.substr(1)) : name == pattern;
}

StageAnswer answer_of(const RunFile& run, const RunFileView& view, const GroupLayout& group) {
  StageAnswer answer{group.name, {}};
  const StageDecl* declaration = find_stage(group.about.substr(0, group.about.find(':')));
  if (declaration == nullptr) return answer;  // of another version, or of a plugin
  std::set<std::string> told;
  for (const SummaryDecl& summary : declaration->summaries) {
    for (const Variable& variable : group.variables) {
      if (!matches(summary.variable, variable.name) || !told.insert(variable.name).second) continue;
      const std::string text = filled_sentence(summary.text, {run, view, group.name, variable});
      if (!text.empty()) answer.sentences.push_back({variable.name, meaning_of(variable), text});
    }
  }
  return answer;
}

/// The axes that a stage adds to each prompt, "replacement 2 × layer 8": of a result that reads it, those
/// behind the prompt's which make up its variants.
std::string variant_axes(const RunFileView& view, const LaneLayout& lane) {
  const Node workflow = stored_workflow(view);
  const Node* stages = workflow.find("stages");
  for (const GroupLayout& group : view.groups) {
    const Node* stage = stages == nullptr ? nullptr : stages->find(group.name);
    const Node* inputs = stage == nullptr ? nullptr : stage->find("in");
    if (inputs == nullptr || group.variables.empty()) continue;
    const bool reads = std::ranges::any_of(
        inputs->entries, [&](const auto& port_input) { return port_input.second.text == lane.name; });
    if (!reads) continue;
    std::string text;
    std::size_t variants = 1;
    for (std::size_t i = 1; i < group.variables.front().axes.size() && variants < lane.variants; ++i) {
      const Axis& axis = group.variables.front().axes[i];
      variants *= axis.size();
      if (axis.size() > 1)
        text += (text.empty() ? "" : " × ") + axis.name + " " + std::to_string(axis.size());
    }
    return variants == lane.variants ? text : "";
  }
  return {};
}

std::string what_was_run(const RunFileView& view) {
  std::string text = counted(view.prompts, "prompt") + " on the model " + root_text(view, "model");
  for (const LaneProgress& lane : view.lanes) {
    if (!lane.lane.adds_variants()) continue;
    const std::string axes = variant_axes(view, lane.lane);
    text += "; " + lane.lane.name + ": " + counted(lane.lane.variants, "variant") + " of each prompt" +
            (axes.empty() ? "" : " (" + axes + ")");
  }
  return text + ".";
}

std::string failures_text(const RunFileView& view) {
  const std::size_t failed = count_of(view.states, PartState::failed);
  if (failed == 0) return "No prompt failed.";
  std::string text = std::to_string(failed) + " of " + counted(view.prompts, "prompt") +
                     " failed, and count in nothing below";
  for (std::size_t i = 0; i < std::min(kFailures, view.failures.size()); ++i) {
    const Failure& failure = view.failures[i];
    text += (i == 0 ? ": '" : "; '") + label_of(view.prompt, failure.prompt) + "' at " + failure.stage +
            ": " + failure.reason;
  }
  return text + (view.failures.size() > kFailures ? "; …" : ".");
}

}  // namespace

Node stored_workflow(const RunFileView& view) {
  const std::string text = root_text(view, "workflow");
  return text.empty() ? Node::map({}) : parse_yaml_value(text);
}

std::vector<const GroupLayout*> result_groups(const RunFileView& view) {
  std::vector<const GroupLayout*> groups;
  for (const GroupLayout& group : view.groups)
    if (!group.about.empty()) groups.push_back(&group);
  const Node workflow = stored_workflow(view);
  const Node* stages = workflow.find("stages");
  if (stages == nullptr) return groups;
  const auto place = [&](const GroupLayout* group) {
    return std::ranges::find(stages->entries, group->name, &std::pair<std::string, Node>::first) -
           stages->entries.begin();
  };
  std::ranges::stable_sort(groups, {}, place);
  return groups;
}

std::vector<StageAnswer> stage_answers(const RunFile& run, const RunFileView& view) {
  const Node workflow = stored_workflow(view);
  const Node* keep = workflow.find("keep");
  std::vector<StageAnswer> answers;
  for (const GroupLayout* group : result_groups(view))
    if (keep == nullptr || std::ranges::find(keep->items, group->name, &Node::text) != keep->items.end())
      answers.push_back(answer_of(run, view, *group));
  return answers;
}

std::vector<std::string> run_sentences(const RunFileView& view) {
  std::vector<std::string> sentences = {what_was_run(view)};
  if (!view.complete) sentences.push_back("The run is " + progress_text(view) + "; what is there is shown.");
  sentences.push_back(failures_text(view));
  return sentences;
}

std::vector<std::string> warning_sentences(const RunFileView& view) {
  std::vector<std::string> sentences;
  const std::vector<Warning> warnings = view.warnings.value_or(std::vector<Warning>());
  for (const WarningKind& kind : kinds_of(warnings))
    sentences.push_back("Warning: " + to_string(*kind.first) +
                        (kind.count > 1 ? ", and " + std::to_string(kind.count - 1) + " more like it" : "") +
                        ".");
  return sentences;
}

}  // namespace hookflow::pipeline

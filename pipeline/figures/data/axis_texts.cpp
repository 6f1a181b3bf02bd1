#include "pipeline/figures/data/axis_texts.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/figures/data/step_maps.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Numbers that stand for texts, along [prompt, position] or the like.
struct CodedInput {
  const GroupLayout* group = nullptr;
  const Variable* variable = nullptr;
  const TextTable* texts = nullptr;
};

std::optional<CodedInput> coded_along(const RunFileView& view, const std::string& axis) {
  for (const GroupLayout& group : view.groups)
    for (const Variable& variable : group.variables)
      if (const TextTable* texts = texts_of(variable, view.texts); texts != nullptr && group.about.empty() &&
                                                                   variable.axes.size() == 2 &&
                                                                   variable.axes[1].name == axis)
        return CodedInput{&group, &variable, texts};
  return {};
}

/// The labels of an axis that are drawn, or the one that all is of.
std::vector<std::string> drawn_labels(const Chart& chart, const Axis& outer) {
  std::vector<std::string> labels;
  if (const Axis* axis = chart.axis(outer.name); axis != nullptr) {
    for (std::size_t step = 0; step < axis->size(); ++step) labels.push_back(label_of(*axis, step));
    return labels;
  }
  const ChartSource& source = chart.sources.front();
  const auto picked = std::ranges::find(source.where, outer.name, &AxisLabel::axis);
  if (picked != source.where.end()) return {picked->label};
  if (outer.size() == 1) return {label_of(outer, 0)};
  return {};
}

/// What one prompt has at each label, which counts from its beginning or, below 0, from its end.
void add_texts(const std::vector<double>& codes, const Axis& axis, const TextTable& table,
               std::vector<std::string>& texts) {
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&axis.coordinates.labels());
  const auto length = std::ranges::count_if(codes, [](double code) { return !std::isnan(code); });
  for (std::size_t step = 0; step < axis.size(); ++step) {
    std::string& text = texts.emplace_back();
    if (labels == nullptr) continue;
    const std::int64_t at = (*labels)[step] < 0 ? (*labels)[step] + length : (*labels)[step];
    if (at < 0 || at >= length || static_cast<std::size_t>(at) >= codes.size()) continue;
    const auto code = static_cast<std::size_t>(codes[static_cast<std::size_t>(at)]);
    if (code < table.texts.size()) text = table.texts[code];
  }
}

std::optional<AxisTexts> input_texts(const RunFile& run, const RunFileView& view, const Chart& chart,
                                     const Axis& axis) {
  const std::optional<CodedInput> input = coded_along(view, axis.counts_along);
  if (!input) return {};
  const Axis& outer = input->variable->axes[0];
  const std::vector<std::string> drawn = drawn_labels(chart, outer);
  AxisTexts texts{axis.name, chart.axis(outer.name) == nullptr ? "" : outer.name, {}, true};
  for (const std::string& label : drawn) {
    bool known = false;
    for (std::size_t step = 0; step < outer.size() && !known; ++step) known = label_of(outer, step) == label;
    if (!known) return {};  // as where prompts are summed up
    const std::vector<StepMap> maps = {StepMap::only(step_of_label(outer, label), outer.size()),
                                       StepMap::grouped(1, input->variable->axes[1].size())};
    add_texts(gather(run, input->group->name, *input->variable, maps).mean, axis, *input->texts, texts.texts);
  }
  if (drawn.empty()) return {};
  return texts;
}

/// The list of texts along the axis, label for label; of the prompts' columns their texts.
std::optional<AxisTexts> listed_texts(const RunFileView& view, const Axis& axis) {
  const TextTable* found = nullptr;
  for (const TextTable& table : view.texts) {
    const bool column = table.group == kPromptsGroup && table.name != "text";
    if (!column && table.axis.name == axis.name && table.axis.coordinates == axis.coordinates) found = &table;
  }
  if (found == nullptr) return {};
  return AxisTexts{axis.name, "", found->texts.read(0, found->texts.size())};
}

}  // namespace

std::vector<AxisTexts> axis_texts(const RunFile& run, const RunFileView& view, const Chart& chart) {
  std::vector<AxisTexts> all;
  for (const Axis& axis : chart.axes) {
    std::optional<AxisTexts> texts =
        axis.counts_along.empty() ? listed_texts(view, axis) : input_texts(run, view, chart, axis);
    if (texts) all.push_back(std::move(*texts));
  }
  return all;
}

}  // namespace hookflow::pipeline

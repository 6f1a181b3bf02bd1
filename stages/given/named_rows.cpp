#include "stages/given/named_rows.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using pipeline::PromptFailure;

constexpr const char* kPosition = "position";

bool is_column(const std::string& name, const pipeline::Prompts& prompts) {
  for (const pipeline::Prompt& prompt : prompts)
    if (prompt.cell(name) != nullptr) return true;
  return false;
}

}  // namespace

NamedRows::NamedRows(const pipeline::Variable& values, HookKind kind, const Config& config,
                     const pipeline::Prompts& prompts)
    : name_(values.name) {
  const std::string along = is_square(kind) ? "key" : "dimension";
  const auto of_row = std::ranges::find(values.axes, along, &pipeline::Axis::name);
  if (of_row == values.axes.end())
    throw ParamError("'" + name_ + "' has no axis '" + along + "', along which " + pattern_name(kind) +
                     " has its numbers");
  width_ = of_row->size();
  axis_of_row_ = static_cast<std::size_t>(of_row - values.axes.begin());
  const std::size_t wanted = shape(kind, config).sizes.back();
  if (!is_square(kind) && width_ != wanted)
    throw ParamError("'" + name_ + "' has " + std::to_string(width_) + " numbers along dimension, but " +
                     (has_heads(kind) ? "a head of " : "") + pattern_name(kind) + " has " +
                     std::to_string(wanted));
  std::size_t rows = 1;
  for (std::size_t i = values.axes.size(); i-- > 0;) {
    if (i == axis_of_row_) continue;
    add_axis(values.axes[i], rows, kind, prompts);
    rows *= values.axes[i].size();
  }
}

void NamedRows::add_axis(const pipeline::Axis& axis, std::size_t rows, HookKind kind,
                         const pipeline::Prompts& prompts) {
  Steps steps{axis.name, {}, rows};
  for (std::size_t i = 0; i < axis.size(); ++i) steps.of_label.emplace(label_of(axis, i), i);
  if (axis.name == "layer" && in_block(kind)) {
    layers_ = std::move(steps);
  } else if (axis.name == "head" && has_heads(kind)) {
    heads_ = std::move(steps);
  } else if (axis.name == (is_square(kind) ? "query" : kPosition)) {
    if (axis.counts_along != kPosition)
      throw ParamError("the axis '" + axis.name + "' of '" + name_ + "' is the " + axis.long_name +
                       ", but what is put in at a position must be counted in the whole prompt");
    positions_ = std::move(steps);
  } else if (is_column(axis.name, prompts)) {
    columns_.push_back(std::move(steps));
  } else {
    throw ParamError("'" + name_ + "' has an axis '" + axis.name + "', which is no axis of " +
                     pattern_name(kind) + " and no column of the prompts; pick one of its labels: \"..." +
                     name_ + "[" + axis.name + "=" + label_of(axis, 0) + "]\"");
  }
}

std::optional<std::size_t> NamedRows::Steps::find(const std::string& label) const {
  const auto found = of_label.find(label);
  return found == of_label.end() ? std::nullopt : std::optional(found->second * rows);
}

std::string NamedRows::Steps::labels() const {
  constexpr std::size_t kShown = 8;
  std::vector<std::string> sorted(of_label.size());
  for (const auto& [label, step] : of_label) sorted[step] = label;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, sorted.size()); ++i) text += (i == 0 ? "" : ", ") + sorted[i];
  return text + (sorted.size() > kShown ? " ... " + sorted.back() : "");
}

void NamedRows::check(const HookPoint& at, std::size_t head) const {
  for (const auto& [steps, number] : {std::pair(&layers_, at.layer), std::pair(&heads_, head)}) {
    if (!*steps || (*steps)->find(std::to_string(number))) continue;
    throw ParamError("'" + name_ + "' has no " + (*steps)->axis + " " + std::to_string(number) + ", but " +
                     to_string(at) + " is edited there; it has " + (*steps)->labels());
  }
}

std::size_t NamedRows::of_prompt(const pipeline::Prompt& prompt) const {
  std::size_t first = 0;
  for (const Steps& column : columns_) {
    const std::string* cell = prompt.cell(column.axis);
    if (cell == nullptr) throw PromptFailure(lacks_column(prompt, column.axis));
    const auto rows = column.find(*cell);
    if (!rows)
      throw PromptFailure("has '" + *cell + "' in the column '" + column.axis + "', of which '" + name_ +
                          "' has no values; it has those of " + column.labels());
    first += *rows;
  }
  return first;
}

std::size_t NamedRows::row(const PlacedRow& wanted) const {
  std::size_t row = 0;
  if (layers_) row += layers_->find(std::to_string(wanted.at.layer)).value();
  if (heads_) row += heads_->find(std::to_string(wanted.head)).value();
  if (is_square(wanted.at.kind) && wanted.length > width_)
    throw PromptFailure("has " + std::to_string(wanted.length) + " tokens, but '" + name_ + "' has " +
                        std::to_string(width_) + " along key");
  if (!positions_) return row;
  auto found = positions_->find(std::to_string(wanted.position));
  if (!found)  // measured from the end
    found = positions_->find("-" + std::to_string(wanted.length - wanted.position));
  if (!found)
    throw PromptFailure("is edited at position " + std::to_string(wanted.position) + ", but '" + name_ +
                        "' has the positions " + positions_->labels());
  return row + *found;
}

}  // namespace hookflow::stages

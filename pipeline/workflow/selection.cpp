#include "pipeline/workflow/selection.hpp"

#include <algorithm>
#include <optional>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

std::vector<std::string> label_texts(const Axis& axis) {
  std::vector<std::string> texts;
  std::visit(
      [&](const auto& labels) {
        for (const auto& label : labels) texts.push_back(write_param(label).text);
      },
      axis.coordinates.labels());
  return texts;
}

std::optional<std::size_t> axis_index(const Variable& variable, const std::string& name) {
  for (std::size_t i = 0; i < variable.axes.size(); ++i) {
    if (variable.axes[i].name == name) return i;
  }
  return std::nullopt;
}

std::size_t label_index(const Axis& axis, const std::string& label) {
  const std::vector<std::string> texts = label_texts(axis);
  const auto found = std::find(texts.begin(), texts.end(), label);
  if (found == texts.end()) {
    constexpr std::size_t kShown = 8;
    std::string labels;
    for (std::size_t i = 0; i < std::min(kShown, texts.size()); ++i)
      labels += (i == 0 ? "'" : ", '") + texts[i] + "'";
    if (texts.size() > kShown) labels += " … '" + texts.back() + "'";
    throw ParamError("the axis '" + axis.name + "' has no '" + label + "'" + suggestion(label, texts) +
                     "; it has " + labels);
  }
  return static_cast<std::size_t>(found - texts.begin());
}

/// One place along one axis of another variable's rows.
class PlaceRows : public StoredRows {
 public:
  PlaceRows(std::unique_ptr<StoredRows> rows, std::size_t axis, std::size_t index)
      : rows_(std::move(rows)), axis_(axis), index_(index), variable_(rows_->variable()) {
    variable_.axes.erase(variable_.axes.begin() + static_cast<std::ptrdiff_t>(axis));
  }

  [[nodiscard]] const Variable& variable() const override { return variable_; }

  [[nodiscard]] std::vector<double> read_box(const CellBox& box) const override {
    CellBox whole = box;
    whole.start.insert(whole.start.begin() + static_cast<std::ptrdiff_t>(axis_), index_);
    whole.count.insert(whole.count.begin() + static_cast<std::ptrdiff_t>(axis_), 1);
    return rows_->read_box(whole);
  }

 private:
  std::unique_ptr<StoredRows> rows_;
  std::size_t axis_;
  std::size_t index_;
  Variable variable_;
};

}  // namespace

std::vector<Variable> select_variables(const std::vector<Variable>& all, const InputRef& ref) {
  std::vector<Variable> chosen;
  std::vector<std::string> axes;
  for (const Variable& variable : all) {
    if (!ref.variable.empty() && variable.name != ref.variable) continue;
    for (const Axis& axis : variable.axes) axes.push_back(axis.name);
    chosen.push_back(variable);
  }
  if (chosen.empty() && !ref.variable.empty()) {
    throw ParamError("'" + ref.stage + "' has no variable '" + ref.variable + "'" +
                     suggestion(ref.variable, all, &Variable::name));
  }
  if (ref.where.empty()) return chosen;
  std::erase_if(chosen, [&](const Variable& variable) {
    return std::ranges::any_of(ref.where,
                               [&](const AxisLabel& place) { return !axis_index(variable, place.axis); });
  });
  for (const AxisLabel& place : ref.where) {
    if (chosen.empty() && std::find(axes.begin(), axes.end(), place.axis) == axes.end()) {
      throw ParamError("'" + to_string(ref) + "': unknown axis '" + place.axis + "'" +
                       suggestion(place.axis, axes));
    }
  }
  if (chosen.empty()) throw ParamError("'" + to_string(ref) + "': no variable has all these axes");
  for (Variable& variable : chosen) {
    for (const AxisLabel& place : ref.where) {
      const auto axis =
          variable.axes.begin() + static_cast<std::ptrdiff_t>(axis_index(variable, place.axis).value());
      (void)label_index(*axis, place.label);
      variable.axes.erase(axis);
    }
  }
  return chosen;
}

std::unique_ptr<StoredRows> select_rows(std::unique_ptr<StoredRows> rows,
                                        const std::vector<AxisLabel>& where) {
  for (const AxisLabel& place : where) {
    const std::size_t axis = axis_index(rows->variable(), place.axis).value();
    const std::size_t index = label_index(rows->variable().axes[axis], place.label);
    rows = std::make_unique<PlaceRows>(std::move(rows), axis, index);
  }
  return rows;
}

}  // namespace hookflow::pipeline

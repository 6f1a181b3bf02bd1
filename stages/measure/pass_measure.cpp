#include "stages/measure/pass_measure.hpp"

#include <cmath>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// Variables of one stage share its axes: the run file has one scale a name.
void check_shared_axes(const std::vector<Variable>& variables) {
  std::map<std::string, std::pair<const Axis*, const Variable*>> known;
  for (const Variable& variable : variables) {
    for (const Axis& axis : variable.axes) {
      const auto [found, is_new] = known.try_emplace(axis.name, &axis, &variable);
      if (is_new || found->second.first->coordinates == axis.coordinates) continue;
      throw ParamError("at: " + found->second.second->name + " and " + variable.name + " have another " +
                           axis.name + " each; give each a stage of its own",
                       0);
    }
  }
}

Variable change_of(Variable variable) {
  variable.name += "_change";
  variable.long_name = "change from the clean pass: " + variable.long_name;
  return variable;
}

/// With room for so many values: grown step by step, it would take up to three times their memory.
Column column_for(Dtype dtype, std::size_t values) {
  Column column = std::vector<double>();
  if (dtype == Dtype::float32) column = std::vector<float>();
  if (dtype == Dtype::int64) column = std::vector<std::int64_t>();
  std::visit([values](auto& numbers) { numbers.reserve(values); }, column);
  return column;
}

void add(const std::vector<double>& numbers, Column& column) {
  if (auto* whole = std::get_if<std::vector<std::int64_t>>(&column)) {
    for (const double x : numbers) whole->push_back(std::isnan(x) ? -1 : std::llround(x));
  } else if (auto* singles = std::get_if<std::vector<float>>(&column)) {
    for (const double x : numbers) singles->push_back(static_cast<float>(x));
  } else {
    auto& doubles = std::get<std::vector<double>>(column);
    doubles.insert(doubles.end(), numbers.begin(), numbers.end());
  }
}

std::vector<double> difference(const std::vector<double>& now, const std::vector<double>& before) {
  std::vector<double> change;
  change.reserve(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) change.push_back(now[i] - before[i]);
  return change;
}

}  // namespace

void add_missing(std::vector<double>& numbers, std::size_t cells) {
  numbers.insert(numbers.end(), cells, std::numeric_limits<double>::quiet_NaN());
}

Output PassMeasure::plan(const PlanContext& context) {
  const PassPlan passes(context);
  edited_ = passes.edited();
  compares_ = passes.compares();
  variables_ = plan_passes(passes);
  check_shared_axes(variables_);
  Output output;
  for (const Variable& variable : variables_) {
    output.variables.push_back(variable);
    if (compares_) output.variables.push_back(change_of(variable));
  }
  return output;
}

/// The numbers of one pass as they are measured; with both, those of the clean pass and the changes as well.
Cost PassMeasure::cost() const {
  Cost cost;
  for (const Variable& variable : variables_)
    cost.bytes_working +=
        static_cast<double>(cell_count(variable.axes) * sizeof(double)) * (compares_ ? 3 : 1);
  return cost;
}

Numbers PassMeasure::measured(const MeasuredPass& pass) const {
  Numbers numbers(variables_.size());
  for (std::size_t v = 0; v < numbers.size(); ++v) numbers[v].reserve(cell_count(variables_[v].axes));
  measure(pass, numbers);
  for (std::size_t v = 0; v < numbers.size(); ++v) {
    if (numbers[v].size() != cell_count(variables_[v].axes)) {
      throw std::logic_error(variables_[v].name + " has another number of values than its axes have cells");
    }
  }
  return numbers;
}

ValuePtr PassMeasure::run(const Inputs& inputs) const {
  auto measures = std::make_shared<Measures>();
  const auto* edited = inputs.find<Variants>(1);
  const std::size_t passes = edited == nullptr ? 1 : edited->results.size();
  for (const Variable& variable : variables_) {
    for (int i = 0; i < (compares_ ? 2 : 1); ++i)
      measures->columns.push_back(column_for(variable.dtype, passes * cell_count(variable.axes)));
  }
  const auto store = [&](const Numbers& now, const Numbers* before) {
    for (std::size_t v = 0; v < now.size(); ++v) {
      add(now[v], measures->columns[compares_ ? 2 * v : v]);
      if (before != nullptr) add(difference(now[v], (*before)[v]), measures->columns[2 * v + 1]);
    }
  };
  const Pass* clean = inputs.find<Pass>(0);
  const auto clean_numbers = [&](std::optional<std::size_t> variant) {
    return measured({clean->result(), clean->wishes->plan, inputs.index(), clean->length, variant});
  };
  if (!edited_) {
    store(clean_numbers({}), nullptr);
    return measures;
  }
  const auto& variants = inputs.get<Variants>(1);
  measures->first = variants.first;
  measures->count = variants.results.size();
  std::optional<Numbers> before;
  for (std::size_t i = 0; i < variants.results.size(); ++i) {
    const std::size_t variant = variants.first + i;
    if (compares_ && (!before || depends_on_variant())) before = clean_numbers(variant);
    store(measured({variants.results[i], variants.wishes->plan, inputs.index(), variants.length, variant}),
          before ? &*before : nullptr);
  }
  return measures;
}

}  // namespace hookflow::stages

#include "stages/measure/pass_measure.hpp"

#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// In the run file an axis of a stage has one set of labels, which all its variables share.
void check_shared_axes(const std::vector<Variable>& variables) {
  std::map<std::string, std::pair<const Axis*, const Variable*>> known;
  for (const Variable& variable : variables) {
    for (const Axis& axis : variable.axes) {
      const auto [found, is_new] = known.try_emplace(axis.name, &axis, &variable);
      if (is_new || found->second.first->coordinates == axis.coordinates) continue;
      throw ParamError("at", found->second.second->name + " and " + variable.name +
                                 " have different labels along '" + axis.name +
                                 "'; give each a stage of its own");
    }
  }
}

std::vector<double> changes(const Variable& of, const std::vector<double>& now,
                            const std::vector<double>& before) {
  std::vector<double> changes;
  changes.reserve(now.size());
  for (std::size_t i = 0; i < now.size(); ++i) changes.push_back(change(of, now[i], before[i]));
  return changes;
}

}  // namespace

Output PassMeasure::plan(const PlanContext& context) {
  const PassPlan passes(context);
  edited_ = passes.edited();
  compares_ = passes.compares();
  PassRequest request;
  measured_ = plan_passes(passes, request);
  check_shared_axes(measured_);
  Output output;
  for (std::size_t port = 0; port < context.inputs.size(); ++port) {
    if (context.inputs[port]) request_ = output.ask(port, request);
  }
  for (const Variable& variable : measured_) {
    values_.push_back(output.add(variable));
    if (!compares_) continue;
    changes_.push_back(output.add(change_of(variable)));
    if (output.variables.back().zero_is_neutral)
      output.relate(values_.back(), changes_.back(), Relation::change);
  }
  stored_ = output.variables;
  output.known = known();
  return output;
}

/// The numbers of one pass as they are measured; with both, those of the clean pass and the changes as well.
std::vector<Bytes> PassMeasure::bytes(const Batch& /*batch*/, std::span<const VariantRange> ranges) const {
  Bytes bytes;
  bytes.working = working_bytes();
  for (const Variable& variable : measured_)
    bytes.working += static_cast<double>(cell_count(variable.axes) * sizeof(double)) * (compares_ ? 3 : 1);
  return std::vector<Bytes>(ranges.size(), bytes);
}

Numbers PassMeasure::measured(const MeasuredPass& pass) const {
  Numbers numbers(measured_.size());
  for (std::size_t v = 0; v < numbers.size(); ++v) numbers[v].reserve(cell_count(measured_[v].axes));
  measure(pass, numbers);
  for (std::size_t v = 0; v < numbers.size(); ++v) {
    if (numbers[v].size() != cell_count(measured_[v].axes)) {
      throw std::logic_error(measured_[v].name + " has another number of values than its axes have cells");
    }
  }
  return numbers;
}

Numbers PassMeasure::missing() const {
  Numbers numbers(measured_.size());
  for (std::size_t v = 0; v < numbers.size(); ++v) add_missing(numbers[v], cell_count(measured_[v].axes));
  return numbers;
}

ValuePtr PassMeasure::run(const Inputs& inputs) const {
  auto measures = std::make_shared<Measures>();
  const auto* edited = inputs.find<Variants>(1);
  measures->columns = columns_for(stored_, edited == nullptr ? 1 : edited->results.size());
  const auto store = [&](const Numbers& now, const Numbers* before) {
    for (std::size_t v = 0; v < now.size(); ++v) {
      append(now[v], measures->columns[values_[v].index]);
      if (before != nullptr && compares_)
        append(changes(measured_[v], now[v], (*before)[v]), measures->columns[changes_[v].index]);
    }
  };
  const Pass* clean = inputs.find<Pass>(0);
  const std::unique_ptr<const OfPrompt> common = of_prompt(inputs.index());
  const auto clean_numbers = [&](std::optional<std::size_t> variant) {
    return measured({*request_, clean->view(), inputs.index(), variant, common.get(), false});
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
    if (!variants.fits[i]) {
      const Numbers none = missing();
      store(none, &none);
      continue;
    }
    const std::size_t variant = variants.first + i;
    if (compares_ && (!before || depends_on_variant())) before = clean_numbers(variant);
    store(measured({*request_, variants.view(i), inputs.index(), variant, common.get(), true}),
          before ? &*before : nullptr);
  }
  return measures;
}

}  // namespace hookflow::stages

#include "stages/given/given_values.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "model/rows/edited_rows.hpp"
#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/given/named_rows.hpp"
#include "stages/params/places.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;
using pipeline::PromptFailure;

/// The values for one kind of place.
struct PlaceValues {
  NamedValues named;
  NamedRows rows;
  std::vector<float> values{};  // rows one after the other, where they are known beforehand
};

/// One prompt's rows of them.
class RowsOfPrompt : public RowSource {
 public:
  struct Place {
    const NamedRows* rows;
    const float* first;  // of the prompt's rows
  };
  /// `results`: what the places borrow from, beside values that are known beforehand.
  RowsOfPrompt(pipeline::ValuePtr results, std::map<HookKind, Place> places, std::size_t length)
      : results_(std::move(results)), places_(std::move(places)), length_(length) {}

  [[nodiscard]] std::span<const float> row(const HookPoint& at, std::size_t head,
                                           std::size_t position) const override {
    const auto& [rows, first] = places_.at(at.kind);
    return {first + rows->row({at, head, position, length_}) * rows->width(), rows->width()};
  }

 private:
  pipeline::ValuePtr results_;
  std::map<HookKind, Place> places_;
  std::size_t length_;  // of the prompt
};

class RowsByName : public RowsOfOne {
 public:
  explicit RowsByName(std::map<HookKind, PlaceValues> places) : places_(std::move(places)) {}

  [[nodiscard]] std::shared_ptr<const RowSource> of(const pipeline::Inputs& inputs,
                                                    const FedPrompt& edited) const override {
    std::map<HookKind, RowsOfPrompt::Place> places;
    for (const auto& [kind, place] : places_) {
      const std::size_t first = place.rows.has_columns() ? place.rows.of_prompt(inputs.prompt()) : 0;
      const std::vector<float>& values =
          place.named.values ? place.values
                             : inputs.get<ReadResults>(kValuesPort).of_variable.at(place.named.variable.name);
      places[kind] = {&place.rows, values.data() + first * place.rows.width()};
    }
    return std::make_shared<RowsOfPrompt>(inputs.value(kValuesPort), std::move(places), edited.prompt);
  }
  [[nodiscard]] bool is_everywhere() const override {
    return std::ranges::all_of(places_, [](const auto& place) {
      return !is_square(place.first) && !place.second.rows.has_positions();
    });
  }

 private:
  std::map<HookKind, PlaceValues> places_;
};

std::vector<std::size_t> edited_heads(const Intervention& edit, const Config& config) {
  if (edit.head || !has_heads(edit.at.kind)) return {edit.head.value_or(0)};
  return heads_of({edit.at.kind, {}, {}}, config);
}

/// Notes which rows the edits take in prompts of the run, and refuses those for which there is none.
class Needs {
 public:
  Needs(const GivenPlan& plan, std::string form, const std::map<HookKind, PlaceValues>& places)
      : plan_(plan), form_(std::move(form)), places_(places) {}

  [[nodiscard]] std::map<HookKind, std::set<std::size_t>> find() {
    const TokenFacts& tokens = *plan_.base.tokens;
    for (std::size_t i = 0; i < tokens.lengths.size(); ++i) {
      if (!tokens.runs(i)) continue;
      try {
        add(tokens.fed(i), first_rows(i));
      } catch (const PromptFailure& failure) {
        plan_.context.refuse(i, plan_.param, form_ + ": " + failure.what());
      }
    }
    return std::move(needed_);
  }

 private:
  using FirstRows = std::map<HookKind, std::size_t>;

  [[nodiscard]] FirstRows first_rows(std::size_t prompt) const {
    FirstRows first;
    for (const auto& [kind, place] : places_)
      first[kind] = place.rows.has_columns() ? place.rows.of_prompt(plan_.context.prompts[prompt]) : 0;
    return first;
  }

  void add(const FedPrompt& fed, const FirstRows& first) {
    if (!known_.emplace(fed, first).second) return;
    for (const Intervention* edit : plan_.edits) {
      const NamedRows& rows = places_.at(edit->at.kind).rows;
      for (const std::size_t position : edited_positions(*edit, fed).positions())
        for (const std::size_t head : edited_heads(*edit, plan_.base.subject->config()))
          needed_[edit->at.kind].insert(first.at(edit->at.kind) +
                                        rows.row({edit->at, head, position, fed.prompt}));
    }
  }

  const GivenPlan& plan_;
  std::string form_;
  const std::map<HookKind, PlaceValues>& places_;
  std::set<std::pair<FedPrompt, FirstRows>> known_;
  std::map<HookKind, std::set<std::size_t>> needed_;
};

std::map<HookKind, PlaceValues> match(const GivenPlan& plan,
                                      const std::function<NamedValues(HookKind)>& values_at) {
  const Config& config = plan.base.subject->config();
  std::map<HookKind, PlaceValues> places;
  for (const Intervention* edit : plan.edits) {
    const HookKind kind = edit->at.kind;
    auto place = places.find(kind);
    if (place == places.end()) {
      NamedValues named = values_at(kind);
      NamedRows rows(named.variable, kind, config, plan.context.prompts);
      place = places.emplace(kind, PlaceValues{std::move(named), std::move(rows)}).first;
    }
    for (const std::size_t head : edited_heads(*edit, config)) place->second.rows.check(edit->at, head);
  }
  return places;
}

std::string names_text(const std::vector<pipeline::Variable>& variables) {
  std::string text;
  for (const pipeline::Variable& variable : variables) text += (text.empty() ? "" : ", ") + variable.name;
  return text;
}

/// With that axis last.
std::vector<double> with_last(std::size_t axis, const std::vector<pipeline::Axis>& axes,
                              const std::vector<double>& values) {
  const std::size_t size = axes[axis].size();
  const std::size_t inner =
      pipeline::cell_count({axes.begin() + static_cast<std::ptrdiff_t>(axis) + 1, axes.end()});
  std::vector<double> turned(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t outer = i / (size * inner);
    turned[(outer * inner + i % inner) * size + i / inner % size] = values[i];
  }
  return turned;
}

/// With the axis along its rows last. Throws MissingResults where a row that is needed lacks a value.
std::vector<float> needed_values(const pipeline::Variable& variable, const std::vector<double>& values,
                                 const ValuesNeeded& needed) {
  std::vector<pipeline::Axis> axes = variable.axes;
  const std::size_t width = axes[needed.axis_of_row].size();
  const std::vector<double> turned = with_last(needed.axis_of_row, axes, values);
  axes.erase(axes.begin() + static_cast<std::ptrdiff_t>(needed.axis_of_row));
  for (const std::size_t row : needed.rows) {
    const auto first = turned.begin() + static_cast<std::ptrdiff_t>(row * width);
    if (std::any_of(first, first + static_cast<std::ptrdiff_t>(width),
                    [](double value) { return std::isnan(value); }))
      throw pipeline::MissingResults(variable.name + " has no value" +
                                     (axes.empty() ? "" : " at " + place_of(axes, row)));
  }
  return {turned.begin(), turned.end()};
}

}  // namespace

std::string mean_name(HookKind kind) { return variable_name(kind) + "_mean"; }

std::string only_or_mean(HookKind kind, const std::vector<pipeline::Variable>& variables) {
  return variables.size() == 1 ? variables.front().name : mean_name(kind);
}

std::unique_ptr<const GivenRows> take_by_name(const GivenPlan& plan, const std::string& form,
                                              const std::function<NamedValues(HookKind)>& values_at) {
  try {
    std::map<HookKind, PlaceValues> places = match(plan, values_at);
    auto needed = Needs(plan, form, places).find();
    for (auto& [kind, place] : places) {
      const ValuesNeeded those{place.rows.axis_of_row(), std::move(needed[kind])};
      if (place.named.values)
        place.values = needed_values(place.named.variable, *place.named.values, those);
      else
        plan.results[place.named.variable.name].add(those);
    }
    return std::make_unique<RowsByName>(std::move(places));
  } catch (const ParamError& error) {
    throw ParamError(plan.param, form + ": " + error.what());
  } catch (const pipeline::MissingResults& error) {
    throw ParamError(plan.param, form + ": " + error.what());
  }
}

std::unique_ptr<const GivenRows> take_results(const GivenPlan& plan, const std::string& form,
                                              const VariableChoice& name_at) {
  const pipeline::PlannedInput& input = plan.context.inputs.at(kValuesPort);
  if (!input)
    throw ParamError(plan.param,
                     form + ": takes what is found over all prompts from the input values, " +
                         "which is not wired; name an aggregating stage there: in: {..., values: NAME}");
  return take_by_name(plan, form, [&](HookKind kind) -> NamedValues {
    const std::string name = name_at(kind, input.variables);
    const auto found = std::ranges::find(input.variables, name, &pipeline::Variable::name);
    if (found != input.variables.end()) return {*found};
    throw ParamError("takes '" + name + "' for " + pattern_name(kind) + ", but what comes of '" +
                     input.stage + "' is " + names_text(input.variables));
  });
}

std::shared_ptr<const ReadResults> read_needed(
    const std::map<std::string, ValuesNeeded>& needed,
    std::span<const std::unique_ptr<pipeline::StoredRows>> variables) {
  auto results = std::make_shared<ReadResults>();
  for (const auto& stored : variables) {
    const pipeline::Variable& variable = stored->variable();
    const auto rows = needed.find(variable.name);
    if (rows == needed.end()) continue;
    const std::size_t count = variable.axes.empty() ? 1 : variable.axes.front().size();
    results->of_variable[variable.name] = needed_values(variable, stored->read(0, count), rows->second);
  }
  return results;
}

}  // namespace hookflow::stages

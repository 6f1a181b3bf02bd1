#include "pipeline/compare/comparison_data.hpp"

#include <ostream>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/inspect/cell.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using OrderedJson = nlohmann::ordered_json;

OrderedJson difference_json(const std::vector<Difference>& differences) {
  OrderedJson json = OrderedJson::array();
  for (const Difference& one : differences)
    json.push_back({{"what", one.what}, {"first", one.first}, {"second", one.second}});
  return json;
}

OrderedJson pair_json(const VariableComparison& variable, const CellPair& pair) {
  const std::vector<std::string> labels = labels_of(variable.variable.axes, pair.cell);
  OrderedJson at = OrderedJson::object();
  for (std::size_t axis = 0; axis < labels.size(); ++axis)
    at[variable.variable.axes[axis].name] = labels[axis];
  return {{"at", at}, {"first", pair.first}, {"second", pair.second}};
}

OrderedJson matched_axis_json(const MatchedAxis& axis) {
  const auto labels = [](const Axis& of, const std::vector<std::size_t>& steps) {
    OrderedJson json = OrderedJson::array();
    for (const std::size_t step : steps) json.push_back(label_of(of, step));
    return json;
  };
  return {{"name", axis.first.name},
          {"matched", axis.steps.size()},
          {"first_only", labels(axis.first, axis.first_only)},
          {"second_only", labels(axis.second, axis.second_only)}};
}

/// What a row of CSV and an object of JSON tell of a variable alike; null where it does not apply.
OrderedJson summary_json(const VariableComparison& variable) {
  const Agreement& found = variable.agreement;
  const OrderedJson none;
  const std::vector<CellPair> farthest = found.farthest();
  const bool apart = !variable.is_id && !farthest.empty();
  const bool flags = !variable.is_measure() && found.is_yes_or_no();
  return {{"variable", variable.name},
          {"problem", variable.problem},
          {"values", found.both()},
          {"first_only", found.first_only()},
          {"second_only", found.second_only()},
          {"equal", found.equal()},
          {"infinite", found.infinite()},
          {"correlation", variable.is_id ? none : OrderedJson(found.correlation())},
          {"mean_absolute_difference", variable.is_id ? none : OrderedJson(found.mean_absolute_difference())},
          {"largest_difference", apart ? OrderedJson(farthest.front().difference()) : none},
          {"at", apart ? OrderedJson(variable.place(farthest.front())) : none},
          {"top", variable.is_ranked() ? OrderedJson(variable.ranking.most()) : none},
          {"top_in_common", variable.is_ranked() ? OrderedJson(variable.ranking.in_common()) : none},
          {"one_in_first_only", flags ? OrderedJson(found.lowered()) : none},
          {"one_in_second_only", flags ? OrderedJson(found.raised()) : none}};
}

OrderedJson variable_json(const VariableComparison& variable) {
  OrderedJson json = summary_json(variable);
  json["units"] = variable.variable.units;
  json["long_name"] = variable.variable.long_name;
  for (const MatchedAxis& axis : variable.axes) json["axes"].push_back(matched_axis_json(axis));
  json["largest_differences"] = OrderedJson::array();
  for (const CellPair& pair : variable.agreement.farthest())
    json["largest_differences"].push_back(pair_json(variable, pair));
  json["changed_rank"] = OrderedJson::array();
  const std::vector<RankedPair> ranks =
      variable.is_ranked() ? variable.ranking.changes() : std::vector<RankedPair>();
  for (const RankedPair& ranked : ranks) {
    OrderedJson change = pair_json(variable, ranked.pair);
    change["first_rank"] = ranked.first_rank;
    change["second_rank"] = ranked.second_rank;
    json["changed_rank"].push_back(std::move(change));
  }
  return json;
}

/// NaN is null, as JSON has none.
std::string field_of(const OrderedJson& value) {
  if (value.is_string()) return csv_field(value.get<std::string>());
  const std::string text = value.dump();
  return text == "null" ? "" : text;
}

}  // namespace

void print_csv_rows(const RunsBeside& runs, bool header, std::ostream& out) {
  for (const VariableComparison& variable : runs.results.variables) {
    const OrderedJson summary = summary_json(variable);
    if (std::exchange(header, false)) {
      out << "first,second";
      for (const auto& [name, value] : summary.items()) out << "," << name;
      out << "\n";
    }
    out << csv_field(runs.first.name) << "," << csv_field(runs.second.name);
    for (const auto& [name, value] : summary.items()) out << "," << field_of(value);
    out << "\n";
  }
}

std::string comparison_json(const RunsBeside& runs) {
  OrderedJson json = {{"first", runs.first.name},
                      {"second", runs.second.name},
                      {"causes", difference_json(runs.settings.causes)},
                      {"settings", difference_json(runs.settings.settings)},
                      {"variables_in_first_only", runs.results.first_only},
                      {"variables_in_second_only", runs.results.second_only},
                      {"variables", OrderedJson::array()}};
  for (const VariableComparison& variable : runs.results.variables)
    json["variables"].push_back(variable_json(variable));
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace hookflow::pipeline

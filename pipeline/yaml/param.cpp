#include "pipeline/yaml/param.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

std::string shown(const Node& node) {
  return node.kind == Node::Kind::scalar ? "'" + node.text + "'" : to_json(node);
}

[[noreturn]] void mismatch(const Node& node, const std::string& wanted) {
  if (node.quoted) throw ParamError("\"" + node.text + "\" in quotes is text, not " + wanted, node.line);
  throw ParamError(shown(node) + " is not " + wanted, node.line);
}

/// Reads an unquoted scalar, the whole of it, as a number, or nothing.
template <typename T>
std::optional<T> number(const Node& node) {
  T value{};
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  const bool whole = error == std::errc{} && stop == end;
  return whole && node.kind == Node::Kind::scalar && !node.quoted ? std::optional(value) : std::nullopt;
}

/// Whether it is a whole number, however large.
bool is_whole(const Node& node) {
  return node.kind == Node::Kind::scalar && !node.quoted && is_json_number(node.text) &&
         node.text.find_first_of(".eE") == std::string::npos;
}

std::optional<std::string> not_among(const std::string& value, const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return std::nullopt;
  return "unknown value '" + value + "'" + suggestion(value, choices);
}

/// What is wrong with a list of which each must be there once and, unless there are none, of the choices.
std::optional<std::string> list_problem(const std::vector<std::string>& values,
                                        const std::vector<std::string>& choices) {
  for (const std::string& value : values) {
    const auto unknown = choices.empty() ? std::nullopt : not_among(value, choices);
    if (unknown) return unknown;
    if (std::count(values.begin(), values.end(), value) > 1) return "'" + value + "' is given twice";
  }
  return std::nullopt;
}

std::optional<std::string> empty_or_problem(const std::vector<std::string>& values,
                                            const std::vector<std::string>& choices) {
  return values.empty() ? "the list is empty" : list_problem(values, choices);
}

std::vector<std::string> choice_names(const std::vector<Choice>& choices) {
  std::vector<std::string> names;
  for (const Choice& choice : choices) names.push_back(choice.name);
  return names;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

}  // namespace

// A list of problems begins on a line of its own.
ParamError::ParamError(const std::string& of_param, const std::string& message)
    : std::runtime_error(of_param + (message.starts_with('\n') ? ":" : ": ") + message), param(of_param) {}

void read_param(const Node& node, bool& value) {
  if (node.kind != Node::Kind::scalar || node.quoted || (node.text != "true" && node.text != "false")) {
    mismatch(node, "true or false");
  }
  value = node.text == "true";
}

void read_param(const Node& node, std::int64_t& value) {
  const auto read = number<std::int64_t>(node);
  if (!read && is_whole(node))
    throw ParamError(node.text + " is too " + (node.text.front() == '-' ? "small" : "large"), node.line);
  if (!read) mismatch(node, "a whole number");
  value = *read;
}

void read_param(const Node& node, double& value) {
  const auto read = number<double>(node);
  if (!read || !std::isfinite(*read)) mismatch(node, "a finite number");
  value = *read;
}

void read_param(const Node& node, std::string& value) {
  if (node.kind != Node::Kind::scalar) mismatch(node, "a text");
  value = node.text;
}

Node write_param(bool value) { return Node::scalar(value ? "true" : "false"); }
Node write_param(std::int64_t value) { return Node::scalar(std::to_string(value)); }

Node write_param(double value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return Node::scalar(std::string(digits.data(), end));
}

Node write_param(const std::string& value) { return Node::scalar(value, true); }

Node param_schema(std::type_identity<bool> /*type*/) { return schema::of_type("boolean"); }
Node param_schema(std::type_identity<std::int64_t> /*type*/) { return schema::whole_number(); }
Node param_schema(std::type_identity<double> /*type*/) { return schema::of_type("number"); }
Node param_schema(std::type_identity<std::string> /*type*/) { return schema::text(); }

Node choice_schema(const std::vector<Choice>& choices) {
  std::vector<std::string> meanings;
  for (const Choice& choice : choices) meanings.push_back(choice.meaning);
  Node schema = schema::words(choice_names(choices));
  schema["enumDescriptions"] = write_param(meanings);
  return schema;
}

Node choices_schema(const Node& choice) { return schema::any_of({choice, schema::set_of(choice, 1)}); }

Rule<std::vector<std::string>> each_of(std::vector<std::string> choices) {
  return {"each one of " + joined(choices),
          [choices](const std::vector<std::string>& values) { return empty_or_problem(values, choices); },
          choices_schema(schema::words(choices))};
}

Rule<std::string> one_of(std::vector<std::string> choices) {
  return {"one of " + joined(choices),
          [choices](const std::string& value) { return not_among(value, choices); }, schema::words(choices)};
}

Rule<std::vector<std::string>> each_choice(std::vector<Choice> choices) {
  Rule<std::vector<std::string>> rule = each_of(choice_names(choices));
  rule.schema = choices_schema(choice_schema(choices));
  rule.choices = std::move(choices);
  return rule;
}

Rule<std::string> one_choice(std::vector<Choice> choices) {
  Rule<std::string> rule = one_of(choice_names(choices));
  rule.schema = choice_schema(choices);
  rule.choices = std::move(choices);
  return rule;
}

Rule<std::vector<std::string>> not_empty() {
  return {"at least one",
          [](const std::vector<std::string>& values) {
            return values.empty() ? std::optional<std::string>("the list is empty") : std::nullopt;
          },
          schema::any_of({schema::text(), schema::list_of(schema::text(), 1)})};
}

Rule<std::vector<std::string>> distinct() {
  return {"at least one, each once",
          [](const std::vector<std::string>& values) { return empty_or_problem(values, {}); },
          choices_schema(schema::text())};
}

Rule<std::vector<std::string>> each_once() {
  return {"each once", [](const std::vector<std::string>& values) { return list_problem(values, {}); },
          schema::any_of({schema::text(), schema::set_of(schema::text())})};
}

Rule<std::int64_t> countable() {
  return {"1 to " + std::to_string(kHighestCount),
          [](std::int64_t value) -> std::optional<std::string> {
            if (value >= 1 && value <= kHighestCount) return std::nullopt;
            return std::to_string(value) + " is too " + (value < 1 ? "small" : "large");
          },
          schema::whole_number(1, kHighestCount)};
}

Rule<std::optional<std::int64_t>> countable_if_given() {
  return {countable().text,
          [](const std::optional<std::int64_t>& value) {
            return value ? countable().problem(*value) : std::nullopt;
          },
          schema::any_of({countable().schema, schema::of_type("null")})};
}

}  // namespace hookflow::pipeline

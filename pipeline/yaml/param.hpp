#pragma once
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// A parameter's value that does not fit; whoever catches it adds the file and the stage, and knows the line
/// of a parameter by its name.
struct ParamError : std::runtime_error {
  /// Of a value that is being read and stands at that line; 0: in no file.
  explicit ParamError(const std::string& message, std::size_t at_line = 0)
      : std::runtime_error(message), line(at_line) {}
  /// Of the parameter of that name, or of `in`, which the message then begins with.
  ParamError(const std::string& of_param, const std::string& message);

  std::string param;
  std::size_t line = 0;
};

// A type of parameter has three functions: read_param, which throws ParamError, write_param, and
// param_schema, which says to editors what read_param takes. Those of a stage's own types stand beside the
// type and are found by argument-dependent lookup.
void read_param(const Node& node, bool& value);
void read_param(const Node& node, std::int64_t& value);
void read_param(const Node& node, double& value);
void read_param(const Node& node, std::string& value);
Node write_param(bool value);
Node write_param(std::int64_t value);
Node write_param(double value);
Node write_param(const std::string& value);
Node param_schema(std::type_identity<bool> type);
Node param_schema(std::type_identity<std::int64_t> type);
Node param_schema(std::type_identity<double> type);
Node param_schema(std::type_identity<std::string> type);

/// A list; a single value stands for a list of one.
template <typename T>
void read_param(const Node& node, std::vector<T>& values) {
  values.clear();
  if (node.kind != Node::Kind::list) {
    read_param(node, values.emplace_back());
    return;
  }
  for (const Node& item : node.items) read_param(item, values.emplace_back());
}

template <typename T>
Node write_param(const std::vector<T>& values) {
  std::vector<Node> items;
  items.reserve(values.size());
  for (const T& value : values) items.push_back(write_param(value));
  return Node::list(std::move(items));
}

template <typename T>
Node param_schema(std::type_identity<std::vector<T>> /*type*/) {
  const Node item = param_schema(std::type_identity<T>{});
  return schema::any_of({item, schema::list_of(item)});
}

template <typename T>
void read_param(const Node& node, std::optional<T>& value) {
  if (node.kind == Node::Kind::null) {
    value.reset();
  } else {
    read_param(node, value.emplace());
  }
}

template <typename T>
Node write_param(const std::optional<T>& value) {
  return value ? write_param(*value) : Node{};
}

template <typename T>
Node param_schema(std::type_identity<std::optional<T>> /*type*/) {
  return schema::any_of({param_schema(std::type_identity<T>{}), schema::of_type("null")});
}

template <typename T>
concept Param = std::default_initializable<T> && requires(const Node& node, T& value) {
  read_param(node, value);
  { write_param(value) } -> std::same_as<Node>;
  { param_schema(std::type_identity<T>{}) } -> std::same_as<Node>;
};

/// A word that a parameter may hold, and what it stands for.
struct Choice {
  std::string name;
  std::string meaning;
};

/// What a value must satisfy beyond its type. `text` completes "must be ..."; `problem` gives what is wrong
/// with a value, or nothing; `schema` says the same to editors, as far as a schema can, instead of the type's
/// own (null: that says all); `choices` are the words that it may hold, where they need to be explained.
template <typename T>
struct Rule {
  std::string text;
  std::function<std::optional<std::string>(const T&)> problem;
  Node schema;
  std::vector<Choice> choices{};
};

/// A text that is one of the choices, each explained.
Node choice_schema(const std::vector<Choice>& choices);
/// One of these, or a set of some of them.
Node choices_schema(const Node& choice);

/// Each of the texts must be one of `choices`; the nearest is suggested.
Rule<std::vector<std::string>> each_of(std::vector<std::string> choices);
Rule<std::string> one_of(std::vector<std::string> choices);
Rule<std::vector<std::string>> each_choice(std::vector<Choice> choices);
Rule<std::string> one_choice(std::vector<Choice> choices);
Rule<std::vector<std::string>> not_empty();
Rule<std::vector<std::string>> distinct();  // and not empty
Rule<std::vector<std::string>> each_once();
/// How many there are to be of something that takes memory, time or disk. The limit is so high that only what
/// is mistyped reaches it.
inline constexpr std::int64_t kHighestCount = 1'000'000;
Rule<std::int64_t> countable();
Rule<std::optional<std::int64_t>> countable_if_given();

}  // namespace hookflow::pipeline

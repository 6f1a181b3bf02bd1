#include "stages/edit/replacement_param.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/edit/label_param.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow {
namespace {

using pipeline::Node;
using pipeline::ParamError;

constexpr const char* kNameKey = "name";
using Entries = std::vector<std::pair<std::string, Node>>;

float to_float(double number, std::size_t line) {
  if (std::abs(number) > static_cast<double>(std::numeric_limits<float>::max())) {
    throw ParamError(pipeline::write_param(number).text + " is too large for a 32-bit float", line);
  }
  return static_cast<float>(number);
}

/// Reads a kind's argument into one of the type that the kind wants.
struct ArgumentReader {
  const std::string& key;
  const Node& node;

  void operator()(std::monostate& /*none*/) const {
    if (node.kind == Node::Kind::null) return;
    throw ParamError(key + ": takes no value; must be " + edit_rule(), node.line);
  }
  void operator()(float& number) const {
    double value = 0;
    pipeline::read_param(node, value);
    number = to_float(value, node.line);
  }
  void operator()(std::string& word) const { pipeline::read_param(node, word); }
  void operator()(std::vector<float>& numbers) const {
    std::vector<double> values;
    pipeline::read_param(node, values);
    for (const double value : values) numbers.push_back(to_float(value, node.line));
  }
  void operator()(Positions& positions) const { read_param(node, positions); }
  void operator()(std::vector<std::string>& names) const { pipeline::read_param(node, names); }
};

bool is_number(const Node& node) {
  try {
    double number = 0;
    pipeline::read_param(node, number);
    return true;
  } catch (const ParamError&) {
    return false;
  }
}

/// Of the types that a kind takes, the one that is written so: numbers as a list, all else alone; where it
/// may be a number or a word, what is no number is a word.
EditArgument argument_for(const EditSyntax& syntax, const Node& node) {
  const auto first = [&](const auto& fits) {
    const auto found = std::ranges::find_if(syntax.arguments, fits);
    return found == syntax.arguments.end() ? nullptr : &*found;
  };
  const bool is_list = node.kind == Node::Kind::list;
  const auto is_word = [](const EditArgument& type) { return std::holds_alternative<std::string>(type); };
  if (const EditArgument* word = first(is_word); word != nullptr && !is_list && !is_number(node))
    return *word;
  const EditArgument* type = first([&](const EditArgument& argument) {
    return std::holds_alternative<std::vector<float>>(argument) == is_list;
  });
  return type == nullptr ? syntax.arguments.front() : *type;
}

/// The options of a kind that are given.
EditSettings read_settings(const EditSyntax& syntax, const Entries& entries) {
  EditSettings settings;
  for (const auto& [name, node] : entries) {
    const auto option = std::ranges::find(syntax.options, name, &EditOption::name);
    if (option == syntax.options.end())
      throw ParamError(syntax.key + ": unknown key '" + name + "'" +
                           pipeline::suggestion(name, syntax.options, &EditOption::name) + "; must be " +
                           edit_rule(),
                       node.line);
    EditArgument& value = settings[name] = option->type;
    std::visit(ArgumentReader{name, node}, value);
  }
  return settings;
}

/// `beside`: what stands beside the kind's key.
Replacement read_entry(const std::string& key, const Node& node, const Entries& beside, std::string name) {
  const EditSyntax& syntax = edit_syntax(key);
  EditArgument argument = syntax.arguments.front();
  if (!syntax.is_map) {
    argument = argument_for(syntax, node);
    std::visit(ArgumentReader{key, node}, argument);
  } else if (node.kind != Node::Kind::map || !beside.empty()) {
    throw ParamError(key + ": must be " + syntax.forms().front(), node.line);
  }
  return Replacement(key, std::move(argument), std::move(name),
                     read_settings(syntax, syntax.is_map ? node.entries : beside));
}

Node argument_node(float number) { return Node::scalar(spelled(number)); }
Node argument_node(const std::string& word) { return Node::scalar(word, true); }
Node argument_node(const std::vector<float>& numbers) {
  std::vector<Node> items;
  items.reserve(numbers.size());
  for (const float number : numbers) items.push_back(argument_node(number));
  return Node::list(std::move(items));
}

Node argument_node(std::monostate /*none*/) { return {}; }
Node argument_node(const Positions& positions) { return write_param(positions); }
Node argument_node(const std::vector<std::string>& names) { return pipeline::write_param(names); }

Node node_of(const EditArgument& argument) {
  return std::visit([](const auto& value) { return argument_node(value); }, argument);
}

/// What may stand behind a kind's key; says it of each type that an argument can have.
struct ArgumentSchema {
  const std::vector<EditWord>& choices;

  Node operator()(std::monostate /*none*/) const { return pipeline::schema::of_type("null"); }
  Node operator()(float /*number*/) const { return pipeline::schema::of_type("number"); }
  Node operator()(const std::string& /*word*/) const {
    if (choices.empty()) return pipeline::schema::text();
    std::vector<std::string> words;
    std::string meanings;
    for (const EditWord& choice : choices) {
      words.push_back(choice.word);
      meanings += (meanings.empty() ? "" : "\n") + choice.word + ": " + choice.meaning;
    }
    return pipeline::schema::with_doc(pipeline::schema::words(words), meanings);
  }
  Node operator()(const std::vector<float>& /*numbers*/) const {
    return pipeline::schema::list_of(pipeline::schema::of_type("number"), 1);
  }
  Node operator()(const Positions& /*positions*/) const {
    return param_schema(std::type_identity<Positions>{});
  }
  Node operator()(const std::vector<std::string>& /*names*/) const {
    return pipeline::schema::any_of(
        {pipeline::schema::text(), pipeline::schema::list_of(pipeline::schema::text(), 1)});
  }
};

/// What may stand in the map of a kind's options, or beside its key.
std::vector<pipeline::schema::Key> option_keys(const EditSyntax& syntax) {
  std::vector<pipeline::schema::Key> keys;
  for (const EditOption& option : syntax.options)
    keys.push_back(
        {option.name,
         pipeline::schema::with_doc(std::visit(ArgumentSchema{option.words}, option.type), option.meaning),
         option.required});
  return keys;
}

}  // namespace

void read_param(const Node& node, Replacement& replacement) {
  if (node.kind == Node::Kind::scalar && stands_alone(node.text)) {
    replacement = Replacement(node.text);
    return;
  }
  Entries beside = node.entries;
  const bool named = std::erase_if(beside, [](const auto& entry) { return entry.first == kNameKey; }) > 0;
  const auto kind = std::ranges::find_if(beside, [](const auto& entry) { return is_edit_kind(entry.first); });
  if (kind == beside.end() && beside.size() != 1) {
    throw ParamError(pipeline::to_json(node) + " is not a replacement; must be " + edit_rule() +
                         ", and may have a name: {zero, name: off}",
                     node.line);
  }
  const auto [key, argument] = kind == beside.end() ? beside.front() : *kind;
  if (kind != beside.end()) beside.erase(kind);
  const std::string name = named ? stages::read_label(*node.find(kNameKey)) : std::string();
  const auto read = [&, &of = key, &given = argument] { return read_entry(of, given, beside, name); };
  replacement = stages::translate_value_errors(argument.line, read);
}

Node write_param(const Replacement& replacement) {
  if (stands_alone(replacement.key()) && replacement.name().empty())
    return Node::scalar(replacement.key(), true);
  Node node = Node::map({{replacement.key(), node_of(replacement.argument())}});
  Node& options = edit_syntax(replacement.key()).is_map ? node[replacement.key()] : node;
  if (&options != &node) options = Node::map({});
  for (const auto& [option, value] : replacement.settings()) options[option] = node_of(value);
  if (!replacement.name().empty()) node[kNameKey] = Node::scalar(replacement.name(), true);
  return node;
}

Node param_schema(std::type_identity<Replacement> /*type*/) {
  std::vector<std::string> alone;
  std::vector<Node> forms(1);
  for (const EditSyntax& syntax : all_edit_kinds()) {
    if (stands_alone(syntax.key)) alone.push_back(syntax.key);
    std::vector<Node> arguments;
    for (const EditArgument& argument : syntax.arguments)
      arguments.push_back(syntax.is_map ? pipeline::schema::map_of(option_keys(syntax))
                                        : std::visit(ArgumentSchema{syntax.words}, argument));
    std::vector<pipeline::schema::Key> keys = {{syntax.key, pipeline::schema::any_of(arguments), true},
                                               {kNameKey, stages::label_schema()}};
    if (!syntax.is_map) std::ranges::move(option_keys(syntax), std::back_inserter(keys));
    forms.push_back(pipeline::schema::map_of(keys));
  }
  forms.front() = pipeline::schema::words(alone);
  return pipeline::schema::any_of(std::move(forms));
}

}  // namespace hookflow

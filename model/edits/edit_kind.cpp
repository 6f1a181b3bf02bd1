#include "model/edits/edit_kind.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <stdexcept>

#include "model/error.hpp"

namespace hookflow {
namespace {

// By what stands behind the key, then by the key: the order in which they are told.
using KindOrder = std::pair<std::size_t, std::string>;

std::map<KindOrder, EditSyntax>& edit_kinds() {
  static std::map<KindOrder, EditSyntax> kinds;
  return kinds;
}

/// Forms of kinds that are not registered yet: files do so in any order.
std::multimap<std::string, EditSyntax>& early_forms() {
  static std::multimap<std::string, EditSyntax> forms;
  return forms;
}

bool has_type_of(const EditArgument& argument, const std::vector<EditArgument>& among) {
  return std::ranges::any_of(among, [&](const EditArgument& one) { return one.index() == argument.index(); });
}

void add_form(EditSyntax& kind, EditSyntax form) {
  const auto add = [](auto& all, const auto& more) { all.insert(all.end(), more.begin(), more.end()); };
  add(kind.words, form.words);
  for (const EditArgument& argument : form.arguments)
    if (!has_type_of(argument, kind.arguments)) kind.arguments.push_back(argument);
  add(kind.options, form.options);
  kind.make = [others = std::move(kind.make), form](const EditArgument& argument,
                                                    const EditSettings& settings) {
    return form.takes(argument) ? form.make(argument, settings) : others(argument, settings);
  };
}

const EditSyntax* find_syntax(const std::string& key) {
  const auto& kinds = edit_kinds();
  const auto found = std::ranges::find_if(kinds, [&](const auto& entry) { return entry.second.key == key; });
  return found == kinds.end() ? nullptr : &found->second;
}

}  // namespace

EditPlace edit_place(HookKind kind, bool one_head, const Config& config, std::optional<std::size_t> length) {
  const std::vector<std::size_t> sizes = shape(kind, config).sizes;
  if (sizes.back() == 0) return {kind, one_head, length};  // a square place: a cell for every position
  const auto first = one_head ? sizes.end() - 1 : sizes.begin() + 1;  // the position's is the first
  return {kind, one_head, std::accumulate(first, sizes.end(), std::size_t{1}, std::multiplies<>())};
}

float fill_rows(float value, const EditedRows& at) {
  for (const std::size_t row : at.rows) std::ranges::fill(at.block.row(row), value);
  return value;
}

float number_of(const EditSettings& settings, const std::string& name, float otherwise) {
  const auto found = settings.find(name);
  return found == settings.end() ? otherwise : std::get<float>(found->second);
}

std::optional<std::string> length_problem(const std::string& key, std::size_t numbers,
                                          const EditPlace& place) {
  if (numbers == place.columns.value_or(numbers)) return {};
  return key + ": " + std::to_string(numbers) + (numbers == 1 ? " number" : " numbers") + " given, but " +
         (place.one_head ? "a head of " : "") + pattern_name(place.kind) + " takes " +
         std::to_string(*place.columns) + ", one for each " +
         (is_square(place.kind) ? "token of the prompt" : "dimension");
}

bool EditSyntax::takes(const EditArgument& argument) const {
  if (!has_type_of(argument, arguments)) return false;
  const auto* word = std::get_if<std::string>(&argument);
  return word == nullptr || words.empty() || std::ranges::find(words, *word, &EditWord::word) != words.end();
}

std::string EditSyntax::map_form() const {
  std::string inside;
  for (const EditOption& option : options) inside += (inside.empty() ? "" : ", ") + option.name + ": x";
  return "{" + key + ": {" + inside + "}}";
}

std::vector<std::string> EditSyntax::forms() const {
  std::vector<std::string> forms;
  std::string beside;
  for (const EditOption& option : options)
    if (option.required) beside += ", " + option.name + ": ...";
  for (const EditArgument& argument : arguments) {
    if (std::holds_alternative<std::monostate>(argument)) forms.push_back(is_map ? map_form() : key);
    if (std::holds_alternative<std::string>(argument) && words.empty())
      forms.push_back("{" + key + ": NAME" + beside + "}");
    if (std::holds_alternative<float>(argument)) forms.push_back("{" + key + ": x}");
    if (std::holds_alternative<std::vector<float>>(argument)) forms.push_back("{" + key + ": [x, ...]}");
  }
  for (const EditWord& choice : words) forms.push_back("{" + key + ": " + choice.word + "}");
  return forms;
}

bool register_edit_kind(EditSyntax syntax) {
  if (find_syntax(syntax.key) != nullptr) {
    throw std::logic_error("two kinds of edit are named '" + syntax.key + "'");
  }
  const auto [first, end] = early_forms().equal_range(syntax.key);
  for (auto form = first; form != end; ++form) add_form(syntax, std::move(form->second));
  early_forms().erase(first, end);
  const KindOrder order{syntax.arguments.front().index(), syntax.key};
  return edit_kinds().emplace(order, std::move(syntax)).second;
}

bool register_edit_form(EditSyntax syntax) {
  const auto kind =
      std::ranges::find_if(edit_kinds(), [&](const auto& entry) { return entry.second.key == syntax.key; });
  if (kind == edit_kinds().end())
    early_forms().emplace(syntax.key, std::move(syntax));
  else
    add_form(kind->second, std::move(syntax));
  return true;
}

const EditSyntax& edit_syntax(const std::string& key) {
  if (const EditSyntax* syntax = find_syntax(key)) return *syntax;
  std::vector<std::string> keys;
  for (const EditSyntax& kind : all_edit_kinds()) keys.push_back(kind.key);
  throw UnknownName("unknown replacement '" + key + "'", "; must be " + edit_rule(), key, keys);
}

bool is_edit_kind(const std::string& key) { return find_syntax(key) != nullptr; }

bool stands_alone(const std::string& key) {
  const EditSyntax* syntax = find_syntax(key);
  return syntax != nullptr && !syntax->is_map &&
         std::holds_alternative<std::monostate>(syntax->arguments.front());
}

std::vector<EditSyntax> all_edit_kinds() {
  std::vector<EditSyntax> all;
  for (const auto& [order, syntax] : edit_kinds()) all.push_back(syntax);
  return all;
}

std::vector<std::string> edit_forms() {
  std::vector<std::string> all;
  for (const EditSyntax& syntax : all_edit_kinds())
    std::ranges::move(syntax.forms(), std::back_inserter(all));
  return all;
}

std::string edit_rule() {
  std::string rule;
  const std::vector<std::string> forms = edit_forms();
  for (std::size_t i = 0; i < forms.size(); ++i) {
    rule += (i == 0 ? "" : i + 1 == forms.size() ? " or " : ", ") + forms[i];
  }
  return rule;
}

}  // namespace hookflow

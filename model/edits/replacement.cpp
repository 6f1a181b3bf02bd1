#include "model/edits/replacement.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/error.hpp"

namespace hookflow {
namespace {

/// `words`: those that it may be; none: it is a name.
void check_word(const std::string& key, const std::vector<EditWord>& words, const EditArgument& argument) {
  const auto* given = std::get_if<std::string>(&argument);
  if (given == nullptr || words.empty()) return;
  std::vector<std::string> known;
  std::string rule;
  for (const EditWord& choice : words) {
    rule += (known.empty() ? "" : " or ") + choice.word + " (" + choice.meaning + ")";
    known.push_back(choice.word);
  }
  if (std::ranges::find(known, *given) == known.end()) {
    throw UnknownName(key + ": unknown '" + *given + "'", "; must be " + rule, *given, known);
  }
}

void check_type(const EditSyntax& syntax, const EditArgument& argument) {
  const auto type = [](const EditArgument& one) { return one.index(); };
  if (std::ranges::find(syntax.arguments, argument.index(), type) != syntax.arguments.end()) return;
  std::string forms;
  for (const std::string& form : syntax.forms()) forms += (forms.empty() ? "" : " or ") + form;
  throw ModelError(syntax.key + ": must be " + forms);
}

}  // namespace

Replacement::Replacement(const std::string& key, EditArgument argument, std::string name,
                         EditSettings settings)
    : key_(key), argument_(std::move(argument)), name_(std::move(name)), settings_(std::move(settings)) {
  const EditSyntax& syntax = edit_syntax(key);
  check_type(syntax, argument_);
  check_word(key, syntax.words, argument_);
  for (const EditOption& option : syntax.options) {
    const auto set = settings_.find(option.name);
    if (set != settings_.end()) check_word(option.name, option.words, set->second);
    if (set == settings_.end() && option.required)
      throw ModelError(key + ": " + option.name + " is missing: " + option.meaning);
  }
  const auto* numbers = std::get_if<std::vector<float>>(&argument_);
  if (numbers != nullptr && numbers->empty()) throw ModelError(key + ": the list is empty");
  kind_ = syntax.make(argument_, settings_);
}

std::string Replacement::label() const {
  if (!name_.empty()) return name_;
  std::string label = key_;
  if (const auto* number = std::get_if<float>(&argument_)) label += "_" + spelled(*number);
  if (const auto* word = std::get_if<std::string>(&argument_)) label += "_" + *word;
  if (edit_syntax(key_).is_map) return label;
  for (const auto& [option, value] : settings_) {
    if (const auto* number = std::get_if<float>(&value)) label += "_" + option + "_" + spelled(*number);
    if (const auto* word = std::get_if<std::string>(&value)) label += "_" + option + "_" + *word;
  }
  return label;
}

bool Replacement::label_says_all() const {
  return !name_.empty() || !std::holds_alternative<std::vector<float>>(argument_);
}

std::string spelled(float number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), end};
}

}  // namespace hookflow

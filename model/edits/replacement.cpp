#include "model/edits/replacement.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/error.hpp"

namespace hookflow {
namespace {

void check_word(const EditSyntax& syntax, const std::string& word) {
  if (syntax.words.empty()) return;
  std::vector<std::string> known;
  std::string rule;
  for (const EditWord& choice : syntax.words) {
    rule += (known.empty() ? "" : " or ") + choice.word + " (" + choice.meaning + ")";
    known.push_back(choice.word);
  }
  if (std::ranges::find(known, word) == known.end()) {
    throw UnknownName(syntax.key + ": unknown '" + word + "'", "; must be " + rule, word, known);
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
  if (const auto* word = std::get_if<std::string>(&argument_)) check_word(syntax, *word);
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
  for (const auto& [option, value] : settings_)
    if (const auto* number = std::get_if<float>(&value)) label += "_" + option + "_" + spelled(*number);
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

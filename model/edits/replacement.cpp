#include "model/edits/replacement.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "model/error.hpp"

namespace hookflow {
namespace {

void check_word(const EditSyntax& syntax, const std::string& word) {
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

}  // namespace

Replacement::Replacement(const std::string& key, EditArgument argument)
    : key_(key), argument_(std::move(argument)) {
  const EditSyntax& syntax = edit_syntax(key);
  if (argument_.index() != syntax.argument.index()) {
    throw ModelError(key + ": is written " + syntax.forms().front());
  }
  if (const auto* word = std::get_if<std::string>(&argument_)) check_word(syntax, *word);
  const auto* numbers = std::get_if<std::vector<float>>(&argument_);
  if (numbers != nullptr && numbers->empty()) throw ModelError(key + ": the list is empty");
  kind_ = syntax.make(argument_);
}

std::string Replacement::label() const {
  if (const auto* number = std::get_if<float>(&argument_)) return key_ + "_" + spelled(*number);
  if (const auto* word = std::get_if<std::string>(&argument_)) return key_ + "_" + *word;
  return key_;
}

bool Replacement::label_says_all() const { return !std::holds_alternative<std::vector<float>>(argument_); }

std::string spelled(float number) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  return {digits.data(), end};
}

}  // namespace hookflow

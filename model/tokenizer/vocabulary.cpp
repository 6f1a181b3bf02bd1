#include "model/tokenizer/vocabulary.hpp"

#include <algorithm>
#include <utility>

#include "model/error.hpp"
#include "model/tokenizer/byte_unicode.hpp"

namespace hookflow {
namespace {

using Entry = TokenizerFiles::Entry;

struct Token {
  std::int32_t id;
  bool added;  // spelled as plain text
  const std::string* text;
};

// Every token once, by id. An added token may stand in the vocabulary too, with the same id.
std::vector<Token> collect_tokens(const TokenizerFiles& files, const std::string& place) {
  std::unordered_map<std::string_view, std::int32_t> added;
  std::vector<Token> tokens;
  for (const Entry& entry : files.added) {
    const auto [known, is_new] = added.emplace(entry.text, entry.id);
    if (is_new) tokens.push_back({entry.id, true, &entry.text});
    if (known->second == entry.id) continue;
    throw ModelError(place + ": added token '" + entry.text + "' has two ids, " +
                     std::to_string(known->second) + " and " + std::to_string(entry.id));
  }
  for (const Entry& entry : files.vocabulary) {
    const auto known = added.find(entry.text);
    if (known == added.end()) {
      tokens.push_back({entry.id, false, &entry.text});
    } else if (known->second != entry.id) {
      throw ModelError(place + ": token '" + entry.text + "' has id " + std::to_string(entry.id) +
                       ", but as an added token " + std::to_string(known->second));
    }
  }
  std::ranges::sort(tokens, {}, &Token::id);
  return tokens;
}

std::string bytes_of(const Token& token, const std::string& place) {
  std::optional<std::string> bytes = token.added ? *token.text : bytes_of_spelling(*token.text);
  if (!bytes || bytes->empty()) {
    throw ModelError(place + ": token '" + *token.text + "' (id " + std::to_string(token.id) +
                     ") must be one or more characters of GPT-2's byte alphabet");
  }
  return *std::move(bytes);
}

}  // namespace

Vocabulary::Vocabulary(const TokenizerFiles& files) {
  const std::string place = files.vocabulary_file.string();
  const std::vector<Token> tokens = collect_tokens(files, place);
  ids_.reserve(tokens.size());
  for (const Token* before = nullptr; const Token& token : tokens) {
    if (before != nullptr && before->id == token.id) {
      throw ModelError(place + ": tokens '" + *before->text + "' and '" + *token.text + "' both have id " +
                       std::to_string(token.id));
    }
    bytes_.resize(static_cast<std::size_t>(token.id));
    bytes_.push_back(bytes_of(token, place));
    before = &token;
  }
  // Merges mean the tokens of the vocabulary itself, also where an added token has the same bytes.
  for (const bool added : {false, true}) {
    for (const Token& token : tokens) {
      if (token.added == added) ids_.emplace(bytes_[static_cast<std::size_t>(token.id)], token.id);
    }
  }
}

std::optional<std::int32_t> Vocabulary::find(std::string_view bytes) const {
  const auto found = ids_.find(bytes);
  return found == ids_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace hookflow

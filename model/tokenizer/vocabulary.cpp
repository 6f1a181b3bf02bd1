#include "model/tokenizer/vocabulary.hpp"

#include <functional>
#include <unordered_map>
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

// Every token once. An added token may stand in the vocabulary too, with the same id.
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
  return tokens;
}

std::string bytes_of(const Token& token, const std::string& place) {
  std::string bytes = token.added ? *token.text : "";
  const bool is_spelled = token.added || append_bytes_of(*token.text, bytes);
  if (!is_spelled || bytes.empty()) {
    throw ModelError(place + ": token '" + *token.text + "' (id " + std::to_string(token.id) +
                     ") must be one or more characters of GPT-2's byte alphabet");
  }
  return bytes;
}

// Whether a token has these bytes.
auto is_at(const std::vector<std::string>& bytes_of_tokens, std::string_view bytes) {
  return [&bytes_of_tokens, bytes](std::uint32_t id) { return bytes_of_tokens[id] == bytes; };
}

}  // namespace

Vocabulary::Vocabulary(const TokenizerFiles& files) : ids_(files.added.size() + files.vocabulary.size()) {
  const std::string place = files.vocabulary_file.string();
  std::vector<const Token*> by_id;
  const std::vector<Token> tokens = collect_tokens(files, place);
  for (const Token& token : tokens) {
    const auto id = static_cast<std::size_t>(token.id);
    if (id >= by_id.size()) by_id.resize(id + 1);
    if (by_id[id] != nullptr)
      throw ModelError(place + ": tokens '" + *by_id[id]->text + "' and '" + *token.text + "' both have id " +
                       std::to_string(token.id));
    by_id[id] = &token;
  }
  bytes_.reserve(by_id.size());
  for (const Token* token : by_id) bytes_.push_back(token == nullptr ? "" : bytes_of(*token, place));
  // Merges mean the tokens of the vocabulary itself, also where an added token has the same bytes.
  for (const bool added : {false, true}) {
    for (const Token* token : by_id) {
      if (token == nullptr || token->added != added) continue;
      const std::string& own = bytes(static_cast<std::size_t>(token->id));
      ids_.put(std::hash<std::string_view>()(own), static_cast<std::uint32_t>(token->id), is_at(bytes_, own));
    }
  }
}

std::optional<std::int32_t> Vocabulary::find(std::string_view bytes) const {
  const auto id = ids_.find(std::hash<std::string_view>()(bytes), is_at(bytes_, bytes));
  return id ? std::optional(static_cast<std::int32_t>(*id)) : std::nullopt;
}

}  // namespace hookflow

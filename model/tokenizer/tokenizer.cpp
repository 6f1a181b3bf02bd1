#include "model/tokenizer/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "model/error.hpp"
#include "model/tokenizer/byte_unicode.hpp"
#include "model/tokenizer/split.hpp"

namespace hookflow {
namespace {

constexpr std::string_view kEndOfText = "<|endoftext|>";

SpecialTokens special_tokens(const TokenizerFiles& files, const Vocabulary& vocabulary) {
  using Added = TokenizerFiles::Added;
  std::vector<Added> tokens;
  const auto add = [&tokens](const Added& token) {
    const auto known = std::ranges::find(tokens, token.text, &Added::text);
    if (known == tokens.end()) return tokens.push_back(token);
    known->special = known->special || token.special;
    if (token.normalized) known->normalized = token.normalized;
  };
  for (const Added& token : files.added) add(token);
  if (const auto id = vocabulary.find(kEndOfText)) add({{std::string(kEndOfText), *id}});
  std::vector<SpecialTokens::Entry> entries;
  for (const Added& token : tokens) entries.push_back({token.text, token.id, token.comes_first()});
  return SpecialTokens(std::move(entries));
}

// A vocabulary without all of them could not encode every text.
std::array<std::int32_t, 256> byte_ids(const Vocabulary& vocabulary, const std::string& place) {
  std::array<std::int32_t, 256> ids{};
  for (std::size_t byte = 0; byte < ids.size(); ++byte) {
    const char text = static_cast<char>(byte);
    const auto id = vocabulary.find(std::string_view(&text, 1));
    if (!id) throw ModelError(place + ": no token for the single byte " + std::to_string(byte));
    ids[byte] = *id;
  }
  return ids;
}

std::vector<Bpe::Merge> merges(const TokenizerFiles& files, const Vocabulary& vocabulary) {
  std::vector<Bpe::Merge> merges;
  merges.reserve(files.merges.size());
  std::string bytes;
  for (const TokenizerFiles::Merge& merge : files.merges) {
    const auto id_of = [&](std::string_view token, std::string_view spelling, std::string_view rest = {}) {
      const auto id = vocabulary.find(token);
      if (id) return *id;
      throw ModelError(files.merge_place + std::to_string(merge.number) + ": '" + merge.left + " " +
                       merge.right + "': token '" + std::string(spelling) + std::string(rest) +
                       "' is not in " + files.vocabulary_file.string());
    };
    // A token that is not spelled in the alphabet is looked for as no bytes, which no token has.
    bytes.clear();
    const std::size_t left_size = append_bytes_of(merge.left, bytes) ? bytes.size() : 0;
    const bool is_spelled = append_bytes_of(merge.right, bytes);
    const std::string_view both = bytes;
    const std::int32_t left = id_of(both.substr(0, left_size), merge.left);
    const std::int32_t right = id_of(is_spelled ? both.substr(left_size) : "", merge.right);
    merges.push_back({left, right, id_of(both, merge.left, merge.right)});
  }
  return merges;
}

}  // namespace

Tokenizer Tokenizer::load(const std::filesystem::path& directory) {
  return Tokenizer(read_tokenizer_files(directory));
}

Tokenizer::Tokenizer(const TokenizerFiles& files)
    : vocabulary_(files),
      special_tokens_(special_tokens(files, vocabulary_)),
      bpe_(byte_ids(vocabulary_, files.vocabulary_file.string()), merges(files, vocabulary_)),
      bos_(files.bos),
      adds_bos_(files.adds_bos),
      files_(files.files) {}

std::vector<std::int32_t> Tokenizer::encode(std::string_view text) const {
  std::vector<std::int32_t> ids;
  std::size_t start = 0;
  for (const SpecialTokens::Match& match : special_tokens_.find_all(text)) {
    bpe_.append_ids(split_pieces(text.substr(start, match.start - start)), ids);
    ids.push_back(match.id);
    start = match.start + match.length;
  }
  bpe_.append_ids(split_pieces(text.substr(start)), ids);
  return ids;
}

std::string Tokenizer::decode(std::span<const std::int32_t> ids) const {
  std::string text;
  for (const std::int32_t id : ids) text += token(id);
  return text;
}

const std::string& Tokenizer::token(std::int32_t id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= size()) {
    throw ModelError("token id " + std::to_string(id) + " is outside the vocabulary: ids run from 0 to " +
                     std::to_string(size() - 1));
  }
  return vocabulary_.bytes(static_cast<std::size_t>(id));
}

bool Tokenizer::is_special(std::int32_t id) const { return special_tokens_.id_of(token(id)) == id; }

std::optional<std::int32_t> Tokenizer::find(std::string_view bytes) const {
  const auto special = special_tokens_.id_of(bytes);
  return special ? special : vocabulary_.find(bytes);
}

}  // namespace hookflow

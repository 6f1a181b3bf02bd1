#include "model/tokenizer.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "model/byte_unicode.hpp"
#include "model/error.hpp"
#include "model/parallel.hpp"
#include "model/split.hpp"

namespace hookflow {
namespace {

constexpr std::string_view kEndOfText = "<|endoftext|>";

SpecialTokens special_tokens(const TokenizerFiles& files, const Vocabulary& vocabulary) {
  std::vector<SpecialTokens::Entry> entries;
  const auto add = [&entries](std::string_view text, std::int32_t id) {
    const auto is_it = [text](const SpecialTokens::Entry& entry) { return entry.text == text; };
    if (std::ranges::none_of(entries, is_it)) entries.push_back({std::string(text), id});
  };
  for (const TokenizerFiles::Entry& entry : files.added) add(entry.text, entry.id);
  if (const auto id = vocabulary.find(kEndOfText)) add(kEndOfText, *id);
  return SpecialTokens(std::move(entries));
}

// A vocabulary without all of them could not encode every text.
std::array<std::int32_t, 256> byte_ids(const Vocabulary& vocabulary, const std::string& place) {
  std::array<std::int32_t, 256> ids{};
  for (std::size_t byte = 0; byte < ids.size(); ++byte) {
    const char text = static_cast<char>(byte);
    const auto id = vocabulary.find(std::string_view(&text, 1));
    if (!id) throw InputError(place + ": no token for the single byte " + std::to_string(byte));
    ids[byte] = *id;
  }
  return ids;
}

/// The tokens of a merge's left, right and merged spelling, in that order.
std::array<std::optional<std::int32_t>, 3> tokens_of(const TokenizerFiles::Merge& merge,
                                                     const Vocabulary& vocabulary) {
  const std::optional<std::string> left = bytes_of_spelling(merge.left);
  const std::optional<std::string> right = bytes_of_spelling(merge.right);
  const auto find = [&](const std::optional<std::string>& bytes) {
    return bytes ? vocabulary.find(*bytes) : std::nullopt;
  };
  return {find(left), find(right), left && right ? vocabulary.find(*left + *right) : std::nullopt};
}

/// Throws InputError that names the first of them that is no token.
void check_tokens(const std::array<std::optional<std::int32_t>, 3>& tokens,
                  const TokenizerFiles::Merge& merge, const TokenizerFiles& files) {
  const std::array<std::string, 3> spellings = {merge.left, merge.right, merge.left + merge.right};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i]) continue;
    throw InputError(files.merge_place + std::to_string(merge.number) + ": '" + merge.left + " " +
                     merge.right + "': token '" + spellings[i] + "' is not in " +
                     files.vocabulary_file.string());
  }
}

std::vector<Bpe::Merge> merges(const TokenizerFiles& files, const Vocabulary& vocabulary) {
  constexpr std::size_t kBlock = 4096;
  std::vector<std::array<std::optional<std::int32_t>, 3>> tokens(files.merges.size());
  parallel_blocks(block_count(tokens.size(), kBlock), [&](std::size_t block) {
    const std::size_t end = std::min(tokens.size(), (block + 1) * kBlock);
    for (std::size_t i = block * kBlock; i < end; ++i) tokens[i] = tokens_of(files.merges[i], vocabulary);
  });
  std::vector<Bpe::Merge> merges;
  merges.reserve(tokens.size());
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto& [left, right, merged] = tokens[i];
    if (!left || !right || !merged) check_tokens(tokens[i], files.merges[i], files);
    merges.push_back({*left, *right, *merged});
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
    throw InputError("token id " + std::to_string(id) + " is outside the vocabulary: ids run from 0 to " +
                     std::to_string(size() - 1));
  }
  return vocabulary_.bytes(static_cast<std::size_t>(id));
}

std::optional<std::int32_t> Tokenizer::find(std::string_view bytes) const {
  const auto special = special_tokens_.id_of(bytes);
  return special ? special : vocabulary_.find(bytes);
}

}  // namespace hookflow

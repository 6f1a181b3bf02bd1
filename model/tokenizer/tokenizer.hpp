#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/tokenizer/bpe.hpp"
#include "model/tokenizer/printable.hpp"
#include "model/tokenizer/special_tokens.hpp"
#include "model/tokenizer/tokenizer_files.hpp"
#include "model/tokenizer/vocabulary.hpp"

namespace hookflow {

/// GPT-2's byte-level byte-pair encoding. Text is bytes: any string can be encoded, be it UTF-8 or not, and
/// decode(encode(text)) == text always. How a text is cut before its bytes are merged: see split_pieces.
///
/// Special tokens are <|endoftext|>, if the vocabulary has it, and those that the model's files add. No token
/// is put before or after a text, and no space before its first word.
///
/// Nothing changes after loading: any number of threads may use one tokenizer at once.
class Tokenizer {
 public:
  /// Reads tokenizer.json, or without it vocab.json and merges.txt, from a model's directory, which need hold
  /// no weights. Throws ModelError naming file, place and rule: see read_tokenizer_files for what is refused;
  /// besides, every byte should be a token, no two tokens should have one id, and merges should be of and to
  /// tokens of the vocabulary.
  static Tokenizer load(const std::filesystem::path& directory);

  /// Token ids of any byte string. A special token in the text is encoded as that one token.
  std::vector<std::int32_t> encode(std::string_view text) const;

  /// The exact bytes that the ids stand for: none for an id below size() that no token has. Throws ModelError
  /// for an id outside the vocabulary.
  std::string decode(std::span<const std::int32_t> ids) const;

  /// The bytes of one token, often no whole characters; none for an id below size() that no token has. Throws
  /// ModelError for an id outside the vocabulary.
  const std::string& token(std::int32_t id) const;

  /// Whether it is one of the special tokens. Throws ModelError for an id outside the vocabulary.
  bool is_special(std::int32_t id) const;

  /// The token whose bytes these are, if there is one. (Encoding them may, rarely,
  /// give other tokens: merges need not lead to every one.)
  std::optional<std::int32_t> find(std::string_view bytes) const;

  /// The text of the token that begins a text, if the files name one. Nothing puts it there by itself.
  const std::optional<std::string>& bos() const { return bos_; }
  /// Whether the files' own programs put it there unasked.
  bool adds_bos() const { return adds_bos_; }

  /// 1 + the largest id.
  std::size_t size() const { return vocabulary_.size(); }

  /// The files that it was read from.
  const std::vector<std::filesystem::path>& files() const { return files_; }

 private:
  explicit Tokenizer(const TokenizerFiles& files);

  Vocabulary vocabulary_;
  SpecialTokens special_tokens_;
  Bpe bpe_;
  std::optional<std::string> bos_;
  bool adds_bos_;
  std::vector<std::filesystem::path> files_;
};

}  // namespace hookflow

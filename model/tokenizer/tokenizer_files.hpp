#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace hookflow {

/// What a model directory's files say about its tokenizer, as they spell it; that the parts fit together is
/// for the tokenizer to check.
struct TokenizerFiles {
  struct Entry {
    std::string text;
    std::int32_t id;
  };
  /// A token that is looked for in the text itself.
  struct Added : Entry {
    bool special = false;
    std::optional<bool> normalized = {};  // as the files state it

    /// Tokens that are not normalized are looked for before all others, as Hugging Face's tokenizers do,
    /// which do not normalize special tokens unless told to.
    [[nodiscard]] bool comes_first() const { return !normalized.value_or(!special); }
  };
  struct Merge {
    std::string left;
    std::string right;
    std::size_t number;  // line of merges.txt, or index in tokenizer.json
  };

  std::filesystem::path vocabulary_file;
  std::vector<Entry> vocabulary;  // spelled in GPT-2's byte alphabet
  std::vector<Merge> merges;      // by rank
  std::string merge_place;        // a merge's place in messages, but for its number
  std::vector<Added> added;  // plain text; a file's word on a token counts before those of files read earlier
  std::optional<std::string> bos;  // plain text of the token that begins a text
  bool adds_bos = false;           // the programs that the files are of put it there by themselves
  std::vector<std::filesystem::path> files;
};

/// Reads tokenizer.json, or without it vocab.json and merges.txt with added_tokens.json where there is one;
/// and beside either tokenizer_config.json and special_tokens_map.json. Throws NotThere where there is
/// neither, ModelError for a file that is missing or malformed, and for any setting under which the ids of a
/// text, or the bytes of ids, would be others than those of GPT-2's algorithm. Truncation and padding are not
/// such settings: they say how a library fills a batch, and prompts are fed whole.
TokenizerFiles read_tokenizer_files(const std::filesystem::path& directory);

}  // namespace hookflow

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/memory/hash_index.hpp"
#include "model/tokenizer/tokenizer_files.hpp"

namespace hookflow {

/// The tokens: id -> bytes and back. There may be ids that no token has: vocabularies are padded, and tokens
/// added at round numbers.
class Vocabulary {
 public:
  /// Throws ModelError for ids that repeat and for entries that spell no bytes.
  explicit Vocabulary(const TokenizerFiles& files);

  /// 1 + the largest id.
  std::size_t size() const { return bytes_.size(); }
  /// Empty for an id that no token has.
  const std::string& bytes(std::size_t id) const { return bytes_[id]; }
  std::optional<std::int32_t> find(std::string_view bytes) const;

 private:
  std::vector<std::string> bytes_;  // by id
  HashIndex ids_;                   // by bytes
};

}  // namespace hookflow

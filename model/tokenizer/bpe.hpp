#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "model/memory/hash_index.hpp"

namespace hookflow {

/// Byte-pair encoding: a piece starts as one token a byte; again and again the adjacent pair of lowest rank,
/// the leftmost of equals, becomes one token, until no pair is left that merges.
class Bpe {
 public:
  struct Merge {
    std::int32_t left;
    std::int32_t right;
    std::int32_t merged;
  };

  /// `byte_ids` are the tokens of the single bytes; a merge's place in `merges` is its rank. Of a pair given
  /// twice the last counts, as in the implementations that keep the ranks in a dictionary.
  Bpe(const std::array<std::int32_t, 256>& byte_ids, std::vector<Merge> merges);

  /// Appends the tokens of each piece to `ids`, in time n log n of a piece's length.
  void append_ids(std::span<const std::string_view> pieces, std::vector<std::int32_t>& ids) const;

 private:
  struct Scratch;
  void append_ids(std::string_view piece, Scratch& scratch, std::vector<std::int32_t>& ids) const;

  std::array<std::int32_t, 256> byte_ids_;
  std::vector<Merge> merges_;  // by rank
  HashIndex rank_of_pair_;
};

}  // namespace hookflow

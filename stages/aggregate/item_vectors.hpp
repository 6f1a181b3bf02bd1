#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/stage/stored_rows.hpp"

namespace hookflow::stages {

/// Along which of a variable's axes vectors lie, and where along the others.
struct VectorPlace {
  std::size_t between = 0;         // the axis whose labels name the vectors,
  std::size_t along = 0;           // and that of a vector's entries
  std::vector<std::size_t> fixed;  // an index for each axis; 0 at these two
};

/// The vectors of one block that are compared with each other and with those of other blocks, at one place of
/// a stored variable. Read in panels, so memory is bounded by a panel.
class ItemVectors {
 public:
  ItemVectors(const pipeline::StoredRows& rows, VectorPlace place);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t length() const { return length_; }

  /// Clears the entries of `complete` (length) at which any vector has no value: where entries are prompts,
  /// those that failed. Where the vectors come first, each of them keeps its own.
  void find_missing_entries(std::vector<bool>& complete) const;

  enum class Scale { cosine, correlation };
  struct Request {
    std::size_t first = 0;
    std::size_t count = 0;
    Scale scale = Scale::cosine;
    std::optional<std::int64_t> shuffle;  // seed: each vector's entries in an order of its own
  };
  /// Vectors [first, first + count), dense and row-major (count, complete entries), each of length 1 and, for
  /// a correlation, of mean 0 before that; their products are cosines or correlations. A vector without a
  /// direction (zero, or constant for a correlation) or with a missing entry is all NaN.
  [[nodiscard]] std::vector<double> panel(const Request& request, const std::vector<bool>& complete) const;

 private:
  [[nodiscard]] std::vector<double> read(std::size_t first, std::size_t count) const;
  /// The vectors and entries of a box, as the variable has them.
  [[nodiscard]] std::vector<double> read_box(std::size_t first, std::size_t count, std::size_t first_entry,
                                             std::size_t entries) const;

  const pipeline::StoredRows& rows_;
  VectorPlace place_;
  bool vectors_first_;  // whether a vector lies in one piece
  std::size_t count_;
  std::size_t length_;
};

/// Similarities of vectors [first_row, first_row + rows) of one block with [first_column, ...) of another.
struct Tile {
  std::size_t first_row, rows, first_column, columns;
  std::vector<double> values;  // (rows, columns)
};

/// How vectors of two blocks are compared.
struct Comparison {
  ItemVectors::Scale scale = ItemVectors::Scale::cosine;
  std::optional<std::int64_t> shuffle{};
  bool both_ways = false;  // within a block also the mirror images of tiles that were used
};

/// The most vectors along a tile's side, where they have so many entries.
std::size_t tile_side(std::size_t length);
/// Calls `use` for every tile of the matrix of all pairs.
void for_each_tile(const ItemVectors& a, const ItemVectors& b, const std::vector<bool>& complete,
                   const Comparison& how, const std::function<void(const Tile&)>& use);

}  // namespace hookflow::stages

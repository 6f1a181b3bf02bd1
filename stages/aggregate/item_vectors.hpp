#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"

namespace hookflow::stages {

/// The vectors of one block that are compared with each other and with those of other blocks: the columns or
/// the rows of a stored variable of two axes. Read in panels, so memory is bounded by a panel.
class ItemVectors {
 public:
  /// The vectors lie along `between`; their entries along the other axis.
  ItemVectors(const pipeline::StoredRows& rows, const std::string& between);

  [[nodiscard]] std::size_t count() const { return count_; }
  [[nodiscard]] std::size_t length() const { return length_; }

  /// Clears the entries of `complete` (length) at which any vector has no value: where entries are prompts,
  /// those that failed. Vectors that are rows of the variable keep theirs.
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

  const pipeline::StoredRows& rows_;
  bool along_rows_;  // whether a vector is a row of the variable
  std::size_t count_;
  std::size_t length_;
};

}  // namespace hookflow::stages

#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "model/memory/tensor.hpp"

namespace hookflow {

/// Which rows a batch holds of each of its sequences, one sequence below the other, without padding.
class RowLayout {
 public:
  /// Adds a sequence that holds these of its positions, ascending.
  void add(std::span<const std::size_t> positions);

  [[nodiscard]] std::size_t sequences() const { return first_.size() - 1; }
  /// The rows of the first `count` sequences together.
  [[nodiscard]] std::size_t rows(std::size_t count) const { return first_[count]; }
  [[nodiscard]] std::size_t first(std::size_t sequence) const { return first_[sequence]; }
  [[nodiscard]] std::size_t count(std::size_t sequence) const {
    return first_[sequence + 1] - first_[sequence];
  }
  /// Of each row of a sequence, or of the whole batch, its position in its prompt.
  [[nodiscard]] std::span<const std::size_t> positions(std::size_t sequence) const;
  [[nodiscard]] std::span<const std::size_t> positions() const { return positions_; }
  /// The row within its sequence that holds a position; count(sequence) when none does.
  [[nodiscard]] std::size_t find(std::size_t sequence, std::size_t position) const;

 private:
  std::vector<std::size_t> first_{0};  // (sequences + 1)
  std::vector<std::size_t> positions_;
};

/// Moves up, in place, those rows of the first `sequences` that `to` still holds; it holds no others than
/// `from`.
void keep_rows(const RowLayout& from, const RowLayout& to, std::size_t sequences, MutableView values);

}  // namespace hookflow

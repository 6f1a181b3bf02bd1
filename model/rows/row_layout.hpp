#pragma once
#include <cstddef>
#include <span>
#include <vector>

namespace hookflow {

/// Which rows a matrix holds of each of a pass's sequences, one sequence below the other, without padding.
class RowLayout {
 public:
  /// Adds a sequence that holds these of its positions, ascending.
  void add(std::span<const std::size_t> positions);

  [[nodiscard]] std::size_t rows() const { return positions_.size(); }
  [[nodiscard]] std::size_t sequences() const { return first_.size() - 1; }
  [[nodiscard]] std::size_t first(std::size_t sequence) const { return first_[sequence]; }
  [[nodiscard]] std::size_t count(std::size_t sequence) const {
    return first_[sequence + 1] - first_[sequence];
  }
  /// Of each row of a sequence, or of all, its position in its prompt.
  [[nodiscard]] std::span<const std::size_t> positions(std::size_t sequence) const;
  [[nodiscard]] std::span<const std::size_t> positions() const { return positions_; }
  /// The row within its sequence that holds a position; count(sequence) when none does.
  [[nodiscard]] std::size_t find(std::size_t sequence, std::size_t position) const;

  friend bool operator==(const RowLayout&, const RowLayout&) = default;

 private:
  std::vector<std::size_t> first_{0};  // (sequences + 1)
  std::vector<std::size_t> positions_;
};

}  // namespace hookflow

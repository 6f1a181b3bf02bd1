#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookflow {

/// Some of a prompt's positions.
class PositionSet {
 public:
  PositionSet() = default;
  explicit PositionSet(std::span<const std::size_t> positions);
  /// [begin, end)
  static PositionSet range(std::size_t begin, std::size_t end);

  [[nodiscard]] bool empty() const { return words_.empty(); }
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool contains(std::size_t position) const;
  /// The smallest; of a set that is not empty.
  [[nodiscard]] std::size_t first() const;
  /// One more than the largest; 0 of an empty set.
  [[nodiscard]] std::size_t end() const;
  /// Ascending.
  [[nodiscard]] std::vector<std::size_t> positions() const;
  template <typename Action>
  void for_each(const Action& action) const;

  PositionSet& operator|=(const PositionSet& other);
  PositionSet& operator&=(const PositionSet& other);
  PositionSet& operator-=(const PositionSet& other);
  friend PositionSet operator|(PositionSet a, const PositionSet& b) { return a |= b; }
  friend PositionSet operator&(PositionSet a, const PositionSet& b) { return a &= b; }
  friend PositionSet operator-(PositionSet a, const PositionSet& b) { return a -= b; }
  friend bool operator==(const PositionSet&, const PositionSet&) = default;

 private:
  static constexpr std::size_t kBits = 64;
  void drop_empty_words();

  std::vector<std::uint64_t> words_;  // position p is bit p; the last word is not 0
};

template <typename Action>
void PositionSet::for_each(const Action& action) const {
  for (std::size_t word = 0; word < words_.size(); ++word) {
    for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
      action(word * kBits + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace hookflow

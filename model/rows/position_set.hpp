#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace hookflow {

/// Some of a prompt's positions.
class PositionSet {
 public:
  PositionSet() = default;
  explicit PositionSet(std::span<const std::size_t> positions);
  PositionSet(PositionSet&&) noexcept = default;
  PositionSet(const PositionSet& other)
      : low_(other.low_), high_(other.high_ ? std::make_unique<Words>(*other.high_) : nullptr) {}
  PositionSet& operator=(PositionSet other) noexcept {
    low_ = other.low_;
    high_ = std::move(other.high_);
    return *this;
  }
  ~PositionSet() = default;
  /// [begin, end)
  static PositionSet range(std::size_t begin, std::size_t end);

  [[nodiscard]] bool empty() const { return low_ == 0 && !high_; }
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
  friend bool operator==(const PositionSet& a, const PositionSet& b) {
    return a.low_ == b.low_ && (a.high_ && b.high_ ? *a.high_ == *b.high_ : !a.high_ && !b.high_);
  }

 private:
  using Words = std::vector<std::uint64_t>;
  static constexpr std::size_t kBits = 64;

  [[nodiscard]] std::size_t words() const { return 1 + (high_ ? high_->size() : 0); }
  [[nodiscard]] std::uint64_t word(std::size_t index) const {
    return index == 0 ? low_ : index < words() ? (*high_)[index - 1] : 0;
  }
  std::uint64_t& grown_to(std::size_t index);  // the word, after making room
  void drop_empty_words();

  // Position p is bit p % 64 of word p / 64. There are many sets, of short prompts most, so the first word
  // stands here; the last of the others is not 0.
  std::uint64_t low_ = 0;
  std::unique_ptr<Words> high_;
};

template <typename Action>
void PositionSet::for_each(const Action& action) const {
  for (std::size_t index = 0; index < words(); ++index) {
    for (std::uint64_t bits = word(index); bits != 0; bits &= bits - 1) {
      action(index * kBits + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  }
}

}  // namespace hookflow

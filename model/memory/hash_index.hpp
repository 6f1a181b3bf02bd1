#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace hookflow {

/// Finds by their hash things that are kept elsewhere and numbered there. It is one block of memory: the
/// standard library's tables allocate for each entry, which for a vocabulary takes longer than all else that
/// is done with it.
class HashIndex {
 public:
  /// For at most `most` things.
  explicit HashIndex(std::size_t most)
      : slots_(std::bit_ceil(2 * most + 2)), shift_(std::countl_zero(slots_.size()) + 1) {}

  /// The number with this hash of which `is_same(number)` holds.
  template <typename IsSame>
  [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t hash, const IsSame& is_same) const {
    const Slot& slot = slots_[slot_of(hash, is_same)];
    return slot.number == kFree ? std::nullopt : std::optional(slot.number);
  }

  /// Puts `number` in, unless something is in of which `is_same` holds. Returns which of the two is in.
  template <typename IsSame>
  std::uint32_t put(std::uint64_t hash, std::uint32_t number, const IsSame& is_same) {
    Slot& slot = slots_[slot_of(hash, is_same)];
    if (slot.number == kFree) slot = {static_cast<std::uint32_t>(hash), number};
    return slot.number;
  }

 private:
  static constexpr std::uint32_t kFree = UINT32_MAX;
  struct Slot {
    std::uint32_t hash = 0;  // its lower half; the upper bits say where it is looked for first
    std::uint32_t number = kFree;
  };

  /// Where the thing is, or would be put. Half of the slots are free, so the search ends.
  template <typename IsSame>
  std::size_t slot_of(std::uint64_t hash, const IsSame& is_same) const {
    std::size_t at = hash >> shift_;
    while (slots_[at].number != kFree &&
           (slots_[at].hash != static_cast<std::uint32_t>(hash) || !is_same(slots_[at].number)))
      at = (at + 1) & (slots_.size() - 1);
    return at;
  }

  std::vector<Slot> slots_;  // a power of two
  int shift_;                // from a hash to a slot
};

}  // namespace hookflow

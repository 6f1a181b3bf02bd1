#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace hookflow {

/// Which positions of a prompt: all, the last, a list, or a slice as Python's. Negative numbers count from
/// the end.
struct Positions {
  enum class Kind { all, last, list, slice };
  Kind kind = Kind::all;
  std::vector<std::int64_t> list;
  std::optional<std::int64_t> begin, end;  // of a slice, `end` not included; none: as far as it goes

  static Positions all() { return {}; }
  static Positions last() { return {Kind::last, {}, {}, {}}; }
  static Positions at(std::vector<std::int64_t> positions) {
    return {Kind::list, std::move(positions), {}, {}};
  }
  static Positions slice(std::optional<std::int64_t> begin, std::optional<std::int64_t> end) {
    return {Kind::slice, {}, begin, end};
  }

  /// Indices in a prompt of `length` tokens, in the order given, a slice's ascending and clipped to the
  /// prompt. Throws ModelError for one of a list outside the prompt, and for a slice that holds none.
  [[nodiscard]] std::vector<std::size_t> resolve(std::size_t length) const;

  friend bool operator==(const Positions&, const Positions&) = default;
};

}  // namespace hookflow

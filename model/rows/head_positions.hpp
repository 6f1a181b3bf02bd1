#pragma once
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "model/rows/position_set.hpp"

namespace hookflow {

/// Positions head by head: some are every head's, and a head may have others beside them. At a place without
/// heads all are every head's.
struct HeadPositions {
  PositionSet every;
  std::vector<PositionSet> single;  // one a head, or none for any

  HeadPositions() = default;
  // NOLINTNEXTLINE(google-explicit-constructor): the same positions of every head.
  HeadPositions(PositionSet of_every) : every(std::move(of_every)) {}

  [[nodiscard]] PositionSet of(std::size_t head) const {
    return single.empty() ? every : every | single[head];
  }
  [[nodiscard]] bool has(std::size_t head, std::size_t position) const {
    return every.contains(position) || (!single.empty() && single[head].contains(position));
  }
  /// Whether any head has it.
  [[nodiscard]] bool any_has(std::size_t position) const {
    return every.contains(position) ||
           std::ranges::any_of(single, [=](const PositionSet& more) { return more.contains(position); });
  }
  /// Those that any head has.
  [[nodiscard]] PositionSet any() const {
    PositionSet all = every;
    for (const PositionSet& more : single) all |= more;
    return all;
  }
  /// Adds positions of one head among so many.
  void add(std::size_t head, std::size_t heads, const PositionSet& more) {
    single.resize(heads);
    single[head] |= more;
  }

  HeadPositions& operator|=(const HeadPositions& other) {
    every |= other.every;
    if (single.size() < other.single.size()) single.resize(other.single.size());
    for (std::size_t head = 0; head < other.single.size(); ++head) single[head] |= other.single[head];
    return *this;
  }
  friend HeadPositions operator|(HeadPositions a, const HeadPositions& b) { return a |= b; }
  friend HeadPositions operator&(const HeadPositions& a, const HeadPositions& b) {
    return each(a, b, [](const PositionSet& x, const PositionSet& y) { return x & y; });
  }
  friend HeadPositions operator-(const HeadPositions& a, const HeadPositions& b) {
    return each(a, b, [](const PositionSet& x, const PositionSet& y) { return x - y; });
  }

  /// f of what each head has; asked once where all heads have the same.
  template <typename Function>
  [[nodiscard]] HeadPositions map(const Function& f) const {
    return each(*this, *this, [&](const PositionSet& x, const PositionSet& /*same*/) { return f(x); });
  }

 private:
  template <typename Function>
  static HeadPositions each(const HeadPositions& a, const HeadPositions& b, const Function& f) {
    const std::size_t heads = std::max(a.single.size(), b.single.size());
    if (heads == 0) return f(a.every, b.every);
    HeadPositions result;
    for (std::size_t head = 0; head < heads; ++head) result.single.push_back(f(a.of(head), b.of(head)));
    return result;
  }
};

}  // namespace hookflow

#pragma once
#include <cmath>
#include <cstdint>

namespace hookflow::stages {

/// Count, mean and sum of squared distances from the mean in one pass (Welford 1962, Technometrics 4,
/// 419-420). All is counted from the first value, so that a large offset costs no digits, equal values have
/// exactly no variance, and a mean of numbers that add up exactly is exact. In long double, whose exponent on
/// x86 holds the square of every double.
struct Welford {
  std::int64_t count = 0;
  long double first = 0;
  long double centre = 0;  // mean - first
  long double squares = 0;
  bool infinite = false;  // an infinite value is among them; then the other numbers mean nothing

  /// Takes a value; gives its distance from the mean before, 0 for the first.
  long double add(long double value) {
    infinite = infinite || !std::isfinite(value);
    if (count++ == 0) first = value;
    const long double moved = value - first;
    const long double distance = moved - centre;
    sum_ += moved;
    centre = sum_ / static_cast<long double>(count);
    squares += distance * (moved - centre);
    return distance;
  }
  /// How far the mean lies above a number, which may be near.
  [[nodiscard]] long double mean_above(long double origin) const { return first - origin + centre; }
  /// Unbiased; of two values or more.
  [[nodiscard]] long double variance() const { return squares / static_cast<long double>(count - 1); }

 private:
  long double sum_ = 0;  // of the distances from the first value
};

}  // namespace hookflow::stages

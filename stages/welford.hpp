#pragma once
#include <cmath>
#include <cstdint>

namespace hookflow::stages {

/// Count, mean and sum of squared distances from the mean in one pass (Welford 1962, Technometrics 4,
/// 419-420). The mean is kept as the first value and the sum of the distances from it, so that equal values
/// have exactly no variance, and the mean of numbers that add up exactly is exact. In long double: on x86 its
/// 64-bit mantissa serves values with a large offset, and its exponent holds the square of every double.
struct Welford {
  std::int64_t count = 0;
  long double mean = 0;
  long double squares = 0;
  bool infinite = false;  // an infinite value is among them; then mean and squares mean nothing

  void add(long double value) {
    infinite = infinite || !std::isfinite(value);
    if (count++ == 0) first_ = mean = value;
    const long double distance = value - mean;
    sum_ += value - first_;
    mean = first_ + sum_ / static_cast<long double>(count);
    squares += distance * (value - mean);
  }
  /// Unbiased; of two values or more.
  [[nodiscard]] long double variance() const { return squares / static_cast<long double>(count - 1); }

 private:
  long double first_ = 0;
  long double sum_ = 0;  // of the distances from the first value
};

}  // namespace hookflow::stages

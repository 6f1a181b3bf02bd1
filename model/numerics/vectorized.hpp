#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

// A function so marked is compiled for several instruction sets and the best one is taken when the program
// starts. The sanitizer is not ready yet when that choice is made, so its builds go without.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define HOOKFLOW_VECTORIZED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HOOKFLOW_VECTORIZED
#endif

namespace hookflow {

/// e^x in operations that a compiler vectorises; off by at most 2e-7 of the result, 0 below -87, infinite
/// above 88.8. NaN stays NaN.
inline float fast_exp(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;  // few bits, so that multiples of it are exact
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kToInteger =
      12582912.0F;  // 1.5 * 2^23: adding it rounds, and leaves the integer in the low bits
  const float bounded = x > 89.0F ? 89.0F : x;
  const float shifted = bounded * kLog2E + kToInteger;
  const float n = shifted - kToInteger;
  const float r = (bounded - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
  // Taylor's series: the first term left out is 5e-9 at most.
  float series = 1.0F / 5040;
  series = series * r + 1.0F / 720;
  series = series * r + 1.0F / 120;
  series = series * r + 1.0F / 24;
  series = series * r + 1.0F / 6;
  series = series * r + 0.5F;
  series = series * r + 1.0F;
  series = series * r + 1.0F;
  // 2^(n - 1), then doubled: 2^128 itself has no float. Unsigned, so that a NaN's bits may wrap.
  const std::uint32_t exponent =
      std::bit_cast<std::uint32_t>(shifted) - std::bit_cast<std::uint32_t>(kToInteger);
  const float half_power = std::bit_cast<float>((exponent + 126U) << 23U);
  return x < -87.0F ? 0.0F : series * half_power * 2.0F;
}

inline constexpr std::size_t kLanes = 16;

/// Sum of term(i) over `count` indices in a fixed order, kLanes sums side by side so that a compiler
/// vectorises it.
template <typename Term>
inline float lane_sum(std::size_t count, const Term& term) {
  float lanes[kLanes] = {};
  const std::size_t whole = count - count % kLanes;
  for (std::size_t i = 0; i < whole; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += term(i + lane);
    }
  }
  for (std::size_t i = whole; i < count; ++i) {
    lanes[i - whole] += term(i);
  }
  for (std::size_t half = kLanes / 2; half > 0; half /= 2) {
    for (std::size_t lane = 0; lane < half; ++lane) {
      lanes[lane] += lanes[lane + half];
    }
  }
  return lanes[0];
}

}  // namespace hookflow

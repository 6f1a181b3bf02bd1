#include "model/files/float_formats.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

// By the definition of the format, in double precision.
double f16_by_definition(unsigned half) {
  const double sign = (half & 0x8000U) != 0 ? -1 : 1;
  const int exponent = static_cast<int>(half >> 10U & 31U);
  const double fraction = half & 1023U;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  return exponent == 0 ? sign * std::ldexp(fraction, -24) : sign * std::ldexp(1024 + fraction, exponent - 25);
}

// All 65,536 numbers of a 16-bit format, read from an odd address.
std::vector<float> widen_all(FloatFormat format) {
  std::vector<std::byte> source(1 + 2 * 65536);
  for (unsigned i = 0; i < 65536; ++i) {
    const auto half = static_cast<std::uint16_t>(i);
    std::memcpy(source.data() + 1 + 2 * std::size_t{i}, &half, 2);
  }
  std::vector<float> result(65536);
  widen(format, std::span(source).subspan(1), result);
  return result;
}

TEST(FloatFormats, EveryF16NumberIsExact) {
  const std::vector<float> widened = widen_all(FloatFormat::f16);
  for (unsigned half = 0; half < 65536; ++half) {
    const double expected = f16_by_definition(half);
    if (std::isnan(expected)) {
      ASSERT_TRUE(std::isnan(widened[half])) << half;
    } else {
      ASSERT_EQ(widened[half], expected) << half;
      ASSERT_EQ(std::signbit(widened[half]), half >= 0x8000U) << half;  // -0 stays -0
    }
  }
}

TEST(FloatFormats, Bf16IsTheUpperHalfOfFloat32) {
  const std::vector<float> widened = widen_all(FloatFormat::bf16);
  for (unsigned half = 0; half < 65536; ++half)
    ASSERT_EQ(std::bit_cast<std::uint32_t>(widened[half]), half << 16U) << half;
  EXPECT_EQ(widened[0x3fc0], 1.5F);
  EXPECT_EQ(widened[0xff80], -std::numeric_limits<float>::infinity());
}

TEST(FloatFormats, F32IsCopiedFromAnyAddress) {
  const float values[] = {0.5F, -3.0F};
  std::byte source[9] = {};
  std::memcpy(source + 1, values, sizeof values);
  std::vector<float> result(2);
  widen(FloatFormat::f32, std::span(source).subspan(1), result);
  EXPECT_EQ(result, (std::vector<float>{0.5F, -3.0F}));
}

}  // namespace
}  // namespace hookflow

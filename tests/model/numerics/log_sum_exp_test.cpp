#include "model/numerics/log_sum_exp.hpp"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

double plain(const std::vector<float>& values) {
  double largest = -std::numeric_limits<double>::infinity();
  for (const float value : values) largest = std::max(largest, static_cast<double>(value));
  double sum = 0;
  for (const float value : values) sum += std::exp(static_cast<double>(value) - largest);
  return largest + std::log(sum);
}

std::vector<float> random_values(std::size_t count, float spread, float centre = 0) {
  std::mt19937 random(static_cast<std::uint32_t>(count));
  std::normal_distribution<float> normal(centre, spread);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

TEST(LogSumExp, EqualsThePlainFormula) {
  for (const std::size_t count : {1U, 2U, 7U, 8U, 31U, 1023U, 1024U, 1025U, 50257U}) {
    for (const float spread : {0.0F, 0.1F, 3.0F, 40.0F}) {
      const auto values = random_values(count, spread, -30);
      const double wanted = plain(values);
      EXPECT_NEAR(log_sum_exp(values), wanted, 1e-6 * (1 + std::abs(wanted))) << count << " " << spread;
    }
  }
}

TEST(LogSumExp, OneValueIsItself) {
  for (const float value : {0.0F, -7.5F, 3.0e38F, -3.0e38F}) {
    EXPECT_EQ(log_sum_exp(std::vector<float>{value}), static_cast<double>(value));
  }
}

TEST(LogSumExp, ShiftsWithItsValues) {
  const auto values = random_values(500, 2);
  auto shifted = values;
  for (float& value : shifted) value += 64;
  EXPECT_NEAR(log_sum_exp(shifted), log_sum_exp(values) + 64, 1e-4);
}

TEST(LogSumExp, FarApartValuesNeitherOverflowNorUnderflow) {
  EXPECT_EQ(log_sum_exp(std::vector<float>{-1000, 0}), 0);
  EXPECT_EQ(log_sum_exp(std::vector<float>{-3e38F, 3e38F}), static_cast<double>(3e38F));
  EXPECT_NEAR(log_sum_exp(std::vector<float>{1e5F, 1e5F}), 1e5 + std::log(2), 0.1);
}

TEST(LogSumExp, IsNotFiniteWhenAValueIsNot) {
  for (const float odd : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    for (const std::size_t at : {0U, 5U, 1500U, 1999U}) {
      auto values = random_values(2000, 1);
      values[at] = odd;
      EXPECT_FALSE(std::isfinite(log_sum_exp(values))) << odd << " at " << at;
    }
  }
}

TEST(LogSumExp, MinusInfinityAddsNothing) {
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  EXPECT_NEAR(log_sum_exp(std::vector<float>{1, kNone, 1}), 1 + std::log(2), 1e-6);
  EXPECT_FALSE(std::isfinite(log_sum_exp(std::vector<float>{kNone, kNone})));
}

}  // namespace
}  // namespace hookflow

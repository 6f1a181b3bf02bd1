#include "model/numerics/blas.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/input_error.hpp"

namespace hookflow {
namespace {

constexpr std::size_t kTooMuch = std::size_t{1} << 31U;

// Rows so far apart that a product which goes through with them reads what is not there.
TEST(Multiply, RefusesWhatItsLibraryCannotCount) {
  std::vector<float> numbers(64);
  const MutableView out(numbers.data(), 3, 3);
  const View small(numbers.data(), 3, 3);
  const View apart(numbers.data(), 3, 3, kTooMuch);
  const auto refusal = [&](View a, View b) {
    return test::input_error([&] { multiply(a, b, out, Into::overwrite); });
  };
  EXPECT_TRUE(test::names(refusal(apart, small), {"2147483648", "up to 2147483647"}));
  EXPECT_TRUE(test::names(refusal(small, apart), {"2147483648", "up to 2147483647"}));
}

TEST(Multiply, RefusesItForASingleRow) {
  std::vector<float> numbers(64);
  const View row(numbers.data(), 1, 3);
  const View apart(numbers.data(), 3, 3, kTooMuch);
  EXPECT_TRUE(test::names(test::input_error([&] {
                            multiply_transposed(row, apart, {numbers.data(), 1, 3}, Into::overwrite);
                          }),
                          {"2147483648"}));
}

}  // namespace
}  // namespace hookflow

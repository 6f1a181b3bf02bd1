#include "model/numerics/blas.hpp"

#include <cstddef>
#include <filesystem>
#include <iterator>
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

std::ptrdiff_t threads_of_this_process() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

TEST(Multiply, RunsInTheCallingThreadAlone) {
  EXPECT_EQ(threads_of_this_process(), 1);
  constexpr std::size_t kSide = 512;
  std::vector<float> a(kSide * kSide, 1.0F), out(kSide * kSide);
  const View square(a.data(), kSide, kSide);
  multiply(square, square, {out.data(), kSide, kSide}, Into::overwrite);
  EXPECT_EQ(out.back(), 512.0F);
  EXPECT_EQ(threads_of_this_process(), 1);
}

}  // namespace
}  // namespace hookflow

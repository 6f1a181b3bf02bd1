#include "pipeline/parallel/for_each_of.hpp"

#include <cstddef>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(ForEachOf, CallsEachOnce) {
  std::vector<int> calls(10000);
  for_each_of(calls.size(), [&](std::size_t i) { ++calls[i]; });
  EXPECT_EQ(calls, std::vector<int>(10000, 1));
  for_each_of(0, [](std::size_t) { FAIL(); });
}

TEST(ForEachOf, RethrowsWhatOneThrows) {
  const auto throw_at_7 = [](std::size_t i) {
    if (i == 7) throw std::runtime_error("seven");
  };
  EXPECT_THROW(for_each_of(1000, throw_at_7), std::runtime_error);
}

}  // namespace
}  // namespace hookflow::pipeline

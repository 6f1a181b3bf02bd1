#include "model/numerics/argmax.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Argmax, FindsTheLargestWhereverItStands) {
  for (const std::size_t count : {1U, 5U, 16U, 17U, 1023U, 1024U, 1025U, 3000U}) {
    for (std::size_t at = 0; at < count; ++at) {
      std::vector<float> values(count, -2.0F);
      values[at] = -1.0F;
      ASSERT_EQ(argmax(values), at) << count;
    }
  }
}

TEST(Argmax, TheFirstOfEquals) {
  std::vector<float> values(5000, 0.0F);
  EXPECT_EQ(argmax(values), 0U);
  values[40] = values[41] = values[2000] = 3.0F;
  EXPECT_EQ(argmax(values), 40U);
}

TEST(Argmax, PassesOverWhatIsNoNumber) {
  std::vector<float> values(2000, std::nanf(""));
  EXPECT_EQ(argmax(values), 0U);
  values[1500] = -3.0F;
  EXPECT_EQ(argmax(values), 1500U);
  EXPECT_EQ(argmax(std::vector<float>{-kInfinity, 2.0F, kInfinity}), 2U);
  EXPECT_EQ(argmax(std::vector<float>{-kInfinity, -kInfinity}), 0U);
  EXPECT_EQ(argmax({}), 0U);
}

}  // namespace
}  // namespace hookflow

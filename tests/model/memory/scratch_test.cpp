#include "model/memory/scratch.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

// Whether a block is kept cannot be seen under the sanitizer, which has to see it go.
#ifdef __SANITIZE_ADDRESS__
constexpr bool kKeeps = false;
#else
constexpr bool kKeeps = true;
#endif

constexpr std::size_t kMany = std::size_t{3} << 20U;

TEST(Scratch, IsTakenAgainWhenNobodyHoldsIt) {
  if (!kKeeps) GTEST_SKIP();
  std::shared_ptr<float[]> first = scratch_floats(kMany);
  const float* const place = first.get();
  std::shared_ptr<const float[]> other = first;
  first.reset();
  EXPECT_NE(scratch_floats(kMany).get(), place) << "somebody holds it";
  other.reset();
  const std::shared_ptr<float[]> smaller = scratch_floats(kMany - 1000);
  const std::shared_ptr<float[]> second = scratch_floats(kMany);
  EXPECT_TRUE(smaller.get() == place || second.get() == place);
}

TEST(Scratch, OfOneBlockIsNeverTheSame) {
  const auto a = scratch_floats(kMany);
  const auto b = scratch_floats(kMany);
  const auto c = scratch_floats(100);
  const auto d = scratch_floats(100);
  a[0] = a[kMany - 1] = c[99] = 1;
  b[0] = b[kMany - 1] = d[99] = 2;
  EXPECT_EQ(a[0] + a[kMany - 1] + c[99], 3);
}

TEST(Scratch, GivesUpABlockForOneThatItDoesNotFit) {
  if (!kKeeps) GTEST_SKIP();
  scratch_floats(kMany);
  const std::size_t before = idle_scratch_floats();
  for (const std::size_t scale : {3U, 9U, 27U}) scratch_floats(kMany * scale);
  EXPECT_GE(idle_scratch_floats(), kMany * 27);
  EXPECT_LE(idle_scratch_floats(), before + kMany * 26);
}

}  // namespace
}  // namespace hookflow

#include "pipeline/shards/share_work.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "tests/support/toy_run.hpp"

namespace hookflow::testing_support {
namespace {

TEST(ShareWork, IsThatOfTheShareBesideTheOthers) {
  const PlannedRun planned = toy_plan(300);  // 100 equal batches
  const Phase phase = phase_of(planned.plan, 0);
  const ShareWork one = share_work(phase, {1, 1});
  EXPECT_GT(one.own, 0);
  EXPECT_EQ(one.longest, one.own);
  double sum = 0;
  double longest = 0;
  for (std::size_t number = 1; number <= 7; ++number) {
    const ShareWork work = share_work(phase, {number, 7});
    sum += work.own;
    longest = std::max(longest, work.own);
    EXPECT_DOUBLE_EQ(work.mean, one.own / 7);
    EXPECT_DOUBLE_EQ(work.longest, one.own * 15 / 100);
  }
  EXPECT_DOUBLE_EQ(sum, one.own);
  EXPECT_DOUBLE_EQ(longest, one.own * 15 / 100);
}

TEST(ShareWork, IsSaidInALine) {
  std::ostringstream out;
  print_share_work({1.5e12, 1.2e12, 1.5e12}, {3, 8}, out);
  print_share_work({}, {4, 5}, out);
  EXPECT_EQ(out.str(),
            "share 3/8: 1.5 TFLOP; the longest share has 1.25 times the mean\nshare 4/5: 0 FLOP\n");
}

}  // namespace
}  // namespace hookflow::testing_support

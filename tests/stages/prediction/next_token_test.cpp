#include "stages/prediction/next_token.hpp"

#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::stages {
namespace {

TEST(NextToken, HasNothingOfIdsThatTheLogitsLack) {
  const std::vector<float> logits = {1, 3, 2};
  const NextToken next({logits, nullptr});
  EXPECT_EQ(next.logit(2), 2);
  EXPECT_EQ(next.rank(2), 1);
  for (const std::int32_t id : {-1, 3}) {
    EXPECT_THROW(static_cast<void>(next.logit(id)), std::logic_error);
    EXPECT_THROW(static_cast<void>(next.log_prob(id)), std::logic_error);
    EXPECT_THROW(static_cast<void>(next.rank(id)), std::logic_error);
  }
}

}  // namespace
}  // namespace hookflow::stages

#include "pipeline/values/renamed.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

const bool kDamage = register_renamed("harm", "damage");
const bool kPutIn = register_renamed("set_to", "replacement");

TEST(Renamed, OldNamesAreReplacedAsWholeWords) {
  ASSERT_TRUE(kDamage && kPutIn);
  EXPECT_EQ(renamed("harm"), "damage");
  EXPECT_EQ(renamed("harm_change_mean"), "damage_change_mean");
  EXPECT_EQ(renamed("prob_harm_r"), "prob_damage_r");
  EXPECT_EQ(renamed("set_to_std"), "replacement_std");
  EXPECT_EQ(renamed("harm_set_to"), "damage_replacement");
  for (const std::string other : {"harmless", "unharm", "harms_mean", "set", "", "prob"})
    EXPECT_EQ(renamed(other), other);
}

TEST(Renamed, ANameThatIsThereIsMeant) {
  const std::vector<std::string> names = {"harm", "prob", "damage_mean"};
  EXPECT_EQ(current_name("harm", names), "harm");
  EXPECT_EQ(current_name("harm_mean", names), "damage_mean");
  EXPECT_EQ(current_name("harm_std", names), "harm_std");  // as it was said, where neither is there
}

TEST(Renamed, OneOldNameHasOneNew) { EXPECT_FALSE(register_renamed("harm", "hurt")); }

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/shards/share.hpp"

#include <gtest/gtest.h>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

std::string refusal_of(const std::string& text) {
  try {
    read_share(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "taken";
}

TEST(Share, IsReadAsItIsWritten) {
  EXPECT_EQ(read_share("3/8"), (Share{3, 8}));
  EXPECT_EQ(read_share("1/1"), (Share{1, 1}));
  EXPECT_EQ(read_share("1000000/1000000"), (Share{1'000'000, 1'000'000}));
  EXPECT_EQ(read_share("03/08"), (Share{3, 8})) << "as seq -w counts";
  EXPECT_EQ(to_string(read_share("3/8")), "3/8");
}

TEST(Share, IsNumberedFromOneToTheCount) {
  EXPECT_EQ(refusal_of("0/8"),
            "--shard '0/8': shards are numbered from 1 to how many there are: must be 1/8 to 8/8");
  EXPECT_EQ(refusal_of("9/8"),
            "--shard '9/8': shards are numbered from 1 to how many there are: must be 1/8 to 8/8");
  EXPECT_EQ(refusal_of("2/1"),
            "--shard '2/1': shards are numbered from 1 to how many there are: must be 1/1");
  EXPECT_EQ(refusal_of("99999999999999999999999/8"),
            "--shard '99999999999999999999999/8': shards are numbered from 1 to how many there are: must be "
            "1/8 to 8/8");
}

TEST(Share, IsOfAtMostAMillion) {
  for (const std::string count : {"0", "1000001", "18446744073709551616", "99999999999999999999999"})
    EXPECT_EQ(
        refusal_of("1/" + count),
        "--shard '1/" + count + "': how many shards there are must be a whole number from 1 to 1000000");
}

TEST(Share, IsTwoNumbersAndNothingElse) {
  for (const std::string text :
       {"",     "/",    "3",     "3/",    "/8",    "3/8/2", "3 of 8",  "3-of-8", "+3/8", "-3/8", "3/-8",
        " 3/8", "3/8 ", "3 / 8", "3.0/8", "0x3/8", "1e0/8", "three/8", "3\\8",   "٣/٨",  "Auto"})
    EXPECT_EQ(refusal_of(text),
              "--shard '" + text + "': must be a shard's number and how many there are, as 3/8, or auto");
  EXPECT_EQ(refusal_of(std::string("3/8\0", 4)),
            "--shard '3/8\\x00': must be a shard's number and how many there are, as 3/8, or auto");
  EXPECT_LT(refusal_of(std::string(100'000, 'x')).size(), 200U);
}

TEST(Share, CountsAreReadAlone) {
  EXPECT_EQ(read_shard_count("8"), 8U);
  for (const std::string text :
       {"", "0", "-8", "+8", " 8", "8.0", "eight", "1000001", "99999999999999999999999"}) {
    try {
      read_shard_count(text);
      ADD_FAILURE() << text;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.what(), "--shards '" + text + "': must be a whole number from 1 to 1000000");
    }
  }
}

}  // namespace
}  // namespace hookflow::pipeline

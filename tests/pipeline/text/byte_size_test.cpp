#include "pipeline/text/byte_size.hpp"

#include <string>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(ByteSize, IsANumberAndAUnit) {
  EXPECT_EQ(byte_size("4GiB"), 4.0 * 1024 * 1024 * 1024);
  EXPECT_EQ(byte_size("500MB"), 500e6);
  EXPECT_EQ(byte_size("1.5 kB"), 1500);
  EXPECT_EQ(byte_size("2kib"), 2048);
  EXPECT_EQ(byte_size(".5tb"), 0.5e12);
}

TEST(ByteSize, IsNoOtherText) {
  for (const std::string text :
       {"", "4", "4G", "GB", "4 B", "4XB", "4GBs", "4 GB 5", "-4GB", "0GB", "1.2.3GB", ".GB", "4e3GB"})
    EXPECT_FALSE(byte_size(text)) << text;
}

TEST(ByteSize, IsToldInThreeDigits) {
  EXPECT_EQ(scaled(1234567, "B"), "1.23 MB");
  EXPECT_EQ(scaled(999, "B"), "999 B");
  EXPECT_EQ(scaled(2e18, "FLOP"), "2e+03 PFLOP");
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/values/array.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(Array, CountsCells) {
  const Axis layer{"layer", std::vector<std::int64_t>{0, 1}, "", ""};
  const Axis prompt{"prompt", std::vector<std::string>{"a", "b", "c"}, "", ""};
  EXPECT_EQ(cell_count({}), 1U);
  EXPECT_EQ(cell_count({layer}), 2U);
  EXPECT_EQ(cell_count({prompt, layer}), 6U);
  EXPECT_EQ(cell_count({prompt, {"none", {}, "", ""}}), 0U);
}

TEST(Array, KnowsSizes) {
  EXPECT_EQ(size_of(Dtype::float32), sizeof(float));
  EXPECT_EQ(size_of(Dtype::float64), sizeof(double));
  EXPECT_EQ(size_of(Dtype::int64), sizeof(std::int64_t));
}

}  // namespace
}  // namespace hookflow::pipeline

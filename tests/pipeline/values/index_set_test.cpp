#include "pipeline/values/index_set.hpp"

#include <cstddef>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(IndexSet, HoldsEachOnceInOrder) {
  const std::vector<std::vector<std::size_t>> added = {
      {}, {3}, {1, 2, 3}, {1, 1, 2, 2, 2}, {5, 3, 4}, {2, 1, 2, 1}, {7, 7, 0, 9, 0}};
  for (const std::vector<std::size_t>& of : added) {
    IndexSet indices;
    for (const std::size_t index : of) indices.add(index);
    const std::set<std::size_t> once(of.begin(), of.end());
    EXPECT_EQ(indices.ascending(), std::vector<std::size_t>(once.begin(), once.end()));
    EXPECT_EQ(indices.empty(), of.empty());
  }
}

TEST(IndexSet, GoesOnAfterItWasAskedOrCleared) {
  IndexSet indices;
  for (const std::size_t index : {4U, 2U}) indices.add(index);
  EXPECT_EQ(indices.ascending(), (std::vector<std::size_t>{2, 4}));
  indices.add(3);
  EXPECT_EQ(indices.ascending(), (std::vector<std::size_t>{2, 3, 4}));
  indices.clear();
  EXPECT_TRUE(indices.empty());
  for (const std::size_t index : {9U, 8U}) indices.add(index);
  EXPECT_EQ(indices.ascending(), (std::vector<std::size_t>{8, 9}));
}

}  // namespace
}  // namespace hookflow::pipeline

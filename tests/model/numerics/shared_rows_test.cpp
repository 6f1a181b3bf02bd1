#include "model/numerics/shared_rows.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace hookflow {
namespace {

/// 4 rows of 3 columns, row r holding r, r, r.
struct Rows {
  std::shared_ptr<float[]> memory = std::make_unique<float[]>(12);
  View matrix{memory.get(), 4, 3};
  Rows() {
    for (std::size_t i = 0; i < 12; ++i) memory[i] = static_cast<float>(i / 3);
  }
};

TEST(SharedRows, HasNoneByItself) { EXPECT_EQ(SharedRows().matrix().rows, 0U); }

TEST(SharedRows, KeepsTheMemoryOfRowsThatFollowEachOther) {
  Rows rows;
  const SharedRows shared(rows.matrix, rows.memory, std::vector<std::size_t>{1, 2});
  EXPECT_EQ(shared.matrix().data, rows.memory.get() + 3);
  EXPECT_EQ(shared.matrix().rows, 2U);
  EXPECT_EQ(rows.memory.use_count(), 2);
}

TEST(SharedRows, CopiesRowsInAnyOtherOrder) {
  Rows rows;
  const SharedRows shared(rows.matrix, rows.memory, std::vector<std::size_t>{3, 0, 3});
  EXPECT_EQ(rows.memory.use_count(), 1);
  ASSERT_EQ(shared.matrix().rows, 3U);
  EXPECT_EQ(shared.matrix().row(0)[2], 3);
  EXPECT_EQ(shared.matrix().row(1)[0], 0);
  EXPECT_EQ(shared.matrix().row(2)[1], 3);
}

TEST(SharedRows, HoldsNothingForNoRows) {
  Rows rows;
  const SharedRows shared(rows.matrix, rows.memory, {});
  EXPECT_EQ(shared.matrix().rows, 0U);
  EXPECT_EQ(rows.memory.use_count(), 1);
}

}  // namespace
}  // namespace hookflow

#include "pipeline/stage/stored_rows.hpp"

#include <numeric>

#include <gtest/gtest.h>

#include "tests/support/stage_inputs.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::numbered;

/// Of 3 x 2 x 4 cells that count from 0.
RowsInMemory counting_rows() {
  std::vector<double> values(24);
  std::iota(values.begin(), values.end(), 0);
  return {
      {"x", Dtype::float64, {numbered("prompt", 3), numbered("layer", 2), numbered("neuron", 4)}, "1", ""},
      values};
}

TEST(StoredRows, RowsAreBoxesOfWholeRows) {
  const RowsInMemory rows = counting_rows();
  EXPECT_EQ(rows.read(1, 1), (std::vector<double>{8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(rows.read(0, 3).size(), 24U);
}

TEST(StoredRows, BoxesAreRowMajor) {
  const RowsInMemory rows = counting_rows();
  EXPECT_EQ(rows.read_box({{1, 1, 1}, {2, 1, 2}}), (std::vector<double>{13, 14, 21, 22}));
  EXPECT_EQ(rows.read_box({{0, 0, 3}, {3, 2, 1}}), (std::vector<double>{3, 7, 11, 15, 19, 23}));
  EXPECT_TRUE(rows.read_box({{0, 0, 0}, {3, 0, 4}}).empty());
}

TEST(StoredRows, AVariableWithoutAxesIsOneRow) {
  const RowsInMemory rows({"total", Dtype::float64, {}, "1", ""}, {7});
  EXPECT_EQ(rows.read(0, 1), (std::vector<double>{7}));
}

}  // namespace
}  // namespace hookflow::pipeline

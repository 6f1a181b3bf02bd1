#include "stages/measure/numbers.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using testing_support::names;
using testing_support::numbered;
using testing_support::refusal;

const Variable kCounts = {"count", Dtype::int64, {numbered("layer", 3)}, "1", "how many"};

TEST(Numbers, ChangeOfWholeNumbersMayBeMinusOne) {
  const Variable change = change_of(kCounts);
  EXPECT_EQ(change.name, "count_change");
  EXPECT_EQ(change.dtype, Dtype::float64);
  std::vector<Column> columns = columns_for(std::vector<Variable>{change}, 1);
  append(std::vector<double>{-1, 0, std::nan("")}, columns[0]);
  const auto& stored = std::get<std::vector<double>>(columns[0]);
  EXPECT_EQ(stored[0], -1);
  EXPECT_TRUE(std::isnan(stored[2]));
}

TEST(Numbers, WhatIsTooLargeToBeStoredFailsThePrompt) {
  Column floats = std::vector<float>();
  append(std::vector<double>{3e38, -std::numeric_limits<double>::infinity(), std::nan("")}, floats);
  EXPECT_EQ(std::get<std::vector<float>>(floats).size(), 3U);
  const std::string problem = refusal<PromptFailure>([&] { append(std::vector<double>{-4e38}, floats); });
  EXPECT_TRUE(names(problem, {"-4e+38", "too large for a 32-bit float"}));
}

TEST(Numbers, ChangeOfOtherNumbersKeepsTheirType) {
  Variable variable = kCounts;
  variable.dtype = Dtype::float32;
  EXPECT_EQ(change_of(variable).dtype, Dtype::float32);
}

TEST(Numbers, WholeNumbersWithoutAValueAreMinusOne) {
  std::vector<Column> columns = columns_for(std::vector<Variable>{kCounts}, 1);
  append(std::vector<double>{7, std::nan(""), 0}, columns[0]);
  EXPECT_EQ(std::get<std::vector<std::int64_t>>(columns[0]), (std::vector<std::int64_t>{7, -1, 0}));
}

TEST(Numbers, NegativeWholeNumberIsOurBug) {
  std::vector<Column> columns = columns_for(std::vector<Variable>{kCounts}, 1);
  EXPECT_TRUE(names(refusal<std::logic_error>([&] {
                      append(std::vector<double>{3, -1}, columns[0]);
                    }),
                    {"negative", "-1"}));
}

}  // namespace
}  // namespace hookflow::stages

#include "stages/given/given_values.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/stage_inputs.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

/// z_mean [dimension, head], without a value of head 1.
std::vector<std::unique_ptr<pipeline::StoredRows>> without_head_1() {
  const pipeline::Variable variable{
      "z_mean",
      pipeline::Dtype::float64,
      {pipeline::numbered_axis("dimension", 2, ""), pipeline::numbered_axis("head", 3, "")},
      "1",
      ""};
  std::vector<std::unique_ptr<pipeline::StoredRows>> all;
  all.push_back(std::make_unique<MemoryRows>(variable, std::vector<double>{1, 2, 3, 4, std::nan(""), 6}));
  return all;
}

TEST(GivenValues, AreReadRowByRowWhateverTheOrderOfTheAxes) {
  const auto results = read_needed({{"z_mean", {0, {0, 2}}}}, without_head_1());
  const std::vector<float>& rows = results->of_variable.at("z_mean");
  EXPECT_EQ(std::vector<float>(rows.begin(), rows.begin() + 2), (std::vector<float>{1, 4}));
  EXPECT_EQ(std::vector<float>(rows.begin() + 4, rows.end()), (std::vector<float>{3, 6}));
}

TEST(GivenValues, EndTheRunWhereOneThatIsNeededIsMissing) {
  EXPECT_EQ(refusal<pipeline::MissingResults>([] {
              read_needed({{"z_mean", {0, {0, 1}}}}, without_head_1());
            }),
            "z_mean has no value at head=1");
}

TEST(GivenValues, ThatNoEditTakesAreNotRead) {
  EXPECT_TRUE(read_needed({{"q_mean", {0, {0}}}}, without_head_1())->of_variable.empty());
}

}  // namespace
}  // namespace hookflow::stages

#include "pipeline/run_file/reading/matched_cells.hpp"

#include <cstdint>
#include <stdexcept>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
using Steps = std::vector<std::size_t>;

Axis layers(std::vector<std::int64_t> labels) { return {"layer", std::move(labels), "Layer", ""}; }
Axis names(std::vector<std::string> labels) { return {"name", std::move(labels), "Name", ""}; }

Pairs cells_of(const MatchedCells& cells) {
  Pairs pairs;
  cells.for_each([&](std::size_t first, std::size_t second) { pairs.emplace_back(first, second); });
  EXPECT_EQ(pairs.size(), cells.size());
  return pairs;
}

TEST(MatchedCells, HaveTheSameLabels) {
  const MatchedCells cells({layers({0, 1, 2})}, {layers({2, 5, 0})});
  EXPECT_EQ(cells_of(cells), (Pairs{{0, 2}, {2, 0}}));
  EXPECT_EQ(cells.axes()[0].first_only, Steps{1});
  EXPECT_EQ(cells.axes()[0].second_only, Steps{1});
}

TEST(MatchedCells, AreFoundInWhateverOrderTheAxesAre) {
  const MatchedCells cells({layers({0, 1}), names({"a", "b", "c"})}, {names({"c", "a"}), layers({0, 1})});
  EXPECT_EQ(cells_of(cells), (Pairs{{0, 2}, {2, 0}, {3, 3}, {5, 1}}));
}

TEST(MatchedCells, MatchWhatIsAloneAlongItsAxis) {
  const MatchedCells cells({names({"zero"}), layers({0, 1})}, {names({"mean"}), layers({0, 1})});
  EXPECT_EQ(cells_of(cells), (Pairs{{0, 0}, {1, 1}}));
  EXPECT_TRUE(cells.axes()[0].is_renamed());
  EXPECT_FALSE(cells.axes()[1].is_renamed());
  EXPECT_EQ(MatchedCells({names({"zero"})}, {names({"mean", "one"})}).size(), 0U);
}

TEST(MatchedCells, MatchLabelsThatStandTwiceInOrder) {
  const MatchedCells cells({names({"a", "a", "b"})}, {names({"a", "b", "a"})});
  EXPECT_EQ(cells_of(cells), (Pairs{{0, 0}, {1, 2}, {2, 1}}));
}

TEST(MatchedCells, AreOneWithoutAxes) {
  EXPECT_EQ(cells_of(MatchedCells({}, {})), (Pairs{{0, 0}}));
  EXPECT_FALSE(MatchedCells::same_axes({layers({0})}, {}));
  EXPECT_THROW(MatchedCells({layers({0})}, {}), std::logic_error);
}

}  // namespace
}  // namespace hookflow::pipeline

#include <gtest/gtest.h>

#include "model/error.hpp"
#include "model/pass/forward.hpp"

namespace hookflow {
namespace {

using Indices = std::vector<std::size_t>;
using Bound = std::optional<std::int64_t>;

/// The plain definition: walk over the prompt and keep what lies within the bounds.
Indices walked(const Bound& begin, const Bound& end, std::int64_t length) {
  const auto from_start = [&](std::int64_t bound) { return bound < 0 ? bound + length : bound; };
  Indices kept;
  for (std::int64_t i = 0; i < length; ++i) {
    if ((!begin || i >= from_start(*begin)) && (!end || i < from_start(*end))) {
      kept.push_back(static_cast<std::size_t>(i));
    }
  }
  return kept;
}

TEST(Positions, SlicesAreThoseOfPython) {
  EXPECT_EQ(Positions::slice(1, {}).resolve(4), (Indices{1, 2, 3}));
  EXPECT_EQ(Positions::slice(1, -1).resolve(5), (Indices{1, 2, 3}));
  EXPECT_EQ(Positions::slice({}, -1).resolve(3), (Indices{0, 1}));
  EXPECT_EQ(Positions::slice(-3, {}).resolve(5), (Indices{2, 3, 4}));
  EXPECT_EQ(Positions::slice(-3, {}).resolve(2), (Indices{0, 1}));
  EXPECT_EQ(Positions::slice(0, 99).resolve(2), (Indices{0, 1}));
}

TEST(Positions, AreOfThePromptButForAllWhereAnAnswerIsBehindIt) {
  const FedPrompt fed(3, 2);
  EXPECT_EQ(Positions::all().resolve(fed), (Indices{0, 1, 2, 3, 4}));
  EXPECT_EQ(Positions::last().resolve(fed), (Indices{2}));
  EXPECT_EQ(Positions::at({-1, 0}).resolve(fed), (Indices{2, 0}));
  EXPECT_EQ(Positions::slice(1, {}).resolve(fed), (Indices{1, 2}));
  EXPECT_EQ(Positions::predicting_answer().resolve(fed), (Indices{2, 3, 4}));
  EXPECT_EQ(Positions::predicting_answer().resolve(3), (Indices{2}));
  EXPECT_THROW((void)Positions::at({3}).resolve(fed), ModelError);
}

TEST(Positions, EverySliceHoldsWhatLiesWithinItsBounds) {
  const std::vector<Bound> bounds = {{}, 0, 1, 2, 5, 9, -1, -2, -4, -9};
  std::size_t empty = 0;
  for (const Bound& begin : bounds) {
    for (const Bound& end : bounds) {
      for (std::size_t length = 1; length < 7; ++length) {
        const Indices wanted = walked(begin, end, static_cast<std::int64_t>(length));
        const Positions slice = Positions::slice(begin, end);
        if (wanted.empty()) {
          EXPECT_THROW(static_cast<void>(slice.resolve(length)), ModelError);
          ++empty;
        } else {
          EXPECT_EQ(slice.resolve(length), wanted);
        }
      }
    }
  }
  EXPECT_GT(empty, 100U);
}

TEST(Positions, EmptySliceIsToldWithThePromptsLength) {
  try {
    static_cast<void>(Positions::slice(1, -1).resolve(2));
    FAIL() << "was not refused";
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "positions 1:-1 select nothing in a prompt of 2 tokens");
  }
}

TEST(Positions, SlicesWithTheSameBoundsAreEqual) {
  EXPECT_EQ(Positions::slice(1, {}), Positions::slice(1, {}));
  EXPECT_NE(Positions::slice(1, {}), Positions::slice(1, -1));
  EXPECT_NE(Positions::slice({}, {}), Positions::all());
}

}  // namespace
}  // namespace hookflow

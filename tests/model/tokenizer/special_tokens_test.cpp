#include "model/tokenizer/special_tokens.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using Entries = std::vector<SpecialTokens::Entry>;
using Ids = std::vector<std::int32_t>;

// The ids that are found; what they cover must be their own text.
Ids found(const Entries& entries, std::string_view text) {
  Ids ids;
  std::size_t end = 0;
  for (const SpecialTokens::Match& match : SpecialTokens(entries).find_all(text)) {
    EXPECT_GE(match.start, end) << "two overlap";
    end = match.start + match.length;
    const std::string_view covered = text.substr(match.start, match.length);
    EXPECT_EQ(SpecialTokens(entries).id_of(covered), match.id);
    ids.push_back(match.id);
  }
  return ids;
}

TEST(SpecialTokens, InOneRoundTheLeftmostThenTheLongestIsTaken) {
  for (const bool first : {false, true}) {
    const Entries entries = {{"ab", 1, first}, {"abc", 2, first}, {"bcd", 3, first}};
    EXPECT_EQ(found(entries, "xabcdbcdab"), Ids({2, 3, 1}));
  }
}

TEST(SpecialTokens, TheSecondRoundSeesWhatTheFirstLeaves) {
  const Entries entries = {{"<a>", 1, true}, {"x<a", 2}, {"x", 3}, {"a>", 4}};
  EXPECT_EQ(found(entries, " x<a>"), Ids({3, 1}));
  EXPECT_EQ(found(entries, "x<ax<a><a>a>"), Ids({2, 3, 1, 1, 4}));
  EXPECT_EQ(found(entries, "<a"), Ids());
}

TEST(SpecialTokens, ALongerOneOfTheSecondRoundIsNoLongerThere) {
  const Entries entries = {{"a", 1, true}, {"abc", 2}, {"bc", 3}};
  EXPECT_EQ(found(entries, "abc"), Ids({1, 3}));
}

TEST(SpecialTokens, FindsNothingInNothing) {
  EXPECT_EQ(found({}, "text"), Ids());
  EXPECT_EQ(found({{"a", 1, true}}, ""), Ids());
}

}  // namespace
}  // namespace hookflow

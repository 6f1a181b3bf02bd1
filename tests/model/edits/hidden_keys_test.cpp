#include "model/edits/hidden_keys.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

Intervention masked(std::size_t layer, std::optional<std::size_t> head, Positions queries, Positions keys) {
  return {{HookKind::attn_scores, layer}, head, std::move(queries),
          Replacement("masked"),          {},   std::move(keys)};
}

const Positions kSubject = Positions::at({1, 2});
const Positions kFirst = Positions::at({0});

TEST(HiddenKeys, AreOfOnePlaceAndHeadAndEachSetOnce) {
  const std::vector<Intervention> layers = {masked(0, {}, Positions::last(), kSubject),
                                            masked(1, {}, Positions::last(), kSubject)};
  EXPECT_EQ(hidden_keys(layers), (std::vector<HiddenSet>{{{Positions::last(), kSubject}}}));
  const std::vector<Intervention> heads = {masked(0, 1, Positions::last(), kSubject),
                                           masked(0, 2, Positions::last(), kFirst),
                                           masked(0, {}, Positions::all(), kFirst)};
  const HiddenKeys of_all{Positions::all(), kFirst};
  EXPECT_EQ(hidden_keys(heads),
            (std::vector<HiddenSet>{
                {{Positions::last(), kSubject}, of_all}, {{Positions::last(), kFirst}, of_all}, {of_all}}));
  EXPECT_TRUE(hidden_keys({{{HookKind::pattern, 0}, {}, {}, {}, {}, kFirst}}).empty());
}

TEST(HiddenKeys, AreThoseOfThePassBelowToo) {
  const std::vector<Intervention> below = {masked(0, 1, Positions::last(), kFirst)};
  const std::vector<Intervention> own = {masked(0, 1, Positions::last(), kSubject)};
  const auto hidden = hidden_keys(own, &below);
  ASSERT_EQ(hidden.size(), 1U);
  EXPECT_EQ(blind_query(hidden.front(), 3), 2U);
  EXPECT_EQ(blind_query(hidden.front(), 4), std::nullopt);
}

TEST(BlindQuery, IsTheFirstThatIsLeftNoKey) {
  EXPECT_EQ(blind_query({{Positions::all(), kFirst}}, 4), 0U);
  EXPECT_EQ(blind_query({{Positions::slice(1, {}), kFirst}}, 4), std::nullopt);
  EXPECT_EQ(blind_query({{Positions::at({3, 2}), Positions::slice(0, 3)}}, 4), 2U);
  EXPECT_EQ(blind_query({{Positions::last(), Positions::all()}}, 4), 3U);
  // Two edits together; keys behind a query hide nothing of it.
  EXPECT_EQ(blind_query({{Positions::at({2}), kSubject}, {Positions::all(), kFirst}}, 4), 0U);
  EXPECT_EQ(blind_query({{Positions::at({2}), kSubject}, {Positions::at({2}), kFirst}}, 4), 2U);
  EXPECT_EQ(blind_query({{kFirst, kSubject}}, 4), std::nullopt);
}

TEST(BlindQuery, KnowsPositionsThatAPromptLacks) {
  const HiddenSet in_order{{Positions::where_there(0), Positions::where_there(0)}};
  EXPECT_TRUE(in_turn(in_order));
  EXPECT_EQ(blind_query(in_order, 4), 0U);
  EXPECT_EQ(blind_query({{Positions::last(), Positions::where_there(7)}}, 4), std::nullopt);
  EXPECT_FALSE(in_turn({{Positions::last(), kFirst}}));
}

}  // namespace
}  // namespace hookflow

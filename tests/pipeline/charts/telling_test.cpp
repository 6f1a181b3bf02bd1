#include "pipeline/charts/telling.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

Variable variable(const std::string& name, Relation relation, std::vector<std::string> ancillary = {}) {
  Variable made{name, Dtype::float64, {}, "1", name};
  made.relation = relation;
  made.ancillary = std::move(ancillary);
  return made;
}

const std::vector<Variable> kTest = {variable("p", Relation::p_value),
                                     variable("difference", Relation::itself, {"p", "significant"}),
                                     variable("significant", Relation::significant)};
const std::vector<Variable> kScores = {variable("prob", Relation::itself, {"prob_change"}),
                                       variable("prob_change", Relation::change)};

TEST(Telling, IsMostOfTestedEffectsThenOfChangesAndLeastOfPValues) {
  EXPECT_EQ(telling_of(kTest[1], kTest), Telling::tested);
  EXPECT_EQ(telling_of(kTest[0], kTest), Telling::ancillary);
  EXPECT_EQ(telling_of(kScores[1], kScores), Telling::change);
  EXPECT_EQ(telling_of(kScores[0], kScores), Telling::effect);
  EXPECT_EQ(telling_of(variable("share", Relation::itself), {}), Telling::result);
  Variable ids = variable("ids", Relation::itself);
  ids.dtype = Dtype::int64;
  EXPECT_EQ(telling_of(ids, {}), Telling::index);
}

TEST(Telling, OfSeveralStagesIsTheFirstThatTellsMost) {
  EXPECT_EQ(most_telling({{"clean", "", {kScores[0]}}, {"scores", "", kScores}}), "scores.prob_change");
  EXPECT_EQ(most_telling({{"scores", "", kScores}, {"test", "", kTest}}), "test.difference");
  EXPECT_EQ(most_telling({{"one", "", {kTest[0]}}, {"other", "", {kTest[0]}}}), "one.p");
  EXPECT_EQ(most_telling({}), "");
}

}  // namespace
}  // namespace hookflow::pipeline

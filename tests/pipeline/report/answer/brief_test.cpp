#include "pipeline/report/answer/brief.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

Variable variable(const std::string& name, Relation relation = Relation::itself) {
  Variable variable{name, Dtype::float64, {}, "1", name};
  variable.relation = relation;
  return variable;
}

/// A measure without and with changes, a test, and two more; each of their variables has a sentence.
class BriefTest : public testing::Test {
 protected:
  BriefTest() {
    view_.groups = {
        {"clean", "m: x", {variable("id", Relation::detail), variable("logit"), variable("prob")}},
        {"scores", "m: x", {variable("changed"), variable("prob_change", Relation::change)}},
        {"test", "t: x", {variable("difference"), variable("significant", Relation::significant)}},
        {"other", "o: x", {variable("a"), variable("b")}},
        {"more", "o: x", {variable("c")}}};
    for (const GroupLayout& group : view_.groups) {
      StageAnswer& answer = answers_.emplace_back(StageAnswer{group.name, {}});
      for (const Variable& variable : group.variables) answer.sentences.push_back({variable.name, "", ""});
    }
  }

  std::vector<std::string> brief(const std::string& workflow) {
    view_.root["workflow"] = workflow;
    std::vector<std::string> names;
    for (const BriefSentence& brief : brief_sentences(view_, answers_))
      names.push_back(brief.stage + "." + brief.sentence.variable);
    return names;
  }

  RunFileView view_;
  std::vector<StageAnswer> answers_;
};

using Names = std::vector<std::string>;

TEST_F(BriefTest, BeginsWithTheCleanValuesWhatIsShownAndWhatIsSignificant) {
  EXPECT_EQ(brief("{show: scores.prob_change}"),
            (Names{"clean.logit", "clean.prob", "scores.changed", "scores.prob_change", "test.significant"}));
}

TEST_F(BriefTest, GoesOnWithWhatTheFiguresDraw) {
  EXPECT_EQ(brief("{show: test.difference, figures: [{of: other.b}, {of: more.c}]}"),
            (Names{"clean.logit", "test.difference", "test.significant", "other.b", "more.c"}));
}

TEST_F(BriefTest, OfAFigureWithoutASentenceTellsWhatItsStageSaysFirst) {
  EXPECT_EQ(brief("{figures: [{of: other.density}]}"),
            (Names{"clean.logit", "other.a", "test.significant", "scores.changed", "test.difference"}));
}

TEST_F(BriefTest, TellsOfWhatIsKeptWhereNothingIsShown) {
  answers_.erase(answers_.begin() + 1, answers_.begin() + 3);
  EXPECT_EQ(brief("{}"), (Names{"clean.logit", "other.a", "more.c"}));
  answers_.clear();
  EXPECT_EQ(brief("{show: gone.prob}"), Names{});
}

}  // namespace
}  // namespace hookflow::pipeline

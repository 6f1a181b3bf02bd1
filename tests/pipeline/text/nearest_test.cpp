#include "pipeline/text/nearest.hpp"

#include <gtest/gtest.h>

namespace {

using hookflow::pipeline::suggestion;

// What is suggested; empty for nothing.
std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
  std::string text = suggestion(name, candidates);
  if (text.empty()) return text;
  constexpr std::string_view kBefore = " (did you mean '";
  constexpr std::string_view kAfter = "'?)";
  EXPECT_TRUE(text.starts_with(kBefore) && text.ends_with(kAfter)) << text;
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

TEST(Suggestion, FindsLettersChangedLeftOutPutInAndSwapped) {
  EXPECT_EQ(nearest("metrik", {"model", "metrics", "tokens"}), "metrics");
  EXPECT_EQ(nearest("tokns", {"model", "metrics", "tokens"}), "tokens");
  EXPECT_EQ(nearest("modell", {"model", "metrics", "tokens"}), "model");
  EXPECT_EQ(nearest("tokesn", {"tokes", "tokens", "takes"}), "tokens");
  EXPECT_EQ(nearest("fiel", {"file", "limit"}), "file");
}

TEST(Suggestion, FindsBeginningsAndNamesBehindADot) {
  EXPECT_EQ(nearest("metric", {"model", "metrics"}), "metrics");
  EXPECT_EQ(nearest("replace", {"replacements", "repeat"}), "replacements");
  EXPECT_EQ(nearest("prediction", {"measure.prediction", "measure.entropy"}), "measure.prediction");
  EXPECT_EQ(nearest("in", {"independent"}), "");
}

TEST(Suggestion, DoesNotCountCase) { EXPECT_EQ(nearest("ZERO", {"mean", "zero"}), "zero"); }

TEST(Suggestion, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(nearest("entropy", {"metrics", "tokens"}), "");
  EXPECT_EQ(nearest("at", {"in"}), "");
  EXPECT_EQ(nearest("", {"in", "at"}), "");
  EXPECT_EQ(nearest("entropy", {}), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), {"metrics"}), "");
}

TEST(Suggestion, TakesTheNearestAndOfEqualsTheFirstInTheAlphabet) {
  EXPECT_EQ(nearest("scorez", {"scored", "score", "scores"}), "score");
  EXPECT_EQ(nearest("scoresx", {"scored", "score", "scores"}), "scores");
  EXPECT_EQ(nearest("bat", {"cat", "hat", "bar"}), "bar");
  EXPECT_EQ(nearest("bat", {"bar", "hat", "cat"}), "bar");
}

}  // namespace

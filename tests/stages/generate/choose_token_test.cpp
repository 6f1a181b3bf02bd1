#include "stages/generate/choose_token.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <gtest/gtest.h>

#include "stages/given/seeded.hpp"

namespace hookflow::stages {
namespace {

std::vector<float> some_logits(std::size_t count) {
  Seeded random({"logits"});
  std::vector<float> logits(count);
  for (float& logit : logits) logit = static_cast<float>(2 * random.normal());
  return logits;
}

std::vector<double> softmax(const std::vector<float>& logits, double temperature) {
  std::vector<double> probs;
  for (const float logit : logits) probs.push_back(std::exp(double{logit} / temperature));
  const double sum = std::accumulate(probs.begin(), probs.end(), 0.0);
  for (double& prob : probs) prob /= sum;
  return probs;
}

/// Chi-squared over its degrees of freedom, of many draws.
double misfit(const std::vector<float>& logits, const Sampling& sampling, const std::vector<double>& wanted) {
  constexpr std::size_t kDraws = 20000;
  std::vector<double> counts(logits.size());
  Seeded random({"draws"});
  for (std::size_t i = 0; i < kDraws; ++i)
    ++counts[static_cast<std::size_t>(choose_token(logits, sampling, random.uniform()))];
  double sum = 0, freedom = -1;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const double expected = wanted[i] * kDraws;
    EXPECT_TRUE(wanted[i] > 0 || counts[i] == 0) << i;
    if (expected < 5) continue;
    sum += (counts[i] - expected) * (counts[i] - expected) / expected;
    ++freedom;
  }
  return sum / freedom;
}

TEST(ChooseToken, TakesTheLikeliestAtTemperature0) {
  EXPECT_EQ(choose_token(std::vector<float>{1, 3, 2}, {}, 0.99), 1);
  EXPECT_EQ(choose_token(std::vector<float>{1, 3, 3}, {}, 0.99), 1) << "of equals the lowest id";
}

TEST(ChooseToken, DrawsByTheSoftmaxAtTheTemperature) {
  const std::vector<float> logits = some_logits(40);
  for (const double temperature : {0.5, 1.0, 2.0})
    EXPECT_LT(misfit(logits, {temperature, 1}, softmax(logits, temperature)), 2) << temperature;
  EXPECT_GT(misfit(logits, {1, 1}, softmax(logits, 1.1)), 3) << "it would be seen";
}

TEST(ChooseToken, DrawsFromTheFewestThatHaveTheShare) {
  const std::vector<float> logits = some_logits(40);
  std::vector<double> wanted = softmax(logits, 1);
  std::vector<double> sorted = wanted;
  std::ranges::sort(sorted, std::greater());
  double kept = 0;
  std::size_t count = 0;
  while (kept < 0.8) kept += sorted[count++];
  for (double& prob : wanted) prob = prob < sorted[count - 1] ? 0 : prob / kept;
  EXPECT_LT(misfit(logits, {1, 0.8}, wanted), 2);
}

TEST(ChooseToken, OfAVeryLowTemperatureIsTheLikeliest) {
  const std::vector<float> logits = {0, 5, 4.999F, -1};
  for (const double uniform : {0.0, 0.5, 0.999999}) EXPECT_EQ(choose_token(logits, {1e-9, 1}, uniform), 1);
}

TEST(Nucleus, IsOfTheLikeliestInOrder) {
  const std::vector<double> weights = {0.1, 0.4, 0.2, 0.3};
  EXPECT_EQ(nucleus(weights, 0.3), (std::vector<std::size_t>{1}));
  EXPECT_EQ(nucleus(weights, 0.5), (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(nucleus(weights, 0.75), (std::vector<std::size_t>{1, 3, 2}));
  EXPECT_EQ(nucleus(weights, 1).size(), 4U);
  EXPECT_EQ(nucleus(std::vector<double>{1, 1, 1, 1}, 0.6), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(nucleus(weights, 1e-9), (std::vector<std::size_t>{1})) << "never none";
}

}  // namespace
}  // namespace hookflow::stages

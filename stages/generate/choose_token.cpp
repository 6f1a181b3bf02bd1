#include "stages/generate/choose_token.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "model/numerics/argmax.hpp"

namespace hookflow::stages {
namespace {

/// The first of the tokens up to which that share of their weight lies.
std::size_t at_share(std::span<const std::size_t> tokens, std::span<const double> weights, double share) {
  double all = 0;
  for (const std::size_t token : tokens) all += weights[token];
  std::size_t last = tokens.front();  // that may be drawn: sums are rounded
  double sum = 0;
  for (const std::size_t token : tokens) {
    if (weights[token] == 0) continue;
    last = token;
    sum += weights[token];
    if (share * all < sum) break;
  }
  return last;
}

}  // namespace

std::vector<std::size_t> nucleus(std::span<const double> weights, double top_p) {
  std::vector<std::size_t> tokens(weights.size());
  std::iota(tokens.begin(), tokens.end(), std::size_t{0});
  const double wanted = top_p * std::accumulate(weights.begin(), weights.end(), 0.0);
  const auto is_less_likely = [&](std::size_t a, std::size_t b) {
    return weights[a] != weights[b] ? weights[a] < weights[b] : a > b;
  };
  std::ranges::make_heap(tokens, is_less_likely);
  auto rest = tokens.end();  // behind the heap the likeliest are gathered, the first of them last
  for (double sum = 0; sum < wanted && rest != tokens.begin(); --rest) {
    std::ranges::pop_heap(tokens.begin(), rest, is_less_likely);
    sum += weights[*(rest - 1)];
  }
  std::vector<std::size_t> kept(rest, tokens.end());
  std::ranges::reverse(kept);
  return kept;
}

std::int32_t choose_token(std::span<const float> logits, const Sampling& sampling, double uniform) {
  const std::size_t likeliest = argmax(logits);
  if (sampling.is_greedy()) return static_cast<std::int32_t>(likeliest);
  const double largest = double{logits[likeliest]};
  std::vector<double> weights(logits.size());
  std::ranges::transform(logits, weights.begin(), [&](float logit) {
    return std::exp((double{logit} - largest) / sampling.temperature);
  });
  return static_cast<std::int32_t>(at_share(nucleus(weights, sampling.top_p), weights, uniform));
}

}  // namespace hookflow::stages

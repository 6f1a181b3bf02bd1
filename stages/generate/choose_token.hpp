#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookflow::stages {

/// How a token is chosen among all of the vocabulary.
struct Sampling {
  double temperature = 0;  // what logits are divided by; 0: the most likely token is taken
  double top_p = 1;        // share of the probability that is drawn from

  [[nodiscard]] bool is_greedy() const { return temperature == 0; }
};

/// The most likely tokens, of equally likely ones the lower id first: as few as have at least that share of
/// the probability together. Holtzman et al. 2020, "The Curious Case of Neural Text Degeneration".
/// `weights`: (vocabulary), in proportion to the probabilities.
std::vector<std::size_t> nucleus(std::span<const double> weights, double top_p);

/// A token by its logits (vocabulary), which are finite. `uniform`: from 0 to 1, without 1, which decides
/// among those that may be drawn.
std::int32_t choose_token(std::span<const float> logits, const Sampling& sampling, double uniform);

}  // namespace hookflow::stages

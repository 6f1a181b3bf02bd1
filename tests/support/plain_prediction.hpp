#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hookflow::testing_support {

/// The next token's distribution from its logits, in double and by the plain formulas.
class PlainPrediction {
 public:
  template <typename Logits>
  explicit PlainPrediction(const Logits& logits) : logits_(logits.begin(), logits.end()) {
    double sum = 0;
    for (const double logit : logits_) sum += std::exp(logit);
    for (const double logit : logits_) log_probs_.push_back(logit - std::log(sum));
  }

  [[nodiscard]] double log_prob(std::size_t id) const { return log_probs_.at(id); }
  [[nodiscard]] double percent(std::size_t id) const { return 100 * std::exp(log_probs_.at(id)); }
  [[nodiscard]] double logit(std::size_t id) const { return logits_.at(id); }
  [[nodiscard]] double rank(std::size_t id) const {
    double above = 0;
    for (const double logit : logits_) above += logit > logits_.at(id) ? 1 : 0;
    return above;
  }
  [[nodiscard]] std::int64_t argmax() const {
    return std::max_element(logits_.begin(), logits_.end()) - logits_.begin();
  }
  [[nodiscard]] double entropy() const {
    double sum = 0;
    for (const double log_p : log_probs_) sum -= std::exp(log_p) * log_p;
    return sum;
  }
  [[nodiscard]] double divergence_to(const PlainPrediction& other) const {
    double sum = 0;
    for (std::size_t i = 0; i < log_probs_.size(); ++i) {
      sum += std::exp(log_probs_[i]) * (log_probs_[i] - other.log_probs_[i]);
    }
    return sum;
  }

 private:
  std::vector<double> logits_;
  std::vector<double> log_probs_;
};

}  // namespace hookflow::testing_support

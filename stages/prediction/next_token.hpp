#pragma once
#include <cstddef>
#include <cstdint>

#include "model/pass/logits.hpp"

namespace hookflow::stages {

/// One prediction of the next token, from its logits (vocabulary), which are finite. Throws std::logic_error
/// for an id that is none of the vocabulary.
class NextToken {
 public:
  explicit NextToken(LogitRow logits);

  [[nodiscard]] std::int64_t argmax() const { return argmax_; }  // the first of equals
  [[nodiscard]] double log_prob(std::int32_t id) const;          // nat
  [[nodiscard]] double logit(std::int32_t id) const;
  [[nodiscard]] double rank(std::int32_t id) const;               // 0: the most likely
  [[nodiscard]] double entropy() const;                           // nat
  [[nodiscard]] double divergence(const NextToken& other) const;  // D(this || other), nat

 private:
  [[nodiscard]] float at(std::int32_t id) const;

  LogitRow logits_;
  std::int64_t argmax_;
  double log_sum_;  // log of the sum of exp(logit)
};

}  // namespace hookflow::stages

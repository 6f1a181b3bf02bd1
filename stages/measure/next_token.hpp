#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/pass/forward.hpp"

namespace hookflow::stages {

/// The rows of a pass's logits at the positions that a stage wants, where the pass kept as many or more.
class LogitRows {
 public:
  /// `logits` (kept positions, vocabulary) of a prompt of `length` tokens.
  LogitRows(View logits, const Positions& kept, const Positions& wanted, std::size_t length);

  [[nodiscard]] std::size_t count() const { return rows_.size(); }
  [[nodiscard]] std::span<const float> row(std::size_t index) const { return logits_.row(rows_[index]); }

 private:
  View logits_;
  std::vector<std::size_t> rows_;
};

/// One prediction of the next token, from its logits (vocabulary). Throws pipeline::PromptFailure when a
/// logit is not a number.
class NextToken {
 public:
  explicit NextToken(std::span<const float> logits);

  [[nodiscard]] std::int64_t argmax() const { return argmax_; }  // the first of equals
  [[nodiscard]] double log_prob(std::int32_t id) const;
  /// `log_prob` (nat), `prob` (percent), `logit`, or `rank` (0: the most likely).
  [[nodiscard]] double metric(const std::string& name, std::int32_t id) const;
  [[nodiscard]] double entropy() const;                           // nat
  [[nodiscard]] double divergence(const NextToken& other) const;  // D(this || other), nat

 private:
  std::span<const float> logits_;
  std::int64_t argmax_ = 0;
  double log_sum_ = 0;  // log of the sum of exp(logit)
};

}  // namespace hookflow::stages

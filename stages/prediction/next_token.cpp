#include "stages/prediction/next_token.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>
#include <utility>

#include "model/numerics/argmax.hpp"
#include "model/numerics/log_sum_exp.hpp"

namespace hookflow::stages {

NextToken::NextToken(LogitRow logits)
    : logits_(std::move(logits)),
      argmax_(static_cast<std::int64_t>(hookflow::argmax(logits_.values))),
      log_sum_(log_sum_exp(logits_.values)) {}

double NextToken::log_prob(std::int32_t id) const { return logit(id) - log_sum_; }

double NextToken::logit(std::int32_t id) const { return static_cast<double>(at(id)); }

float NextToken::at(std::int32_t id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= logits_.values.size())
    throw std::logic_error("the logits have no token id " + std::to_string(id));
  return logits_.values[static_cast<std::size_t>(id)];
}

double NextToken::rank(std::int32_t id) const {
  const float own = at(id);
  return static_cast<double>(std::count_if(logits_.values.begin(), logits_.values.end(),
                                           [own](float other) { return other > own; }));
}

double NextToken::entropy() const {
  double sum = 0;
  for (const float logit : logits_.values) {
    const double log_p = static_cast<double>(logit) - log_sum_;
    sum -= std::exp(log_p) * log_p;
  }
  return sum;
}

double NextToken::divergence(const NextToken& other) const {
  double sum = 0;
  for (std::size_t i = 0; i < logits_.values.size(); ++i) {
    const double log_p = static_cast<double>(logits_.values[i]) - log_sum_;
    sum += std::exp(log_p) * (log_p - (static_cast<double>(other.logits_.values[i]) - other.log_sum_));
  }
  return std::max(sum, 0.0);  // rounding may leave a hair below 0
}

}  // namespace hookflow::stages

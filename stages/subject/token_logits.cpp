#include "stages/subject/token_logits.hpp"

#include <cmath>
#include <utility>

#include "model/pass/logits.hpp"
#include "stages/subject/finite.hpp"

namespace hookflow::stages {

TokenLogits::TokenLogits(const Model& model, std::span<const float> normalized, std::size_t position,
                         std::string by)
    : model_(model), normalized_(normalized), position_(position), by_(std::move(by)) {}

double TokenLogits::of(std::int32_t token) const {
  const double logit = token_logit(model_, normalized_, token);
  if (!std::isfinite(logit))
    refuse_not_finite(static_cast<float>(logit), by_ + "the logit of token id " + std::to_string(token) +
                                                     " at position " + std::to_string(position_));
  return logit;
}

}  // namespace hookflow::stages

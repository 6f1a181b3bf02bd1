#pragma once
#include <span>

namespace hookflow {

/// log of the sum of e^x over the values; not finite when a value is not. Off by at most 1e-6 of 1 + its
/// size.
double log_sum_exp(std::span<const float> values);

}  // namespace hookflow

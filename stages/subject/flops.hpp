#pragma once
#include <cstddef>

#include "model/pass/forward.hpp"

namespace hookflow::stages {

/// Floating-point operations (a multiply and an add are two) of one pass of `length` tokens that computes
/// everything from `start` on, and logits at the positions that `plan` asks for.
double pass_flops(const Config& config, std::size_t length, const HookPoint& start, const ForwardPlan& plan);

}  // namespace hookflow::stages

#pragma once
#include <cstddef>

#include "model/architecture/config.hpp"
#include "model/pass/forward.hpp"

namespace hookflow {

// What a pass takes, told before it runs.

/// How many layers a pass goes through to reach what `plan` asks for.
std::size_t layers_run(const Config& config, const ForwardPlan& plan);

/// Bytes that a pass of `tokens` tokens in all takes while it runs, and that the next one takes again: its
/// buffers, and the attention scores of one head at a time, every query of the longest prompt by every key.
double working_bytes(const Config& config, std::size_t tokens, std::size_t longest);

/// Bytes that it leaves behind: captures, logits, and what variants need to join it.
double held_bytes(const Config& config, std::size_t tokens, const FedLength& longest,
                  const ForwardPlan& plan);

/// Bytes of the weights that passes touch: the layers that are run, the embeddings of the `fed` different
/// tokens that are fed, and for logits the whole vocabulary's.
double weight_bytes(const Config& config, std::size_t fed, const ForwardPlan& plan);

/// Floating-point operations (a multiply and an add are two) of one pass of that length that computes
/// everything from `start` on, and logits at the positions that `plan` asks for.
double pass_flops(const Config& config, const FedLength& fed, const HookPoint& start,
                  const ForwardPlan& plan);

}  // namespace hookflow

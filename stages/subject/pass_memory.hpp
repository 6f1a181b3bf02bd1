#pragma once
#include <cstddef>

#include "model/pass/forward.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// How many layers a pass goes through to reach what `plan` asks for.
std::size_t layers_run(const Config& config, const ForwardPlan& plan);

/// Bytes that a pass of `tokens` tokens in all takes while it runs, and that the next one takes again:
/// activations and attention scores. `longest` is the longest prompt's length.
double working_bytes(const Config& config, std::size_t tokens, std::size_t longest);

/// Bytes that it leaves behind: captures, logits, and what variants need to join it.
double held_bytes(const Config& config, std::size_t tokens, std::size_t longest, const ForwardPlan& plan);

/// Bytes of the weights that passes touch: the layers that are run, the embeddings of the tokens that are
/// fed, and for logits the whole vocabulary's. All of them where they have to be converted.
double weight_bytes(const ModelSubject& subject, const TokenFacts& tokens, const ForwardPlan& plan);

}  // namespace hookflow::stages

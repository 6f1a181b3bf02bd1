#pragma once
#include "model/pass/cost.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Bytes of the weights that passes touch; all of them, as stored and as float32, where they have to be
/// converted.
double weight_bytes(const ModelSubject& subject, const TokenFacts& tokens, const ForwardPlan& plan);

}  // namespace hookflow::stages

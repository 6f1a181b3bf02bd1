#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/stage/work.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// Which prompts run together, from their token ids alone: in their order, as many to a batch as its weight
/// allows, at least one. But prompts that begin alike come to stand together, each behind the one with which
/// it shares the most, where that is worth it: a quarter of the shorter one, and more than one token, which
/// may be but a BOS token. Such a prompt weighs the tokens that it does not share with those before it in its
/// batch (at least one), any other its length; one without tokens nothing. Batches are in the order of their
/// first prompts.
std::vector<pipeline::Batch> token_batches(const TokenLists& ids, std::size_t largest);

}  // namespace hookflow::stages

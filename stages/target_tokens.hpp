#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "model/tokenizer.hpp"
#include "pipeline/prompts.hpp"

namespace hookflow::stages {

/// The token ids that columns of the prompts name: [prompt][column]. Throws pipeline::ParamError listing every
/// prompt whose column is missing or whose text is not exactly one token, with the tokens that it is.
std::vector<std::vector<std::int32_t>> find_target_tokens(const std::vector<pipeline::Prompt>& prompts,
                                                          const std::vector<std::string>& columns,
                                                          const Tokenizer& tokenizer);

}  // namespace hookflow::stages

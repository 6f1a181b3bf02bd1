#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/prompts/prompt_list.hpp"
#include "stages/subject/model_subject.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// The id of a text that is exactly one token. Throws pipeline::ParamError with the tokens that it is.
std::int32_t only_token(const std::string& text, const Tokenizer& tokenizer);

/// The token ids that columns of the prompts name: [prompt][column]. A column of a prompt given as text is
/// text that is one token; of a prompt given as ids, a token id. Throws pipeline::ParamError listing every
/// prompt whose column is missing, is not exactly one token (with the tokens that it is), or is no id of the
/// vocabulary.
TokenLists find_target_tokens(const pipeline::Prompts& prompts, const std::vector<std::string>& columns,
                              ModelSubject& subject, const std::string& param = "tokens");

}  // namespace hookflow::stages

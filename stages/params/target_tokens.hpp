#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/subject/model_subject.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// Where a token should be, of a prompt that is not run.
inline constexpr std::int32_t kNoToken = -1;

/// The id of a text that is exactly one token of the model. Throws pipeline::ParamError with the tokens that
/// it is.
std::int32_t only_token(const std::string& text, const ModelSubject& subject);

/// By a letter or digit, of any script, with no space before it.
bool begins_with_a_word(const std::string& text);

/// What may not have been meant by such a text: a word without the space that it has in a sentence, while
/// with the space it would be one token too. Empty: nothing.
std::string missing_space(const std::string& text, const ModelSubject& subject);

/// Whether the word with its space is a column of the prompt, too: then both are meant.
bool names_with_space(const pipeline::Prompt& prompt, const std::string& word);

/// The token ids that columns of the prompts name: [prompt][column]. A column of a prompt given as text is
/// text that is one token; of a prompt given as ids, a token id. Refuses, for that parameter, every prompt
/// whose column is missing, is not exactly one token (with the tokens that it is), or is no id of the
/// vocabulary; warns of words without their space and of columns that name the same token.
TokenLists find_target_tokens(const pipeline::PlanContext& context, const std::vector<std::string>& columns,
                              const std::string& param = "tokens");

}  // namespace hookflow::stages

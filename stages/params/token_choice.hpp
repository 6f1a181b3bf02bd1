#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/subject/model_subject.hpp"

namespace hookflow::stages {

/// Which token of a prompt is meant: a text that is exactly one token, an id, or what a column of the prompts
/// names; or none.
struct TokenChoice {
  std::optional<std::string> text;
  std::optional<std::int64_t> id;
  std::optional<std::string> column;

  [[nodiscard]] bool given() const { return text || id || column; }
};
/// `" her"`, `607` or `{column: name}`. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, TokenChoice& token);
pipeline::Node write_param(const TokenChoice& token);
pipeline::Node param_schema(std::type_identity<TokenChoice> type);

/// The token id that a text or an id means in all prompts. Throws pipeline::ParamError of `param` for text
/// that is not one token and an id outside the vocabulary; warns of a word without its space.
std::int32_t chosen_token(const TokenChoice& token, const std::string& param,
                          const pipeline::PlanContext& context);
/// The token id that is meant in each prompt. Throws pipeline::ParamError of `token` for text that is not one
/// token and an id outside the vocabulary; refuses prompts, and warns, as find_target_tokens does.
std::vector<std::int32_t> chosen_tokens(const TokenChoice& token, const pipeline::PlanContext& context);

/// `' her' (607)`; the id alone where the tokenizer does not have it.
std::string spelled_token(std::int32_t id, const ModelSubject& subject);

/// The first 40 of them, each so.
std::string listed_tokens(std::span<const std::int32_t> ids, const ModelSubject& subject);

/// Where the id stands among a prompt's. Throws pipeline::PromptFailure, which names the tokens, when it is
/// not there or there more than once.
std::size_t find_once(std::int32_t id, std::span<const std::int32_t> ids, const ModelSubject& subject);

}  // namespace hookflow::stages

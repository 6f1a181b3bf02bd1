#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "model/hooks/positions.hpp"
#include "pipeline/stage/stage.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Positions by what stands there: a token, or the tokens of a text that a column of the prompts holds.
struct PositionMeaning {
  std::optional<std::string> text;  // that is one token
  std::optional<std::int64_t> id;   // of a token
  std::string column;
  std::optional<std::int64_t> occurrence;  // from 1, or from the last, -1; none: there must be only one
  std::int64_t offset = 0;                 // from there
};

/// {token: " Sally", occurrence: 2}, {token: 607}, {column: subject, offset: 1}. Throws pipeline::ParamError.
PositionMeaning read_meaning(const pipeline::Node& node);
pipeline::Node meaning_schema();
/// The meaning as positions: known by it, spelled as JSON.
Positions positions_of(const PositionMeaning& meaning);
/// As it would be written in a workflow.
pipeline::Node meaning_node(const Positions& named);
/// As a sentence has it: `column subject`, `token ' Sally'`.
std::string meaning_text(const Positions& named);
/// Whether they are one position in every prompt.
bool is_one_position(const Positions& positions);

/// Makes what positions name known of each prompt of a text, if they name something; refuses the prompts,
/// for that parameter, in which it is not there, or twice. Throws pipeline::ParamError of `param` for what is
/// no token.
void find_named(const Positions& positions, const std::string& param, const pipeline::PlanContext& context,
                const TokenFacts& tokens);

}  // namespace hookflow::stages

#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "pipeline/yaml/param.hpp"
#include "stages/generate/choose_token.hpp"
#include "stages/params/token_choice.hpp"

namespace hookflow::stages {

pipeline::Rule<double> temperature_rule();
pipeline::Rule<double> top_p_rule();

/// Throws pipeline::ParamError for settings that decide what is drawn where nothing is.
void check_drawn(const Sampling& sampling, std::int64_t seed, std::int64_t samples);

/// The tokens that end a text; none chosen: the model's own, if it has one. Throws pipeline::ParamError of
/// `stop` for what is no token.
std::set<std::int32_t> stop_tokens(const std::optional<std::vector<TokenChoice>>& chosen,
                                   const pipeline::PlanContext& context);

}  // namespace hookflow::stages

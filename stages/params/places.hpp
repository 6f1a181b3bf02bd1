#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow::stages {

/// What a stage's parameter `at` selects: one selection a kind of place, in the order given. Throws
/// pipeline::ParamError for what is no place of the model, and for a kind that is given twice.
std::vector<HookSelection> read_places(const std::vector<std::string>& at, const Config& config);

/// The selection's places: one for each layer, or the one outside the blocks.
std::vector<HookPoint> points(const HookSelection& selection);
/// The selection's heads; every head where it names none, and {0} of a place without heads.
std::vector<std::size_t> heads_of(const HookSelection& selection, const Config& config);

/// The variable that holds what a place holds: `resid_post`, `q`, `pattern`, `ln1_scale`, `mlp_pre`.
std::string variable_name(HookKind kind);

}  // namespace hookflow::stages

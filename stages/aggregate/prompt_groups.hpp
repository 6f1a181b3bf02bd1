#pragma once
#include <string>
#include <vector>

#include "pipeline/stage/stage.hpp"
#include "stages/aggregate/folding.hpp"

namespace hookflow::stages {

/// What every stage that can fold prompts says of its parameter `by`.
inline constexpr const char* kByDoc =
    "Columns of the prompts to group them by: the axis prompt is replaced by an axis for each column, "
    "labelled with its values in order of first appearance";

/// The groups of prompts with equal values in the columns, each an axis of the values that it has; none for
/// no columns. Throws pipeline::ParamError of `by` for a prompt without a value, listing all, and for a
/// column with the name of an axis of the inputs.
Groups group_prompts(const std::vector<std::string>& by, const pipeline::PlanContext& context);

/// The folding of the axes `over`, with prompts grouped `by` columns. Throws as group_prompts does, and where
/// prompts are grouped that are not folded.
Folding plan_folding(const std::vector<std::string>& over, const std::vector<std::string>& by,
                     const pipeline::PlanContext& context);

}  // namespace hookflow::stages

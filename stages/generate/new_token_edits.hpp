#pragma once
#include <memory>
#include <vector>

#include "stages/params/pass_plan.hpp"

namespace hookflow::stages {

/// The edits that new tokens may have of each pass that is continued, be it one alone. Throws
/// pipeline::ParamError for those that cannot be made of a token by itself; warns of edits that would reach
/// new tokens, but have no rows for them.
std::shared_ptr<const std::vector<Variant>> check_new_token_edits(const PassPlan& passes);

}  // namespace hookflow::stages

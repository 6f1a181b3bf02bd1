#pragma once
#include <cstddef>
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// The passes that are run of every prompt.
struct PassLoad {
  const PassFacts& facts;
  std::vector<HookPoint> starts;    // of a prompt's passes
  std::size_t together_tokens = 0;  // of the prompts' own that run at the same time, one a pass
};

/// What passes cost that keep what is asked, with the answers that are asked for behind each prompt.
pipeline::Cost cost_of(const PassLoad& load, const PassRequest& asked);

}  // namespace hookflow::stages

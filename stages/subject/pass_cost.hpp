#pragma once
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// The passes that are run of every prompt.
struct PassLoad {
  const PassFacts& facts;
  std::vector<HookPoint> starts;  // of a prompt's passes
};

/// What passes cost that keep what is asked, with the answers that are asked for behind each prompt.
pipeline::Cost cost_of(const PassLoad& load, const PassRequest& asked);

/// What such passes take in memory, a prompt's for each of its variants. Knows of every prompt how much it is
/// fed, not what: that is not kept for as long as the run takes.
class PassMemory {
 public:
  PassMemory() = default;  // of no passes
  PassMemory(const PassFacts& facts, const PassRequest& asked);
  [[nodiscard]] pipeline::Bytes of(const pipeline::Work& work) const;

 private:
  struct Feed {
    ForwardPlan plan;
    std::vector<FedLength> lengths;  // [prompt of the run]; 0 where it is not run
  };
  const Config* config_ = nullptr;
  std::vector<Feed> feeds_;  // prompts alone, and with each answer
};

}  // namespace hookflow::stages

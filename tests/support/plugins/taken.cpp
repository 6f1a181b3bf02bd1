// Calls its stage as one of hookflow is called.
#include "pipeline/stage/registry.hpp"

namespace {

using namespace hookflow::pipeline;

class Other : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override { return {}; }
  [[nodiscard]] ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
};

const bool kOther = register_stage(Declaration<Other>("tokenize", "Another").output(kMeasures, "nothing"));

}  // namespace

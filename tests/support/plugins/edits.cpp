// A kind of edit, beside a stage.
#include "model/edits/edit_kind.hpp"
#include "pipeline/stage/registry.hpp"

namespace {

using namespace hookflow;
using namespace hookflow::pipeline;

/// Every activation times a factor.
class Stretch : public EditKind {
 public:
  explicit Stretch(float factor) : factor_(factor) {}
  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows)
      for (float& value : at.block.row(row)) value *= factor_;
    return kNoScalar;
  }

 private:
  float factor_;
};

class Nothing : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override { return {}; }
  [[nodiscard]] ValuePtr run(const Inputs& /*inputs*/) const override { return std::make_shared<Measures>(); }
};

const bool kStretch = register_edit_kind<Stretch, float>("stretch");
const bool kNothing =
    register_stage(Declaration<Nothing>("test.nothing", "Nothing").output(kMeasures, "nothing"));

}  // namespace

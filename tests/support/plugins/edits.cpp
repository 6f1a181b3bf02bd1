// A kind of edit, beside a stage.
#include "model/edits/edit_kind.hpp"
#include "pipeline/stage/registry.hpp"

namespace {

using namespace hookflow;
using namespace hookflow::pipeline;

/// Every activation times a factor.
class Scale : public EditKind {
 public:
  explicit Scale(float factor) : factor_(factor) {}
  float edit(std::span<const std::size_t> rows, View /*original*/, MutableView block) const override {
    for (const std::size_t row : rows)
      for (float& value : block.row(row)) value *= factor_;
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

const bool kScale = register_edit_kind<Scale, float>("scale");
const bool kNothing =
    register_stage(Declaration<Nothing>("test.nothing", "Nothing").output(kMeasures, "nothing"));

}  // namespace

// Stages that do what they are told, right or wrong; and one that aggregates.
#include <stdexcept>

#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/subject/pass_request.hpp"

namespace {

using namespace hookflow::pipeline;

struct Throwing {
  std::string when = "never";
  std::string what = "error";

  void in(const std::string& place) const {
    if (when != place) return;
    if (what == "error") throw std::out_of_range("there is no such row");
    if (what == "input") throw InputError("the vectors are missing");
    if (what == "prompt") throw PromptFailure("too odd a prompt");
    throw 1;
  }
};

/// A constant for each prompt.
class Constant : public PromptStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    Throwing{when, what}.in("plan");
    if (when == "checked") throw std::runtime_error("the vectors do not fit");
    Output output;
    output.add({"number", Dtype::float64, {}, "1", "a constant"});
    return output;
  }
  [[nodiscard]] ValuePtr run(const Inputs& /*inputs*/) const override {
    Throwing{when, what}.in("run");
    auto measures = std::make_shared<Measures>();
    measures->columns.emplace_back(std::vector<double>{number});
    return measures;
  }
  void prepare() override { Throwing{when, what}.in("prepare"); }

  double number = 7;
  std::string when = "never";
  std::string what = "error";
};

/// The sum over all prompts.
class Total : public FoldStage {
 public:
  Output plan(const PlanContext& /*context*/) override {
    Output output;
    total_ = output.add({"total", Dtype::float64, {}, "1", "the sum of a variable"});
    return output;
  }
  void fold(std::span<const std::vector<std::unique_ptr<StoredRows>>> inputs, FoldSink& sink) const override {
    Throwing{when, what}.in("fold");
    double sum = 0;
    const StoredRows& rows = *inputs[0].front();
    for (const double value : rows.read(0, rows.variable().axes.front().size())) sum += value;
    sink.write(total_, 0, Column(std::vector<double>{sum}));
  }

  std::string when = "never";
  std::string what = "error";

 private:
  VariableId total_;
};

const bool kConstant = register_stage(
    Declaration<Constant>("test.constant", "A constant")
        .input("clean", hookflow::stages::kPass, "a pass, which is not read")
        .param("number", &Constant::number, "The constant")
        .param("when", &Constant::when, "When it throws")
        .param("what", &Constant::what, "What it throws", one_of({"error", "input", "prompt", "int"}))
        .output(kMeasures, "number"));
const bool kTotal = register_stage(Declaration<Total>("test.total", "A sum over all prompts")
                                       .input("in", kMeasures, "what is added up")
                                       .param("when", &Total::when, "When it throws")
                                       .param("what", &Total::what, "What it throws")
                                       .output(kMeasures, "total"));

}  // namespace

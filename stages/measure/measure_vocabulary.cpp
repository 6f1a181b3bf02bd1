#include "pipeline/stage/registry.hpp"
#include "stages/measure/next_token.hpp"
#include "stages/params/replacement.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The log-softmax of every vocabulary entry at the last position, of clean or of edited passes.
class Vocabulary : public PromptStage {
 public:
  Output plan(const PlanContext& context) override {
    edited_ = static_cast<bool>(context.inputs[1]);
    if (edited_ == static_cast<bool>(context.inputs[0])) {
      throw ParamError("in: give either a clean pass or edited ones", 0);
    }
    const PassFacts pass = edited_ ? context.facts<VariantFacts>(1)->clean : context.facts<PassFacts>(0);
    if (edited_) {
      context.facts<VariantFacts>(1)->want_logits(Positions::last());
    } else {
      pass->want_logits(Positions::last());
    }
    std::vector<std::int64_t> ids(pass->subject->config().vocabulary);
    for (std::size_t id = 0; id < ids.size(); ++id) ids[id] = static_cast<std::int64_t>(id);
    Output output;
    output.variables.push_back({"log_prob",
                                Dtype::float32,
                                {{"vocabulary", std::move(ids), "token id", ""}},
                                "nat",
                                "log-softmax of every vocabulary entry"});
    return output;
  }

  [[nodiscard]] ValuePtr run(const Inputs& inputs) const override {
    auto measures = std::make_shared<Measures>();
    std::vector<float> values;
    if (edited_) {
      const auto& variants = inputs.get<Variants>(1);
      measures->first = variants.first;
      measures->count = variants.results.size();
      values.reserve(variants.results.size() * variants.wishes->clean->subject->config().vocabulary);
      for (const PassResult& result : variants.results) {
        append(result, variants.wishes->plan, variants.length, values);
      }
    } else {
      const auto& pass = inputs.get<Pass>(0);
      append(pass.result(), pass.wishes->plan, pass.length, values);
    }
    measures->columns.emplace_back(std::move(values));
    return measures;
  }

 private:
  static void append(const PassResult& result, const ForwardPlan& plan, std::size_t length,
                     std::vector<float>& values) {
    const LogitRows rows(result.logits.matrix(), plan.logits, Positions::last(), length);
    const NextToken next(rows.row(0));
    for (std::size_t id = 0; id < rows.row(0).size(); ++id) {
      values.push_back(static_cast<float>(next.log_prob(static_cast<std::int32_t>(id))));
    }
  }

  bool edited_ = false;
};

const bool kVocabulary =
    register_stage(Declaration<Vocabulary>("measure.vocabulary",
                                           "Log-softmax of every vocabulary entry at the last position")
                       .optional_input("clean", kPass, "a clean pass")
                       .optional_input("edited", kVariants, "or edited ones")
                       .output(kMeasures, "log_prob [vocabulary]"));

}  // namespace
}  // namespace hookflow::stages

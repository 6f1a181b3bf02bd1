#include <limits>
#include <numeric>

#include "pipeline/stage/registry.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/prediction/next_token.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The log-softmax of every vocabulary entry at the last position, of clean or of edited passes.
class Vocabulary : public PromptStage {
 public:
  Output plan(const PlanContext& context) override {
    edited_ = static_cast<bool>(context.inputs[1]);
    if (edited_ == static_cast<bool>(context.inputs[0])) {
      throw ParamError("in", "clean and edited passes are both given; must be one of the two");
    }
    vocabulary_ = PassPlan(context).config().vocabulary;
    std::vector<std::int64_t> ids(vocabulary_);
    std::iota(ids.begin(), ids.end(), 0);
    PassRequest last_logits;
    last_logits.keep_logits(Positions::last());
    Output output;
    request_ = output.ask(edited_ ? 1 : 0, std::move(last_logits));
    output.add({"log_prob",
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
      values.reserve(measures->count * vocabulary_);
      for (std::size_t i = 0; i < measures->count; ++i) {
        if (variants.fits[i])
          append(variants.view(i), values);
        else
          values.resize(values.size() + vocabulary_, std::numeric_limits<float>::quiet_NaN());
      }
    } else {
      append(inputs.get<Pass>(0).view(), values);
    }
    measures->columns.emplace_back(std::move(values));
    return measures;
  }

 private:
  void append(const PassView& pass, std::vector<float>& values) const {
    const NextToken next(request_->logits(pass).row(0));
    for (std::size_t id = 0; id < vocabulary_; ++id) {
      values.push_back(static_cast<float>(next.log_prob(static_cast<std::int32_t>(id))));
    }
  }

  bool edited_ = false;
  std::size_t vocabulary_ = 0;
  std::shared_ptr<const PassRequest> request_;
};

const bool kVocabulary =
    register_stage(Declaration<Vocabulary>("measure.vocabulary",
                                           "Log-softmax of every vocabulary entry at the last position")
                       .optional_input("clean", kPass, "a clean pass")
                       .optional_input("edited", kVariants, "edited passes, instead of a clean one")
                       .output(kMeasures, "log_prob [vocabulary]")
                       .summary("log_prob", "highest {highest}"));

}  // namespace
}  // namespace hookflow::stages

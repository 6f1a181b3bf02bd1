#include "pipeline/stage/registry.hpp"
#include "stages/subject/pass_memory.hpp"
#include "stages/subject/translate_errors.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The clean forward pass of a batch of prompts. What it keeps is what the stages behind it asked for.
class Forward : public BatchStage {
 public:
  Output plan(const PlanContext& context) override {
    wishes_ = std::make_shared<Wishes>();
    wishes_->subject = &model_of(context.subject);
    wishes_->tokens = context.facts<TokenFactsPtr>(0);
    wishes_->plan.wants_logits = false;
    wishes_->plan.logits = Positions::last();
    batch_tokens_ = context.batch_weight;
    Output output;
    output.facts = PassFacts(wishes_);
    return output;
  }

  void prepare() override {
    model_ = &wishes_->subject->model();
    wishes_->tokens.reset();  // all that were planned with are known
  }

  [[nodiscard]] Cost cost() const override {
    const Config& config = wishes_->subject->config();
    Cost cost;
    for (const std::size_t length : wishes_->tokens->lengths) {
      cost.passes += 1;
      cost.flops += pass_flops(config, length, {HookKind::embed, 0}, wishes_->plan);
    }
    const TokenFacts& tokens = *wishes_->tokens;
    cost.bytes_working = working_bytes(config, batch_tokens_, tokens.longest);
    cost.bytes_held = held_bytes(config, batch_tokens_, tokens.longest, wishes_->plan);
    cost.bytes_shared = weight_bytes(*wishes_->subject, tokens, wishes_->plan);
    return cost;
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts,
                                          std::size_t /*part*/) const override {
    std::vector<std::vector<std::int32_t>> ids;
    for (const Inputs& inputs : prompts) ids.push_back(inputs.get<Tokens>(0).ids);
    const auto run = [&] { return run_clean(*model_, ids, wishes_->plan); };
    const auto batch = std::make_shared<const CleanPass>(translate_errors(run));
    std::vector<ValuePtr> values;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      auto pass = std::make_shared<Pass>();
      pass->batch = batch;
      pass->index = i;
      pass->length = ids[i].size();
      pass->wishes = wishes_;
      values.push_back(std::move(pass));
    }
    return values;
  }

 private:
  PassFacts wishes_;
  std::size_t batch_tokens_ = 0;
  const Model* model_ = nullptr;
};

const bool kForward = register_stage(
    Declaration<Forward>("forward",
                         "Runs the model on each prompt, unedited; keeps what the stages behind it ask for")
        .input("tokens", kTokens, "what the model is fed")
        .output(kPass, "activations at the hook points, and logits"));

}  // namespace
}  // namespace hookflow::stages

#include "pipeline/stage/registry.hpp"
#include "stages/subject/pass_memory.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The clean forward pass of a batch of prompts. What it keeps is what the stages behind it asked for.
class Forward : public BatchStage {
 public:
  Output plan(const PlanContext& context) override {
    auto facts = std::make_shared<PassFacts>();
    facts->subject = &model_of(context.subject);
    facts->tokens = context.facts<TokenFacts>(0);
    facts_ = facts;
    batch_tokens_ = context.batch_weight;
    Output output;
    output.facts = std::move(facts);
    return output;
  }

  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    plan_ = std::make_shared<const ForwardPlan>(combined(requests).plan());
    return {};
  }

  [[nodiscard]] Cost cost() const override {
    const Config& config = facts_->subject->config();
    const TokenFacts& tokens = *facts_->tokens;
    Cost cost;
    for (std::size_t prompt = 0; prompt < tokens.lengths.size(); ++prompt) {
      if (!tokens.runs(prompt)) continue;
      cost.passes += 1;
      cost.flops += pass_flops(config, tokens.lengths[prompt], {HookKind::embed, 0}, *plan_);
    }
    cost.bytes_working = working_bytes(config, batch_tokens_, tokens.longest);
    cost.bytes_held = held_bytes(config, batch_tokens_, tokens.longest, *plan_);
    cost.bytes_shared = weight_bytes(*facts_->subject, tokens, *plan_);
    return cost;
  }

  void prepare() override {
    model_ = &facts_->subject->model();
    facts_.reset();  // they hold every prompt's tokens
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts,
                                          std::size_t /*part*/) const override {
    std::vector<std::vector<std::int32_t>> ids;
    for (const Inputs& inputs : prompts) ids.push_back(inputs.get<Tokens>(0).ids);
    const auto batch = std::make_shared<const CleanPass>(run_clean(*model_, ids, *plan_));
    std::vector<ValuePtr> values;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      auto pass = std::make_shared<Pass>();
      pass->batch = batch;
      pass->index = i;
      pass->length = ids[i].size();
      pass->kept = plan_;
      values.push_back(std::move(pass));
    }
    return values;
  }

 private:
  std::shared_ptr<const PassFacts> facts_;  // while planning
  std::shared_ptr<const ForwardPlan> plan_;
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

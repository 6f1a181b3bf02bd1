#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/pass_work.hpp"
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
    batches_ = context.batches;
    Output output;
    output.facts = std::move(facts);
    return output;
  }

  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    asked_ = combined(requests);
    work_.emplace(*facts_, batches_, asked_, nullptr);
    return {};
  }

  [[nodiscard]] Cost cost() const override { return work_->cost(); }
  [[nodiscard]] Bytes bytes(const Work& work) const override { return work_->bytes(work); }

  void prepare() override {
    model_ = &facts_->subject->model();
    facts_.reset();  // they hold every prompt's tokens
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts,
                                          VariantRange /*variants*/) const override {
    const auto batch = run_clean_pass(prompts, asked_.plan(), nullptr);
    std::map<std::string, std::shared_ptr<const CleanPass>> answered;
    for (const auto& [column, asked] : asked_.answer_plans())
      answered[column] = run_clean_pass(prompts, asked.plan, &asked.answers);
    std::vector<ValuePtr> values;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      auto pass = std::make_shared<Pass>();
      pass->batch = batch;
      pass->index = i;
      pass->length = prompts[i].get<Tokens>(0).ids.size();
      pass->answered = answered;
      values.push_back(std::move(pass));
    }
    return values;
  }

 private:
  /// Of the prompts alone, or with an answer behind each.
  [[nodiscard]] std::shared_ptr<const CleanPass> run_clean_pass(std::span<const Inputs> prompts,
                                                                const ForwardPlan& plan,
                                                                const Answers* answers) const {
    std::vector<std::vector<std::int32_t>> ids;
    std::vector<std::size_t> answer_lengths;
    for (const Inputs& inputs : prompts) {
      ids.push_back(inputs.get<Tokens>(0).ids);
      const auto answer = answers == nullptr ? std::span<const std::int32_t>() : answers->fed(inputs.index());
      ids.back().insert(ids.back().end(), answer.begin(), answer.end());
      answer_lengths.push_back(answer.size());
    }
    return std::make_shared<const CleanPass>(run_clean(*model_, ids, plan, answer_lengths));
  }

  std::shared_ptr<const PassFacts> facts_;  // while planning
  PassRequest asked_;                       // by the stages behind
  std::span<const Batch> batches_;          // while planning
  std::optional<PassWork> work_;
  const Model* model_ = nullptr;
};

const bool kForward = register_stage(
    Declaration<Forward>(
        "forward", "Runs the model on each prompt, unedited; keeps what the stages that read it ask for")
        .input("tokens", kTokens, "tokens that the model is fed")
        .output(kPass, "activations at the hook points, and logits"));

}  // namespace
}  // namespace hookflow::stages

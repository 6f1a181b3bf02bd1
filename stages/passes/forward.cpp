#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/hidden_keys.hpp"
#include "pipeline/stage/registry.hpp"
#include "stages/edit/variant_list.hpp"
#include "stages/given/given_edits.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "stages/work/pass_work.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// The forward pass of a batch of prompts, clean or with edits of its own. What it keeps is what the stages
/// behind it asked for.
class Forward : public BatchStage {
 public:
  std::vector<NamedEdit> edits;

  Output plan(const PlanContext& context) override {
    auto facts = std::make_shared<PassFacts>();
    facts->subject = &model_of(context.subject);
    facts->tokens = context.facts<TokenFacts>(0);
    facts_ = facts;
    batches_ = context.batches;
    Output output;
    refuse_samples(edits, "edits");
    EditScope scope(facts->subject->config(), context, *facts->tokens);
    std::vector<Variant> made = {make_edits(edits, "edits", scope)};
    for (const HiddenSet& hidden : hidden_keys(made.front())) scope.check_hidden(hidden, {"edits"});
    given_ = GivenEdits(made, "edits", context, *facts, output);
    made_ = facts->edits = std::move(made.front());
    facts->everywhere = given_.everywhere(made_);
    facts->sources = given_.size();
    output.facts = std::move(facts);
    return output;
  }

  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    asked_ = combined(requests);
    work_.emplace(*facts_, batches_, asked_, nullptr, own_edits());
    return {};
  }

  [[nodiscard]] Cost cost() const override {
    Cost cost = given_.cost();
    cost += work_->cost();
    return cost;
  }
  [[nodiscard]] std::vector<Bytes> bytes(const Batch& batch,
                                         std::span<const VariantRange> ranges) const override {
    std::vector<Bytes> bytes = work_->bytes(batch, ranges);
    for (Bytes& of_range : bytes) of_range += given_.bytes(batch, *work_, {&made_, 1});
    return bytes;
  }
  [[nodiscard]] double flops(const Work& work) const override { return work_->flops(work); }

  void prepare() override {
    model_ = &facts_->subject->model();
    facts_.reset();  // they hold every prompt's tokens
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts,
                                          VariantRange /*variants*/) const override {
    std::vector<RowSources> given;
    for (const Inputs& inputs : prompts) given.push_back(given_.of(inputs, fed(inputs), {&made_, 1}));
    const WholeEdits own{own_edits(), given};
    const auto batch = run_clean_pass(prompts, asked_.plan(), nullptr, own);
    std::map<std::string, std::shared_ptr<const CleanPass>> answered;
    for (const auto& [column, asked] : asked_.answer_plans())
      answered[column] = run_clean_pass(prompts, asked.plan, &asked.answers, own);
    std::vector<ValuePtr> values;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      auto pass = std::make_shared<Pass>();
      pass->batch = batch;
      pass->index = i;
      pass->fed = fed(prompts[i]);
      pass->answered = answered;
      pass->given = given[i];
      values.push_back(std::move(pass));
    }
    return values;
  }

  [[nodiscard]] ValuePtr read_results(std::size_t /*port*/,
                                      std::span<const std::unique_ptr<StoredRows>> variables) const override {
    return given_.read_results(variables);
  }

  /// The passes that the edits take rows from.
  [[nodiscard]] std::vector<std::string> passes_named() const {
    std::vector<std::string> all;
    for (const NamedEdit& edit : edits) add_passes(edit.with, all);
    return all;
  }

 private:
  [[nodiscard]] const Variant* own_edits() const { return made_.empty() ? nullptr : &made_; }
  static FedPrompt fed(const Inputs& inputs) {
    const auto& tokens = inputs.get<Tokens>(0);
    return {tokens.ids.size(), 0, tokens.named};
  }

  /// Of the prompts alone, or with an answer behind each.
  [[nodiscard]] std::shared_ptr<const CleanPass> run_clean_pass(std::span<const Inputs> prompts,
                                                                const ForwardPlan& plan,
                                                                const Answers* answers,
                                                                const WholeEdits& own) const {
    std::vector<std::vector<std::int32_t>> ids;
    std::vector<std::size_t> answer_lengths;
    std::vector<std::shared_ptr<const NamedPositions>> named;
    for (const Inputs& inputs : prompts) {
      ids.push_back(inputs.get<Tokens>(0).ids);
      named.push_back(inputs.get<Tokens>(0).named);
      const auto answer = answers == nullptr ? std::span<const std::int32_t>() : answers->fed(inputs.index());
      ids.back().insert(ids.back().end(), answer.begin(), answer.end());
      answer_lengths.push_back(answer.size());
    }
    return std::make_shared<const CleanPass>(run_clean(*model_, ids, plan, {answer_lengths, named, own}));
  }

  Variant made_;  // its own edits
  GivenEdits given_;
  std::shared_ptr<const PassFacts> facts_;  // while planning
  PassRequest asked_;                       // by the stages behind
  std::span<const Batch> batches_;          // while planning
  std::optional<PassWork> work_;
  const Model* model_ = nullptr;
};

const bool kForward = register_stage(
    Declaration<Forward>("forward",
                         "Runs the model on each prompt, unedited or with edits of its own; keeps what the "
                         "stages that read it "
                         "ask for")
        .input("tokens", kTokens, "tokens that the model is fed")
        .optional_input(kValues, kMeasures, kValuesDoc)
        .aggregated()
        .reads(kPass, &Forward::passes_named)
        .output(kPass, "activations at the hook points, and logits")
        .param("edits", &Forward::edits,
               "Edits that the pass is run with, as those of a variant of ablate: a list of {at: ..., with: "
               "..., positions: ..., keys: ...}; such a pass is then what others are compared with, or "
               "edited further"));

}  // namespace
}  // namespace hookflow::stages

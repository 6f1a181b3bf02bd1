#include <algorithm>

#include "pipeline/stage/registry.hpp"
#include "stages/edit/variant_grid.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/params/positions_param.hpp"
#include "stages/params/replacement_param.hpp"
#include "stages/subject/pass_memory.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;

/// What lies before a variant's first edit is the clean pass's own, so both keep a place at the same
/// positions.
std::shared_ptr<const ForwardPlan> kept_as_in(const ForwardPlan& clean, ForwardPlan plan) {
  for (ForwardPlan::Capture& capture : plan.captures) capture.positions = kept_positions(clean, capture.at);
  return std::make_shared<const ForwardPlan>(std::move(plan));
}

/// Runs edited passes: every combination of replacement, place, layer and head is a variant of each prompt.
/// Chunks of variants depend on the workflow alone, so the same rows share each matrix product in every run.
class Ablate : public BatchStage {
 public:
  std::vector<std::string> at;
  std::vector<Replacement> with = {Replacement{}};
  Positions positions = Positions::all();
  std::vector<std::string> together;
  std::int64_t rows = 1024;

  Output plan(const PlanContext& context) override {
    auto facts = std::make_shared<VariantFacts>();
    facts->clean = clean_ = context.facts<PassFacts>(0);
    grid_ = make_variant_grid({at, with, positions, together}, clean_->subject->config());
    check_positions("positions", positions, context.prompts, clean_->tokens->lengths);
    for (const Variant& variant : grid_.variants) facts->first_edits.push_back(first_edit(variant).value());
    batch_tokens_ = context.batch_weight;
    chunk_ =
        std::max<std::size_t>(1, static_cast<std::size_t>(rows) / std::max<std::size_t>(1, batch_tokens_));
    Output output;
    output.expands = grid_.axes;
    output.parts = (grid_.variants.size() + chunk_ - 1) / chunk_;
    output.variants_a_part = chunk_;
    output.facts = std::move(facts);
    return output;
  }

  /// Places that are kept of the variants are kept of the clean pass too.
  std::vector<PortRequest> take_requests(std::span<const RequestPtr> requests) override {
    plan_ = combined(requests).plan();
    auto of_clean = std::make_shared<PassRequest>();
    for (const ForwardPlan::Capture& capture : plan_.captures) of_clean->keep(capture.at, capture.positions);
    for (const Variant& variant : grid_.variants) of_clean->keep_for_edit(first_edit(variant).value());
    return {{0, std::move(of_clean)}};
  }

  [[nodiscard]] Cost cost() const override {
    const Config& config = clean_->subject->config();
    const TokenFacts& tokens = *clean_->tokens;
    Cost cost;
    for (const std::size_t length : tokens.lengths) {
      for (const Variant& variant : grid_.variants) {
        cost.passes += 1;
        cost.flops += pass_flops(config, length, first_edit(variant).value(), plan_);
      }
    }
    const std::size_t together_tokens = batch_tokens_ * std::min(chunk_, grid_.variants.size());
    cost.bytes_working = working_bytes(config, together_tokens, tokens.longest);
    cost.bytes_held = held_bytes(config, together_tokens, tokens.longest, plan_);
    cost.bytes_shared = weight_bytes(*clean_->subject, tokens, plan_);
    return cost;
  }

  void prepare() override {
    model_ = &clean_->subject->model();
    clean_.reset();  // it holds every prompt's tokens
  }

  [[nodiscard]] std::vector<ValuePtr> run(std::span<const Inputs> prompts, std::size_t part) const override {
    const std::size_t first = part * chunk_;
    const std::size_t count = std::min(chunk_, grid_.variants.size() - first);
    std::vector<EditedPrompt> edited;
    for (const Inputs& inputs : prompts) {
      for (std::size_t i = 0; i < count; ++i) {
        edited.push_back({inputs.get<Pass>(0).index, &grid_.variants[first + i]});
      }
    }
    const auto& clean = prompts.front().get<Pass>(0);
    const auto kept = kept_as_in(*clean.kept, plan_);
    std::vector<PassResult> results = run_edited(*model_, *clean.batch, edited, *kept);
    std::vector<ValuePtr> values;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
      auto variants = std::make_shared<Variants>();
      variants->first = first;
      variants->length = prompts[p].get<Pass>(0).length;
      variants->kept = kept;
      const auto begin = results.begin() + static_cast<std::ptrdiff_t>(p * count);
      variants->results.assign(std::make_move_iterator(begin),
                               std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count)));
      values.push_back(std::move(variants));
    }
    return values;
  }

 private:
  VariantGrid grid_;
  std::shared_ptr<const PassFacts> clean_;  // while planning
  ForwardPlan plan_;
  std::size_t batch_tokens_ = 0;
  std::size_t chunk_ = 1;
  const Model* model_ = nullptr;
};

const bool kAblate = register_stage(
    Declaration<Ablate>("ablate",
                        "Runs each prompt again with edits, one variant for every place, layer, head and "
                        "replacement")
        .input("clean", kPass, "the pass whose activations are edited")
        .output(kVariants, "the edited passes; adds the axes replacement, layer, head")
        .required("at", &Ablate::at, "Hook points to edit, such as blocks.*.attn.hook_z[*]", not_empty())
        .param("with", &Ablate::with, "What takes the activation's place")
        .listing(edit_forms)
        .param("positions", &Ablate::positions,
               "Which positions are edited: all, last, a list, or a slice such as \"1:\"")
        .param("together", &Ablate::together,
               "Axes whose places are all edited in one variant instead of one each: "
               "place, layer, head")
        .param("rows", &Ablate::rows, "Variants times tokens that share the matrix products of one chunk",
               countable()));

}  // namespace
}  // namespace hookflow::stages

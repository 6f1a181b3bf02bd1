#include "model/pass/forward.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "model/architecture/model.hpp"
#include "model/error.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/layer_loop.hpp"
#include "model/pass/pass_record.hpp"

namespace hookflow {
namespace {

void check_prompt(std::span<const std::int32_t> ids, std::size_t index, const Config& config) {
  const std::string place = "prompt " + std::to_string(index);
  if (ids.empty()) {
    throw ModelError(place + " is empty; a pass needs at least one token");
  }
  if (ids.size() > config.context) {
    throw ModelError(place + " has " + std::to_string(ids.size()) + " tokens; the model's context is " +
                     std::to_string(config.context));
  }
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || static_cast<std::size_t>(ids[i]) >= config.vocabulary) {
      throw ModelError(place + ": token id " + std::to_string(ids[i]) + " at position " + std::to_string(i) +
                       " is outside the vocabulary of " + std::to_string(config.vocabulary));
    }
  }
}

FedPrompt fed_prompt(std::span<const std::int32_t> ids, std::size_t answer) {
  if (answer >= ids.size()) {
    throw std::logic_error("run_clean: an answer stands behind a prompt of at least one token");
  }
  return {ids.size() - answer, answer};
}

void check_edits(const Variant& variant, const Config& config, const FedPrompt& fed) {
  for (const Intervention& intervention : variant) check_intervention(intervention, config, fed);
}

void check_captures(const ForwardPlan& plan, const Config& config) {
  for (const ForwardPlan::Capture& capture : plan.captures) {
    if (in_block(capture.at.kind) && capture.at.layer >= config.layers) {
      throw std::logic_error(to_string(capture.at) + ": layer " + std::to_string(capture.at.layer) +
                             " is out of range; the model has " + std::to_string(config.layers) +
                             " layers, 0-" + std::to_string(config.layers - 1));
    }
  }
}

/// Finds rows of a pass: its own, or those of the clean pass below it.
class Finder {
 public:
  Finder(std::size_t heads, const PassRecord& record, const PassRecord* clean)
      : heads_(heads), record_(record), clean_(clean) {}

  [[nodiscard]] PassResult result(std::size_t sequence, const ForwardPlan& plan) const {
    PassResult result;
    result.edit_scalars = record_.edit_scalars[sequence];
    const Asks asks = asks_of(plan, record_.plan.sequence(sequence).fed);
    for (const ForwardPlan::Capture& capture : plan.captures) {
      if (!result.captured.contains(capture.at))
        result.captured.emplace(capture.at, captured(sequence, capture.at, asks.at(capture.at).positions()));
    }
    if (plan.logits.empty()) return result;
    for (const std::size_t position : asks.at(kLogits).positions()) {
      const auto [blocks, row] = find_logits(sequence, position);
      result.logits.add(position, blocks, row);
    }
    return result;
  }

 private:
  struct Found {
    const PassRecord* record;
    std::size_t sequence;
  };

  [[nodiscard]] Found find(std::size_t sequence, const HookPoint& place, std::size_t head,
                           std::size_t position) const {
    if (const auto here = record_.plan.holder(sequence, place, head, position)) return {&record_, *here};
    const std::size_t prompt = record_.plan.sequence(sequence).prompt;
    return {clean_, clean_->plan.holder(prompt, place, head, position).value()};
  }

  [[nodiscard]] std::pair<std::shared_ptr<const LogitBlocks>, std::size_t> find_logits(
      std::size_t sequence, std::size_t position) const {
    const auto [record, holder] = find(sequence, kLogits, 0, position);
    const RowLayout& rows = record->logits->rows();
    return {record->logits, rows.first(holder) + rows.find(holder, position)};
  }

  [[nodiscard]] CapturedRows captured(std::size_t sequence, const HookPoint& place,
                                      std::vector<std::size_t> positions) const {
    const std::size_t length = record_.plan.sequence(sequence).length();
    const std::size_t heads = has_heads(place.kind) ? heads_ : 1;
    CapturedRows captured(positions, heads);
    for (const std::size_t position : positions) {
      if (place == kLogits) {
        const auto [blocks, index] = find_logits(sequence, position);
        const LogitRow row = blocks->row(index);
        captured.add(row.values, row.memory);
        continue;
      }
      for (std::size_t head = 0; head < heads; ++head) {
        const auto [record, holder] = find(sequence, place, head, position);
        const std::shared_ptr<KeptPlace>& kept = record->kept.at(place);
        const auto row = kept->row(holder, position, head);
        captured.add(is_square(place.kind) ? row.first(length) : row, kept);
      }
    }
    return captured;
  }

  static constexpr HookPoint kLogits{HookKind::logits, 0};
  std::size_t heads_;  // of the model
  const PassRecord& record_;
  const PassRecord* clean_;  // none: this is the clean pass
};

std::vector<PassResult> results_of(const Config& config, const PassRecord& record, const PassRecord* clean,
                                   const ForwardPlan& plan) {
  std::vector<PassResult> results(record.plan.size());
  parallel_blocks(results.size(), [&](std::size_t sequence) {
    results[sequence] = Finder(config.heads, record, clean).result(sequence, plan);
  });
  return results;
}

}  // namespace

void CapturedRows::add(std::span<const float> values, std::shared_ptr<const void> owner) {
  rows_.push_back(values);
  if (std::ranges::find(owners_, owner) == owners_.end()) owners_.push_back(std::move(owner));
}

CleanPass run_clean(const Model& model, std::span<const std::vector<std::int32_t>> prompts,
                    const ForwardPlan& plan, const PromptNotes& notes) {
  check_captures(plan, model.config);
  std::vector<FedPrompt> fed;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    check_prompt(prompts[i], i, model.config);
    fed.push_back(fed_prompt(prompts[i], notes.answers.empty() ? 0 : notes.answers[i]));
    if (!notes.named.empty()) fed.back().named = notes.named[i];
    if (notes.edits.variant != nullptr) check_edits(*notes.edits.variant, model.config, fed.back());
  }
  const auto record = std::make_shared<PassRecord>();
  record->given.assign(notes.edits.given.begin(), notes.edits.given.end());
  record->plan = plan_clean(model.config, prompts, fed, plan, {notes.edits.variant, record->given});
  LayerLoop(model, *record, nullptr).run(prompts);
  return {results_of(model.config, *record, nullptr, plan), record};
}

std::vector<PassResult> run_edited(const Model& model, const CleanPass& clean,
                                   std::span<const EditedPrompt> edited, const ForwardPlan& plan) {
  check_captures(plan, model.config);
  for (const EditedPrompt& pass : edited)
    check_edits(*pass.variant, model.config, clean.record->plan.sequence(pass.prompt).fed);
  PassRecord record;
  record.logit_blocks = std::max<std::size_t>(1, plan.logits.size());
  record.plan = plan_edited(model.config, clean.record->plan, edited, plan);
  LayerLoop(model, record, clean.record.get()).run({});
  return results_of(model.config, record, clean.record.get(), plan);
}

}  // namespace hookflow

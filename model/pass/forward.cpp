#include "model/pass/forward.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "model/architecture/model.hpp"
#include "model/error.hpp"
#include "model/pass/layer_loop.hpp"

namespace hookflow {
namespace {

std::vector<std::size_t> sorted(std::vector<std::size_t> positions) {
  std::sort(positions.begin(), positions.end());
  return positions;
}

std::vector<std::size_t> all_of(const FedLength& fed) { return Positions::all().resolve(fed); }

// What a plan asks of a sequence from `own_from` on; what lies before is the clean pass's.
std::vector<Ask> asks_of(const ForwardPlan& plan, const FedLength& fed, const HookPoint& own_from) {
  std::vector<Ask> asks;
  for (const ForwardPlan::Capture& capture : plan.captures) {
    if (!(capture.at < own_from)) {
      asks.push_back({capture.at, sorted(capture.positions.resolve(fed))});
    }
  }
  if (plan.wants_logits) {
    asks.push_back({{HookKind::logits, 0}, sorted(plan.logits.resolve(fed))});
  }
  return asks;
}

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

FedLength fed_length(std::span<const std::int32_t> ids, std::size_t answer) {
  if (answer >= ids.size()) {
    throw std::logic_error("run_clean: an answer stands behind a prompt of at least one token");
  }
  return {ids.size() - answer, answer};
}

// Before its first edit a variant holds what the clean pass holds: those captures are copied from there.
void copy_clean(const CleanPass::State& state, const ForwardPlan& plan, const PassResult& clean,
                const std::optional<HookPoint>& own_from, PassResult& result) {
  for (const ForwardPlan::Capture& capture : plan.captures) {
    if (own_from && !(capture.at < *own_from)) {
      continue;
    }
    const bool same =
        std::any_of(state.plan.captures.begin(), state.plan.captures.end(), [&](const auto& kept) {
          return kept.at == capture.at && kept.heads == capture.heads && kept.positions == capture.positions;
        });
    if (!same) {
      throw std::logic_error("run_edited: " + to_string(capture.at) +
                             " was not captured so by the clean pass");
    }
    result.captured[capture.at] = clean.captured.at(capture.at);
  }
  if (!own_from && plan.wants_logits) {
    if (!state.plan.wants_logits || !(state.plan.logits == plan.logits)) {
      throw std::logic_error("run_edited: these logits were not asked of the clean pass");
    }
    result.logits = clean.logits;
  }
}

// Checks a variant against its prompt, and asks for the rows that its edits read.
void add_edits(const Variant& variant, const Config& config, Sequence& sequence) {
  for (const Intervention& intervention : variant) {
    check_intervention(intervention, config, sequence.fed);
    sequence.result->edit_scalars.push_back(intervention.with->known_scalar());
    if (intervention.with->reads_all_rows()) {
      sequence.asks.push_back({intervention.at, all_of(sequence.fed)});
    }
  }
}

}  // namespace

std::optional<HookPoint> first_edit(const Variant& variant) {
  if (variant.empty()) {
    return std::nullopt;
  }
  return std::ranges::min_element(variant, {}, &Intervention::at)->at;
}

CleanPass run_clean(const Model& model, std::span<const std::vector<std::int32_t>> prompts,
                    const ForwardPlan& plan, std::span<const std::size_t> answers) {
  CleanPass pass;
  pass.results.resize(prompts.size());
  const auto state = std::make_shared<CleanPass::State>();
  state->plan = plan;
  for (const HookPoint& place : inherited_places(plan)) {
    state->kept[place];
  }
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    check_prompt(prompts[i], i, model.config);
    Sequence sequence;
    sequence.fed = fed_length(prompts[i], answers.empty() ? 0 : answers[i]);
    state->fed.push_back(sequence.fed);
    sequence.prompt = i;
    sequence.result = &pass.results[i];
    sequence.asks = asks_of(plan, sequence.fed, sequence.own_from);
    for (const auto& [point, tensor] : state->kept) {
      sequence.asks.push_back({point, all_of(sequence.fed)});
    }
    sequences.push_back(std::move(sequence));
  }
  LayerLoop(model, std::move(sequences), plan).run_clean(prompts, *state);
  pass.state = state;
  return pass;
}

std::vector<PassResult> run_edited(const Model& model, const CleanPass& clean,
                                   std::span<const EditedPrompt> edited, const ForwardPlan& plan) {
  std::vector<PassResult> results(edited.size());
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < edited.size(); ++i) {
    const auto& [prompt, variant] = edited[i];
    const std::optional<HookPoint> own_from = first_edit(*variant);
    Sequence sequence;
    sequence.fed = clean.state->fed[prompt];
    sequence.prompt = prompt;
    sequence.variant = variant;
    sequence.result = &results[i];
    add_edits(*variant, model.config, sequence);
    copy_clean(*clean.state, plan, clean.results[prompt], own_from, results[i]);
    if (!own_from) {
      continue;
    }
    sequence.own_from = *own_from;
    sequence.joins = {join_of(own_from->kind).at, own_from->layer};
    std::ranges::move(asks_of(plan, sequence.fed, *own_from), std::back_inserter(sequence.asks));
    if (!sequence.asks.empty()) {
      sequences.push_back(std::move(sequence));
    }
  }
  std::stable_sort(sequences.begin(), sequences.end(),
                   [](const Sequence& a, const Sequence& b) { return a.joins < b.joins; });
  LayerLoop(model, std::move(sequences), plan).run_edited(*clean.state);
  return results;
}

}  // namespace hookflow

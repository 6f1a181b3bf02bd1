#include "model/rows/forward_plan.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "model/numerics/parallel.hpp"
#include "model/rows/changed_rows.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/shared_prefixes.hpp"

namespace hookflow {

bool shares_rows(const ForwardPlan& plan) {
  const auto alone = [](const ForwardPlan::Capture& capture) {
    return depends_on_all_tokens(capture.at.kind);
  };
  const auto shares = [](const ForwardPlan::Edits& edits) { return shares_rows(*edits.plan); };
  return std::ranges::none_of(plan.captures, alone) && std::ranges::all_of(plan.edits, shares);
}

Asks asks_of(const ForwardPlan& plan, const FedPrompt& fed) {
  Asks asks;
  for (const ForwardPlan::Capture& capture : plan.captures) {
    asks[capture.at] |= PositionSet(capture.positions.resolve(fed));
  }
  for (const Positions& positions : plan.logits) {
    asks[{HookKind::logits, 0}] |= PositionSet(positions.resolve(fed));
  }
  return asks;
}

Asks asks_of_clean(const Config& config, const ForwardPlan& plan, const FedPrompt& fed, const Variant* own) {
  Asks asks = asks_of(plan, fed);
  std::mutex mutex;
  for (const ForwardPlan::Edits& edits : plan.edits) {
    const Asks asked = asks_of(*edits.plan, fed);
    parallel_blocks(edits.variants->size(), [&](std::size_t i) {
      Sequence sequence{fed, 0, &(*edits.variants)[i], {}, 0, asked, edits.plan->edit_scalars};
      sequence.below = own;
      const NeededRows rows(config, sequence, ChangedRows(config, sequence));
      const std::lock_guard lock(mutex);
      rows.of_clean.for_each([&](const HookPoint& place, const PositionSet& read) {
        if (!read.empty()) asks[place] |= read;
      });
    });
  }
  return asks;
}

RowPlan plan_clean(const Config& config, std::span<const std::vector<std::int32_t>> prompts,
                   std::span<const FedPrompt> fed, const ForwardPlan& plan, const WholeEdits& edits) {
  const std::vector<SharedPrefix> prefixes = shared_prefixes(prompts);
  const bool shares = shares_rows(plan);
  std::map<FedPrompt, Asks> asks;
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto [known, is_new] = asks.try_emplace(fed[i]);
    if (is_new) known->second = asks_of_clean(config, plan, fed[i], edits.variant);
    const auto& [parent, in_common] = prefixes[i];
    std::size_t first = shares ? in_common : 0;
    if (edits.variant != nullptr && first > 0)
      first = agreed_length(*edits.variant, fed[i], fed[*parent], first);
    Sequence& sequence = sequences.emplace_back(
        Sequence{fed[i], i, edits.variant, parent, first, known->second, false, in_common, true});
    if (!edits.given.empty()) sequence.given = &edits.given[i];
  }
  return {config, std::move(sequences)};
}

RowPlan plan_edited(const Config& config, const RowPlan& clean, std::span<const EditedPrompt> edited,
                    const ForwardPlan& plan) {
  std::map<std::pair<std::size_t, const Variant*>, std::size_t> known;
  std::vector<Sequence> sequences;
  const bool shares = shares_rows(plan);
  for (const auto& [prompt, variant, given] : edited) {
    const Sequence& of_clean = clean.sequence(prompt);
    Sequence sequence{of_clean.fed, prompt, variant, {}, 0, asks_of(plan, of_clean.fed), plan.edit_scalars};
    sequence.given = given;
    sequence.below = of_clean.variant;
    // The same variant of the prompt that this one begins as, where that is run beside it.
    const auto parent = shares && of_clean.parent ? known.find({*of_clean.parent, variant}) : known.end();
    if (parent != known.end()) {
      const FedPrompt& other = sequences[parent->second].fed;
      sequence.first = agreed_length(*variant, sequence.fed, other, of_clean.in_common);
      if (sequence.below != nullptr)
        sequence.first = agreed_length(*sequence.below, sequence.fed, other, sequence.first);
      if (sequence.first > 0) sequence.parent = parent->second;
    }
    known.emplace(std::pair(prompt, variant), sequences.size());
    sequences.push_back(std::move(sequence));
  }
  return {config, std::move(sequences)};
}

}  // namespace hookflow

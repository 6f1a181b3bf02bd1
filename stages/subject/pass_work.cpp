#include "stages/subject/pass_work.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "model/hooks/hook.hpp"
#include "model/numerics/parallel.hpp"
#include "model/rows/changed_rows.hpp"
#include "model/rows/edited_rows.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/shared_prefixes.hpp"

namespace hookflow::stages {
namespace {

/// Bytes of the weights that passes touch; all of them, as stored and as float32, where they have to be
/// converted.
double weight_bytes(const PassFacts& facts, const ForwardPlan& plan) {
  if (const double converted = facts.subject->converted_bytes(); converted > 0) return converted;
  const std::set<std::int32_t> fed(facts.tokens->ids.all().begin(), facts.tokens->ids.all().end());
  return hookflow::weight_bytes(facts.subject->config(), fed.size(), plan);
}

/// Whether a prompt may need more of the first `shared` rows of the one that it hangs from than that one
/// needs itself: rows that only it asks for, or keys and values behind those that the other looks at.
bool asks_more(const Asks& own, const Asks& of_parent, std::size_t shared) {
  return std::ranges::any_of(own, [&](const Asks::value_type& ask) {
    const auto& [place, positions] = ask;
    const auto found = of_parent.find(place);
    const PositionSet there = found == of_parent.end() ? PositionSet() : found->second;
    return !((positions & PositionSet::range(0, shared)) - there).empty() ||
           there.end() < std::min(shared, positions.end());
  });
}

PassCost cost_of_sequence(const Config& config, const Sequence& sequence) {
  return {config, sequence, NeededRows(config, sequence, ChangedRows(config, sequence))};
}

}  // namespace

PassWork::PassWork(const PassFacts& facts, std::span<const pipeline::Batch> batches, const PassRequest& asked,
                   std::shared_ptr<const std::vector<Variant>> variants, const Variant* own)
    : config_(&facts.subject->config()), variants_(std::move(variants)), own_(own) {
  // Where only answers are read, no prompt is run alone.
  const ForwardPlan& alone = asked.plan();
  if (asked.answer_plans().empty() || layers_run(*config_, alone) > 0 || alone.edit_scalars)
    add_feed(facts, batches, alone, nullptr);
  for (const auto& [column, answered] : asked.answer_plans())
    add_feed(facts, batches, answered.plan, &answered.answers);
}

void PassWork::add_feed(const PassFacts& facts, std::span<const pipeline::Batch> batches,
                        const ForwardPlan& plan, const Answers* answers) {
  Feed& feed = feeds_.emplace_back(Feed{plan, std::vector<Fed>(facts.tokens->lengths.size())});
  for (const pipeline::Batch& batch : batches) {
    std::vector<std::size_t> run;
    std::vector<std::vector<std::int32_t>> ids;
    for (const std::size_t prompt : batch.prompts) {
      if (!facts.tokens->runs(prompt)) continue;
      const auto own = facts.tokens->ids[prompt];
      const auto answer = answers == nullptr ? std::span<const std::int32_t>() : answers->fed(prompt);
      run.push_back(prompt);
      ids.emplace_back(own.begin(), own.end()).insert(ids.back().end(), answer.begin(), answer.end());
      feed.prompts[prompt].length = FedPrompt(own.size(), answer.size(), facts.tokens->names->of(prompt));
    }
    if (shares_rows(plan)) add_prefixes(feed, run, ids);
  }
  cost_.bytes_shared = std::max(cost_.bytes_shared, weight_bytes(facts, plan));
  add_cost(batches);
}

void PassWork::add_prefixes(Feed& feed, std::span<const std::size_t> prompts,
                            std::span<const std::vector<std::int32_t>> ids) {
  const std::vector<SharedPrefix> prefixes = shared_prefixes(ids);
  std::vector<std::size_t> root(prompts.size());  // of the family that each is in
  std::set<std::size_t> together;                 // roots
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto& [parent, length] = prefixes[i];
    root[i] = parent ? root[*parent] : i;
    if (!parent) continue;
    Fed& fed = feed.prompts[prompts[i]];
    fed.parent = prompts[*parent];
    fed.shared = length;
    const auto asks = [&](std::size_t prompt) -> const Asks& {
      return alone(feeds_.size() - 1, feed.prompts[prompt].length).asks;
    };
    if (asks_more(asks(prompts[i]), asks(*fed.parent), length)) together.insert(root[i]);
  }
  for (const std::size_t of : together) {
    std::vector<std::size_t>& family = feed.families.emplace_back();
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      if (root[i] != of) continue;
      feed.prompts[prompts[i]].family = feed.families.size() - 1;
      family.push_back(prompts[i]);
    }
  }
}

void PassWork::add_cost(std::span<const pipeline::Batch> batches) {
  const std::size_t feed = feeds_.size() - 1;
  const std::size_t passes = variants_ ? variants_->size() : 1;
  for (const Fed& fed : feeds_[feed].prompts) {
    if (fed.length.all() == 0) continue;
    cost_.passes += static_cast<double>(passes);
    cost_.whole_rows += static_cast<double>(passes * fed.length.all());
  }
  for (const pipeline::Batch& batch : batches) {
    for (std::size_t i = 0; i < passes; ++i) {
      for_each_cost(feed, batch, i, [&](const PassCost& cost) {
        cost_.flops += cost.flops();
        cost_.rows += static_cast<double>(cost.most_rows());
      });
    }
  }
}

const PassWork::Alone& PassWork::alone(std::size_t feed, const FedPrompt& length) const {
  const auto [known, is_new] = alone_.try_emplace({feed, length});
  Alone& made = known->second;
  if (!is_new) return made;
  const ForwardPlan& plan = feeds_[feed].plan;
  if (!variants_) {
    made.asks = asks_of_clean(*config_, plan, length, own_);
    made.costs = {cost_of_sequence(*config_, {length, 0, own_, {}, 0, made.asks, false, 0, true})};
    made.reached = {0};
    return made;
  }
  made.asks = asks_of(plan, length);
  made.costs.resize(variants_->size());
  made.reached.resize(variants_->size(), length.all());
  parallel_blocks(variants_->size(), [&](std::size_t i) {
    const Variant& variant = (*variants_)[i];
    Sequence sequence{length, 0, &variant, {}, 0, made.asks, plan.edit_scalars};
    sequence.below = own_;
    made.costs[i] = cost_of_sequence(*config_, sequence);
    PositionSet edited;  // none where the prompt is too short for the edits
    for (const Intervention& edit : variant) edited |= edited_positions(edit, length);
    if (!edited.empty()) made.reached[i] = edited.first();
  });
  return made;
}

Sequence PassWork::sequence_of(std::size_t feed, std::size_t prompt, std::size_t variant) const {
  const FedPrompt& length = feeds_[feed].prompts[prompt].length;
  Sequence sequence{length, prompt, variants_ ? &(*variants_)[variant] : own_};
  sequence.first = first_of(feed, prompt, variant);
  sequence.asks = alone(feed, length).asks;
  sequence.asks_scalars = feeds_[feed].plan.edit_scalars;
  sequence.edits_whole = !variants_;
  sequence.below = variants_ ? own_ : nullptr;
  return sequence;
}

std::size_t PassWork::first_of(std::size_t feed, std::size_t prompt, std::size_t variant) const {
  const Fed& fed = feeds_[feed].prompts[prompt];
  std::size_t first = fed.shared;
  const auto agree = [&](const Variant& edits) {
    first = agreed_length(edits, fed.length, feeds_[feed].prompts[*fed.parent].length, first);
  };
  if (first > 0 && variants_) agree((*variants_)[variant]);
  if (first > 0 && own_ != nullptr) agree(*own_);
  return first;
}

const PassCost& PassWork::cost_alone(std::size_t feed, std::size_t prompt, std::size_t variant) const {
  const Fed& fed = feeds_[feed].prompts[prompt];
  const Alone& whole = alone(feed, fed.length);
  if (whole.reached[variant] >= fed.shared) return whole.costs[variant];
  const std::size_t first = first_of(feed, prompt, variant);
  if (whole.reached[variant] >= first) return whole.costs[variant];
  const auto [known, is_new] = sharing_.try_emplace({{feed, fed.length}, variant, first});
  if (is_new) known->second = cost_of_sequence(*config_, sequence_of(feed, prompt, variant));
  return known->second;
}

RowPlan PassWork::plan_family(std::size_t feed, const std::vector<std::size_t>& family,
                              std::size_t variant) const {
  std::vector<Sequence> sequences;
  for (const std::size_t prompt : family) {
    Sequence& sequence = sequences.emplace_back(sequence_of(feed, prompt, variant));
    if (sequence.first == 0) continue;
    const auto parent = std::ranges::find(family, *feeds_[feed].prompts[prompt].parent);
    sequence.parent = static_cast<std::size_t>(parent - family.begin());
  }
  return {*config_, std::move(sequences)};
}

template <typename Use>
void PassWork::for_each_cost(std::size_t feed, const pipeline::Batch& batch, std::size_t variant,
                             const Use& use) const {
  for (const std::size_t prompt : batch.prompts) {
    const Fed& fed = feeds_[feed].prompts[prompt];
    if (fed.length.all() == 0) continue;
    if (!fed.family) {
      use(cost_alone(feed, prompt, variant));
    } else if (const auto& family = feeds_[feed].families[*fed.family]; family.front() == prompt) {
      use(PassCost(*config_, plan_family(feed, family, variant)));
    }
  }
}

PassCost PassWork::cost_of(std::size_t feed, const pipeline::Work& work) const {
  const std::lock_guard lock(mutex_);
  PassCost all;
  for (std::size_t i = 0; i < work.variants.count; ++i)
    for_each_cost(feed, work.batch, work.variants.first + i, [&](const PassCost& cost) { all += cost; });
  return all;
}

pipeline::Bytes PassWork::bytes(const pipeline::Work& work) const {
  pipeline::Bytes bytes;
  for (std::size_t feed = 0; feed < feeds_.size(); ++feed) {
    const PassCost cost = cost_of(feed, work);
    bytes.working = std::max(bytes.working, cost.working_bytes(*config_));
    const std::size_t blocks =
        variants_ ? std::max<std::size_t>(1, feeds_[feed].plan.logits.size()) : LogitBlocks::kAll;
    bytes.held += cost.held_bytes(*config_, blocks) + cost.index_bytes();
  }
  return bytes;
}

std::vector<std::size_t> PassWork::chunks(const pipeline::Batch& batch, std::size_t variants_a_part,
                                          std::size_t rows) const {
  std::vector<std::size_t> chunks;
  std::vector<PassCost> chunk;  // of the last, one a feed
  for (std::size_t first = 0; first < variants_->size(); first += variants_a_part) {
    const std::size_t count = std::min(variants_a_part, variants_->size() - first);
    std::vector<PassCost> part, more = chunk;
    more.resize(feeds_.size());
    std::size_t most = 0;
    for (std::size_t feed = 0; feed < feeds_.size(); ++feed) {
      part.push_back(cost_of(feed, {batch, {first, count}}));
      most = std::max(most, (more[feed] += part[feed]).most_rows());
    }
    // Variants that compute nothing are counted, too.
    const std::size_t variants = chunks.empty() ? 0 : (chunks.back() + 1) * variants_a_part;
    const bool fits = !chunks.empty() && std::max(most, variants * batch.prompts.size()) <= rows;
    if (!fits) chunks.push_back(0);
    chunk = std::move(fits ? more : part);
    ++chunks.back();
  }
  return chunks;
}

}  // namespace hookflow::stages

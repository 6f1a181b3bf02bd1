#include "stages/subject/pass_work.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

#include "model/numerics/parallel.hpp"
#include "model/rows/changed_rows.hpp"
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

PassCost cost_of_sequence(const Config& config, const Sequence& sequence) {
  return {config, sequence,
          NeededRows(config, sequence, ChangedRows(config, sequence.fed, sequence.variant))};
}

}  // namespace

PassWork::PassWork(const PassFacts& facts, std::span<const pipeline::Batch> batches, const PassRequest& asked,
                   std::shared_ptr<const std::vector<Variant>> variants)
    : config_(&facts.subject->config()), variants_(std::move(variants)) {
  // Where only answers are read, no prompt is run alone.
  const ForwardPlan& alone = asked.plan();
  if (asked.answer_plans().empty() || layers_run(*config_, alone) > 0)
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
      feed.prompts[prompt].length = FedLength(own.size(), answer.size());
    }
    if (!shares_rows(plan)) continue;
    const std::vector<SharedPrefix> prefixes = shared_prefixes(ids);
    for (std::size_t i = 0; i < run.size(); ++i) {
      Fed& fed = feed.prompts[run[i]];
      fed.shared = prefixes[i].length;
      if (prefixes[i].parent) fed.parent = feed.prompts[run[*prefixes[i].parent]].length;
    }
  }
  add_cost(facts);
}

void PassWork::add_cost(const PassFacts& facts) {
  const std::size_t feed = feeds_.size() - 1;
  const std::size_t passes = variants_ ? variants_->size() : 1;
  for (std::size_t prompt = 0; prompt < feeds_[feed].prompts.size(); ++prompt) {
    if (!facts.tokens->runs(prompt)) continue;
    cost_.passes += static_cast<double>(passes);
    cost_.whole_rows += static_cast<double>(passes * feeds_[feed].prompts[prompt].length.all());
    for (std::size_t i = 0; i < passes; ++i) {
      const PassCost& cost = cost_of(feed, prompt, i);
      cost_.flops += cost.flops();
      cost_.rows += static_cast<double>(cost.most_rows());
    }
  }
  cost_.bytes_shared = std::max(cost_.bytes_shared, weight_bytes(facts, feeds_[feed].plan));
}

const PassWork::Alone& PassWork::alone(std::size_t feed, const FedLength& length) const {
  const auto [known, is_new] = alone_.try_emplace({feed, length.prompt, length.answer});
  Alone& made = known->second;
  if (!is_new) return made;
  const ForwardPlan& plan = feeds_[feed].plan;
  if (!variants_) {
    made.asks = asks_of_clean(*config_, plan, length);
    made.costs = {cost_of_sequence(*config_, {length, 0, nullptr, {}, 0, made.asks})};
    made.reached = {0};
    return made;
  }
  made.asks = asks_of(plan, length);
  made.costs.resize(variants_->size());
  made.reached.resize(variants_->size(), length.all());
  parallel_blocks(variants_->size(), [&](std::size_t i) {
    const Variant& variant = (*variants_)[i];
    made.costs[i] = cost_of_sequence(*config_, {length, 0, &variant, {}, 0, made.asks});
    for (const Intervention& edit : variant)
      made.reached[i] = std::min(made.reached[i], edited_positions(edit, length).first());
  });
  return made;
}

const PassCost& PassWork::cost_of(std::size_t feed, std::size_t prompt, std::size_t variant) const {
  const auto& [length, parent, shared] = feeds_[feed].prompts[prompt];
  const Alone& whole = alone(feed, length);
  if (whole.reached[variant] >= shared) return whole.costs[variant];
  const Variant* edits = variants_ ? &(*variants_)[variant] : nullptr;
  const std::size_t first = edits == nullptr ? shared : agreed_length(*edits, length, *parent, shared);
  if (whole.reached[variant] >= first) return whole.costs[variant];
  const auto [known, is_new] = sharing_.try_emplace({{feed, length.prompt, length.answer}, variant, first});
  if (is_new) known->second = cost_of_sequence(*config_, {length, 0, edits, {}, first, whole.asks});
  return known->second;
}

PassCost PassWork::cost_of(std::size_t feed, const pipeline::Work& work) const {
  const std::lock_guard lock(mutex_);
  PassCost all;
  for (const std::size_t prompt : work.batch.prompts) {
    if (feeds_[feed].prompts[prompt].length.all() == 0) continue;
    for (std::size_t i = 0; i < work.variants.count; ++i)
      all += cost_of(feed, prompt, work.variants.first + i);
  }
  return all;
}

pipeline::Bytes PassWork::bytes(const pipeline::Work& work) const {
  pipeline::Bytes bytes;
  for (std::size_t feed = 0; feed < feeds_.size(); ++feed) {
    const PassCost cost = cost_of(feed, work);
    bytes.working = std::max(bytes.working, cost.working_bytes(*config_));
    bytes.held += cost.held_bytes(*config_, !variants_) + cost.index_bytes();
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

#include "stages/work/pass_work.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "model/rows/shared_prefixes.hpp"

namespace hookflow::stages {
namespace {

/// Bytes of the weights that passes touch; all of them, as stored and as float32, where they have to be
/// converted.
double weight_bytes(const PassFacts& facts, std::size_t rows, const ForwardPlan& plan) {
  if (const double converted = facts.subject->converted_bytes(); converted > 0) return converted;
  return hookflow::weight_bytes(facts.subject->config(), rows, plan);
}

}  // namespace

PassWork::PassWork(const PassFacts& facts, std::span<const pipeline::Batch> batches, const PassRequest& asked,
                   std::shared_ptr<const std::vector<Variant>> variants, const Variant* own)
    : config_(&facts.subject->config()), variants_(std::move(variants)), own_(own) {
  const std::size_t rows = table_rows(*config_, facts.tokens->ids.all(), asked.tokens_named());
  const auto add = [&](const ForwardPlan& plan, const Answers* answers) {
    add_feed(facts, batches, plan, answers);
    cost_.bytes_shared = std::max(cost_.bytes_shared, weight_bytes(facts, rows, plan));
  };
  // Where only answers are read, no prompt is run alone.
  const ForwardPlan& alone = asked.plan();
  if (asked.answer_plans().empty() || layers_run(*config_, alone) > 0 || alone.edit_scalars)
    add(alone, nullptr);
  for (const auto& [column, answered] : asked.answer_plans()) add(answered.plan, &answered.answers);
}

void PassWork::add_feed(const PassFacts& facts, std::span<const pipeline::Batch> batches,
                        const ForwardPlan& plan, const Answers* answers) {
  Feed& feed = feeds_.emplace_back(
      Feed{std::make_unique<AlikePasses>(*config_, plan, variants_, own_),
           std::vector<AlikePasses::ClassId>(facts.tokens->lengths.size(), Feed::kNotRun)});
  const bool shares = shares_rows(plan);
  for (const pipeline::Batch& batch : batches) {
    std::vector<std::size_t> run;
    std::vector<AlikePasses::Fed> fed;
    std::vector<std::vector<std::int32_t>> ids;
    for (const std::size_t prompt : batch.prompts) {
      if (!facts.tokens->runs(prompt)) continue;
      const auto own = facts.tokens->ids[prompt];
      const auto answer = answers == nullptr ? std::span<const std::int32_t>() : answers->fed(prompt);
      run.push_back(prompt);
      ids.emplace_back(own.begin(), own.end()).insert(ids.back().end(), answer.begin(), answer.end());
      fed.push_back({{own.size(), answer.size(), facts.tokens->names->of(prompt)}, {}, 0});
    }
    const std::vector<SharedPrefix> prefixes = shares ? shared_prefixes(ids) : std::vector<SharedPrefix>();
    for (std::size_t i = 0; i < prefixes.size(); ++i) {
      fed[i].parent = prefixes[i].parent;
      fed[i].shared = prefixes[i].length;
    }
    const std::vector<AlikePasses::ClassId> classes = feed.passes->classify(fed);
    for (std::size_t i = 0; i < run.size(); ++i) feed.classes[run[i]] = classes[i];
  }
  add_cost(feed);
}

void PassWork::add_cost(const Feed& feed) {
  const auto passes = static_cast<double>(feed.passes->variants());
  for (const AlikePasses::ClassId of : feed.classes) {
    if (of == Feed::kNotRun) continue;
    cost_.passes += passes;
    cost_.whole_rows += passes * static_cast<double>(feed.passes->fed(of).all());
    cost_.flops += feed.passes->flops(of);
    cost_.rows += feed.passes->rows(of);
  }
}

FedPrompt PassWork::fed(std::size_t prompt) const {
  if (feeds_.empty()) return 0;
  const auto& [passes, classes] = feeds_.front();
  return classes[prompt] == Feed::kNotRun ? FedPrompt(0) : passes->fed(classes[prompt]).without_answer();
}

BatchCost PassWork::cost_of(const Feed& feed, const pipeline::Batch& batch) {
  std::map<AlikePasses::ClassId, std::size_t> counts;
  for (const std::size_t prompt : batch.prompts)
    if (feed.classes[prompt] != Feed::kNotRun) ++counts[feed.classes[prompt]];
  std::vector<BatchCost::Alike> all;
  for (const auto& [alike, count] : counts) all.push_back({feed.passes->costs(alike), count});
  return {all, feed.passes->variants()};
}

std::vector<pipeline::Bytes> PassWork::bytes(const pipeline::Batch& batch,
                                             std::span<const pipeline::VariantRange> ranges) const {
  std::vector<pipeline::Bytes> bytes(ranges.size());
  for (const Feed& feed : feeds_) {
    const BatchCost costs = cost_of(feed, batch);
    const std::size_t blocks =
        variants_ ? std::max<std::size_t>(1, feed.passes->plan().logits.size()) : LogitBlocks::kAll;
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const PassCost cost = costs.of(ranges[i]);
      bytes[i] += {cost.working_bytes(*config_), cost.held_bytes(*config_, blocks) + cost.index_bytes()};
    }
  }
  return bytes;
}

double PassWork::flops(const pipeline::Work& work) const {
  double flops = 0;
  for (const Feed& feed : feeds_) flops += cost_of(feed, work.batch).of(work.variants).flops();
  return flops;
}

std::vector<std::size_t> PassWork::chunks(const pipeline::Batch& batch, std::size_t variants_a_part,
                                          std::size_t rows) const {
  std::vector<BatchCost> costs;  // [feed]
  for (const Feed& feed : feeds_) costs.push_back(cost_of(feed, batch));
  std::vector<std::size_t> chunks;
  std::vector<PassCost> chunk;  // of the last, one a feed
  for (std::size_t first = 0; first < variants_->size(); first += variants_a_part) {
    const std::size_t count = std::min(variants_a_part, variants_->size() - first);
    std::vector<PassCost> part, more = chunk;
    more.resize(feeds_.size());
    std::size_t most = 0;
    for (std::size_t feed = 0; feed < feeds_.size(); ++feed) {
      part.push_back(costs[feed].of({first, count}));
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

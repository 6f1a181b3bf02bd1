#include "stages/subject/pass_cost.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

namespace hookflow::stages {
namespace {

/// Bytes of the weights that passes touch; all of them, as stored and as float32, where they have to be
/// converted.
double weight_bytes(const PassFacts& facts, const ForwardPlan& plan) {
  if (const double converted = facts.subject->converted_bytes(); converted > 0) return converted;
  const std::set<std::int32_t> fed(facts.tokens->ids.all().begin(), facts.tokens->ids.all().end());
  return hookflow::weight_bytes(facts.subject->config(), fed.size(), plan);
}

/// Prompts alone, or with an answer behind each, and what their passes keep.
struct AskedFeed {
  const ForwardPlan& plan;
  const Answers* answers = nullptr;

  [[nodiscard]] FedLength length(const TokenFacts& tokens, std::size_t prompt) const {
    return {tokens.lengths[prompt], answers == nullptr ? 0 : answers->fed(prompt).size()};
  }
};

/// Those that are run: where only answers are read, no prompt is run alone.
std::vector<AskedFeed> feeds_of(const PassFacts& facts, const PassRequest& asked) {
  std::vector<AskedFeed> feeds;
  const bool answers_alone =
      !asked.answer_plans().empty() && layers_run(facts.subject->config(), asked.plan()) == 0;
  if (!answers_alone) feeds.push_back({asked.plan()});
  for (const auto& [column, answered] : asked.answer_plans())
    feeds.push_back({answered.plan, &answered.answers});
  return feeds;
}

}  // namespace

pipeline::Cost cost_of(const PassLoad& load, const PassRequest& asked) {
  const TokenFacts& tokens = *load.facts.tokens;
  pipeline::Cost cost;
  for (const AskedFeed& feed : feeds_of(load.facts, asked)) {
    for (std::size_t i = 0; i < tokens.lengths.size(); ++i) {
      if (!tokens.runs(i)) continue;
      for (const HookPoint& start : load.starts) {
        cost.passes += 1;
        cost.flops += pass_flops(load.facts.subject->config(), feed.length(tokens, i), start, feed.plan);
      }
    }
    cost.bytes_shared = std::max(cost.bytes_shared, weight_bytes(load.facts, feed.plan));
  }
  return cost;
}

PassMemory::PassMemory(const PassFacts& facts, const PassRequest& asked) : config_(&facts.subject->config()) {
  const TokenFacts& tokens = *facts.tokens;
  for (const AskedFeed& feed : feeds_of(facts, asked)) {
    feeds_.push_back({feed.plan, {}});
    for (std::size_t i = 0; i < tokens.lengths.size(); ++i)
      feeds_.back().lengths.push_back(tokens.runs(i) ? feed.length(tokens, i) : FedLength(0));
  }
}

pipeline::Bytes PassMemory::of(const pipeline::Work& work) const {
  pipeline::Bytes bytes;
  for (const Feed& feed : feeds_) {
    std::size_t rows = 0;
    FedLength longest(0);
    for (const std::size_t prompt : work.batch.prompts) {
      const FedLength& fed = feed.lengths[prompt];
      rows += fed.all() * work.variants.count;
      longest = {std::max(longest.prompt, fed.prompt), std::max(longest.answer, fed.answer)};
    }
    bytes.working = std::max(bytes.working, working_bytes(*config_, rows, longest.all()));
    bytes.held += held_bytes(*config_, rows, longest, feed.plan);
  }
  return bytes;
}

}  // namespace hookflow::stages

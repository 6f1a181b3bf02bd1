#include "stages/subject/pass_cost.hpp"

#include <algorithm>
#include <cmath>
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

/// Of passes of the prompts alone, or with an answer behind each.
pipeline::Cost cost_of(const PassLoad& load, const ForwardPlan& plan, const Answers* answers) {
  const Config& config = load.facts.subject->config();
  const std::vector<std::size_t>& lengths = load.facts.tokens->lengths;
  pipeline::Cost cost;
  FedLength longest(0);
  double stretch = 1;  // how much more is fed than the prompt's own tokens, at most
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (!load.facts.tokens->runs(i)) continue;
    const FedLength fed(lengths[i], answers == nullptr ? 0 : answers->fed(i).size());
    longest = {std::max(longest.prompt, fed.prompt), std::max(longest.answer, fed.answer)};
    stretch = std::max(stretch, static_cast<double>(fed.all()) / static_cast<double>(fed.prompt));
    for (const HookPoint& start : load.starts) {
      cost.passes += 1;
      cost.flops += pass_flops(config, fed, start, plan);
    }
  }
  const auto together =
      static_cast<std::size_t>(std::ceil(stretch * static_cast<double>(load.together_tokens)));
  cost.bytes_working = working_bytes(config, together, longest.all());
  cost.bytes_held = held_bytes(config, together, longest, plan);
  cost.bytes_shared = weight_bytes(load.facts, plan);
  return cost;
}

}  // namespace

pipeline::Cost cost_of(const PassLoad& load, const PassRequest& asked) {
  const bool answers_alone =
      !asked.answer_plans().empty() && layers_run(load.facts.subject->config(), asked.plan()) == 0;
  pipeline::Cost cost = answers_alone ? pipeline::Cost{} : cost_of(load, asked.plan(), nullptr);
  for (const auto& [column, answered] : asked.answer_plans()) {
    const pipeline::Cost more = cost_of(load, answered.plan, &answered.answers);
    cost.passes += more.passes;
    cost.flops += more.flops;
    cost.bytes_held += more.bytes_held;
    cost.bytes_working = std::max(cost.bytes_working, more.bytes_working);
    cost.bytes_shared = std::max(cost.bytes_shared, more.bytes_shared);
  }
  return cost;
}

}  // namespace hookflow::stages

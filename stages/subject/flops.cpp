#include "stages/subject/flops.hpp"

#include "stages/subject/pass_memory.hpp"

namespace hookflow::stages {
namespace {

std::size_t asked(const ForwardPlan& plan, std::size_t length) {
  return plan.wants_logits ? plan.logits.resolve(length).size() : 0;
}

}  // namespace

double pass_flops(const Config& config, std::size_t length, const HookPoint& start, const ForwardPlan& plan) {
  const auto width = static_cast<double>(config.width);
  const auto tokens = static_cast<double>(length);
  const auto outputs = static_cast<double>(asked(plan, length));
  // A product is done unless the pass starts behind the place that it reads.
  const auto does = [&](std::size_t layer, HookKind reads) { return start <= HookPoint{reads, layer}; };
  double flops = outputs * 2 * width * static_cast<double>(config.vocabulary);
  const std::size_t layers = layers_run(config, plan);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    // Behind the last layer's keys and values only the rows that are asked for matter.
    const double rows = layer + 1 == config.layers && plan.captures.empty() ? outputs : tokens;
    const double mlp_width = static_cast<double>(config.mlp_width);
    if (does(layer, HookKind::ln1_normalized)) flops += 2 * width * width * (rows + 2 * tokens);
    if (does(layer, HookKind::pattern)) flops += 4 * rows * tokens * width;  // joined at q, k and v
    if (does(layer, HookKind::z)) flops += 2 * rows * width * width;
    if (does(layer, HookKind::ln2_normalized)) flops += 2 * rows * width * mlp_width;
    if (does(layer, HookKind::mlp_post)) flops += 2 * rows * width * mlp_width;
  }
  return flops;
}

}  // namespace hookflow::stages

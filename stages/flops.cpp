#include "stages/flops.hpp"

#include <algorithm>

namespace hookflow::stages {
namespace {

std::size_t asked(const ForwardPlan& plan, std::size_t length) {
  return plan.wants_logits ? plan.logits.resolve(length).size() : 0;
}

double activation_floats(const Config& config) {
  return static_cast<double>(config.width * 6 + config.mlp_width);
}

}  // namespace

double pass_flops(const Config& config, std::size_t length, const HookPoint& start, const ForwardPlan& plan) {
  const auto width = static_cast<double>(config.width);
  const auto tokens = static_cast<double>(length);
  const auto outputs = static_cast<double>(asked(plan, length));
  // A product is done unless the pass starts behind the place that it reads.
  const auto does = [&](std::size_t layer, HookKind reads) { return start <= HookPoint{reads, layer}; };
  double flops = outputs * 2 * width * static_cast<double>(config.vocabulary);
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
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

double pass_bytes(const Config& config, std::size_t tokens, std::size_t longest, const ForwardPlan& plan) {
  const auto rows = static_cast<double>(tokens);
  double floats = rows * activation_floats(config);
  for (const HookPoint& place : plan.first_edits) {
    floats += rows * static_cast<double>(config.width) * (place.kind == HookKind::z ? 2 : 1);
  }
  for (const ForwardPlan::Capture& capture : plan.captures) {
    const HookShape dims = shape(capture.at.kind, config);
    double per_row = 1;
    for (std::size_t axis = 0; axis < dims.sizes.size(); ++axis) {
      if (dims.axes[axis] == "position" || dims.axes[axis] == "query_position") continue;
      per_row *= static_cast<double>(dims.sizes[axis] == 0 ? longest : dims.sizes[axis]);
    }
    floats += rows * per_row;
  }
  if (plan.wants_logits) {
    const double per_prompt = static_cast<double>(plan.logits.resolve(longest).size());
    const double prompts = std::max(1.0, rows / static_cast<double>(std::max<std::size_t>(longest, 1)));
    floats += prompts * per_prompt * static_cast<double>(config.vocabulary);
  }
  return floats * sizeof(float);
}

}  // namespace hookflow::stages

#include "model/pass/cost.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "model/architecture/weights.hpp"
#include "model/pass/buffers.hpp"
#include "model/pass/captures.hpp"
#include "model/pass/sequence.hpp"

namespace hookflow {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

double product(const std::vector<std::size_t>& sizes) {
  return as_double(std::accumulate(sizes.begin(), sizes.end(), std::size_t{1}, std::multiplies<>()));
}

/// The rows of the token embeddings' table that are read come with their neighbours: the kernel maps 16 pages
/// around each that is touched.
double embedding_bytes(double table, std::size_t fed) {
  constexpr double kMappedTogether = 65536;
  return std::min(table, as_double(fed) * kMappedTogether);
}

std::size_t logit_rows(const ForwardPlan& plan, const FedLength& fed) {
  return plan.wants_logits ? plan.logits.resolve(fed).size() : 0;
}

}  // namespace

std::size_t layers_run(const Config& config, const ForwardPlan& plan) {
  std::size_t layers = plan.wants_logits ? config.layers : 0;
  for (const ForwardPlan::Capture& capture : plan.captures) {
    layers = std::max(layers, layers_to(capture.at, config));
  }
  for (const HookPoint& edit : plan.first_edits) {
    layers = std::max(layers, layers_to(edit, config));
  }
  return layers;
}

double working_bytes(const Config& config, std::size_t tokens, std::size_t longest) {
  return as_double(Buffers::floats(config, tokens) + longest * longest) * sizeof(float);
}

double held_bytes(const Config& config, std::size_t tokens, const FedLength& longest,
                  const ForwardPlan& plan) {
  // Counted as if every prompt were as long as the longest.
  const double prompts =
      std::max(1.0, as_double(tokens) / as_double(std::max<std::size_t>(longest.all(), 1)));
  double floats = 0;
  for (const ForwardPlan::Capture& capture : plan.captures) {
    floats += prompts * product(capture_shape(capture, longest, config));
  }
  floats += prompts * as_double(logit_rows(plan, longest) * config.vocabulary);
  for (const HookPoint& place : inherited_places(plan)) {
    floats += product(capture_shape({place, {}, Positions::all()}, tokens, config));
  }
  return floats * sizeof(float);
}

double weight_bytes(const Config& config, std::size_t fed, const ForwardPlan& plan) {
  const double layers = as_double(layers_run(config, plan) * layer_floats(config)) * sizeof(float);
  const double table = as_double(config.vocabulary * config.width) * sizeof(float);
  const double embeddings = embedding_bytes(table, fed);
  if (!plan.wants_logits) {
    return layers + embeddings;
  }
  return layers + table + (config.tied_embeddings ? 0 : embeddings);
}

double pass_flops(const Config& config, const FedLength& fed, const HookPoint& start,
                  const ForwardPlan& plan) {
  const double width = as_double(config.width);
  const double heads_width = as_double(config.attention_width());
  const double mlp_width = as_double(config.mlp_width);
  const double tokens = as_double(fed.all());
  const double outputs = as_double(logit_rows(plan, fed));
  // A product is done unless the pass starts behind the place that it reads.
  const auto does = [&](std::size_t layer, HookKind reads) { return start <= HookPoint{reads, layer}; };
  double flops = outputs * 2 * width * as_double(config.vocabulary);
  const std::size_t layers = layers_run(config, plan);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    // After the last layer's keys and values only the rows that are asked for are computed.
    const double rows = layer + 1 == config.layers && plan.captures.empty() ? outputs : tokens;
    if (does(layer, HookKind::ln1_normalized)) {
      flops += 2 * width * heads_width * (rows + 2 * tokens);
    }
    if (does(layer, HookKind::pattern)) {  // edits of q, k, v and the pattern start here
      flops += 4 * rows * tokens * heads_width;
    }
    if (does(layer, HookKind::z)) {
      flops += 2 * rows * heads_width * width;
    }
    if (does(layer, HookKind::ln2_normalized)) {
      flops += 2 * rows * width * mlp_width;
    }
    if (does(layer, HookKind::mlp_post)) {
      flops += 2 * rows * width * mlp_width;
    }
  }
  return flops;
}

}  // namespace hookflow

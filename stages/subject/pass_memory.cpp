#include "stages/subject/pass_memory.hpp"

#include <algorithm>
#include <set>

#include "model/pass/pass.hpp"

namespace hookflow::stages {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

std::size_t layers_to(const HookPoint& place, const Config& config) {
  if (in_block(place.kind)) return place.layer + 1;
  return place.kind <= HookKind::pos_embed ? 0 : config.layers;
}

/// Numbers that one row (a query, at the square places) has at a place; of all heads, or so many.
double row_floats(const HookPoint& place, std::size_t heads, const Config& config, std::size_t longest) {
  const HookShape dims = shape(place.kind, config);
  double floats = 1;
  for (std::size_t axis = 0; axis < dims.sizes.size(); ++axis) {
    if (dims.axes[axis] == "position" || dims.axes[axis] == "query_position") continue;
    const std::size_t size = dims.axes[axis] == "head" && heads != 0 ? heads : dims.sizes[axis];
    floats *= as_double(size == 0 ? longest : size);
  }
  return floats;
}

/// As many prompts as fit, at least one.
double prompts_of(std::size_t tokens, std::size_t longest) {
  return std::max(1.0, as_double(tokens) / as_double(std::max<std::size_t>(longest, 1)));
}

double logit_floats(const Config& config, std::size_t tokens, std::size_t longest, const ForwardPlan& plan) {
  if (!plan.wants_logits) return 0;
  return prompts_of(tokens, longest) * as_double(plan.logits.resolve(longest).size() * config.vocabulary);
}

/// The rows of the token embeddings' table that are read come with their neighbours: the kernel maps 16 pages
/// around each that is touched.
double embedding_bytes(const Config& config, const TokenFacts& tokens) {
  constexpr double kMappedTogether = 65536;
  const std::set<std::int32_t> fed(tokens.ids.all().begin(), tokens.ids.all().end());
  const double table = as_double(config.vocabulary * config.width) * sizeof(float);
  return std::min(table, as_double(fed.size()) * kMappedTogether);
}

}  // namespace

std::size_t layers_run(const Config& config, const ForwardPlan& plan) {
  std::size_t layers = plan.wants_logits ? config.layers : 0;
  for (const ForwardPlan::Capture& capture : plan.captures)
    layers = std::max(layers, layers_to(capture.at, config));
  for (const HookPoint& edit : plan.first_edits) layers = std::max(layers, layers_to(edit, config));
  return layers;
}

double working_bytes(const Config& config, std::size_t tokens, std::size_t longest) {
  const std::size_t width = 3 * config.width + 1 + std::max(3 * config.width, config.mlp_width);
  const double floats = as_double(tokens * width) + as_double(longest * longest);
  return floats * sizeof(float);
}

double held_bytes(const Config& config, std::size_t tokens, std::size_t longest, const ForwardPlan& plan) {
  double floats = logit_floats(config, tokens, longest, plan);
  std::set<HookPoint> joined;
  for (const HookPoint& edit : plan.first_edits)
    for (const HookKind kind : join_of(edit.kind).inherits) joined.insert({kind, edit.layer});
  for (const HookPoint& place : joined) floats += as_double(tokens) * row_floats(place, 0, config, longest);
  for (const ForwardPlan::Capture& capture : plan.captures) {
    const double rows = prompts_of(tokens, longest) * as_double(capture.positions.resolve(longest).size());
    floats +=
        std::min(rows, as_double(tokens)) * row_floats(capture.at, capture.heads.size(), config, longest);
  }
  return floats * sizeof(float);
}

double weight_bytes(const ModelSubject& subject, const TokenFacts& tokens, const ForwardPlan& plan) {
  if (const double converted = subject.converted_bytes(); converted > 0) return converted;
  const Config& config = subject.config();
  const double width = as_double(config.width);
  const double mlp_width = as_double(config.mlp_width);
  const double layer = 4 * width * width + 2 * width * mlp_width + 9 * width + mlp_width;
  const double layers = as_double(layers_run(config, plan)) * layer * sizeof(float);
  const double table = as_double(config.vocabulary) * width * sizeof(float);
  const double embeddings = embedding_bytes(config, tokens);
  if (!plan.wants_logits) return layers + embeddings;
  return layers + table + (config.tied_embeddings ? 0 : embeddings);
}

}  // namespace hookflow::stages

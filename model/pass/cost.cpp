#include "model/pass/cost.hpp"

#include <algorithm>

#include "model/architecture/weights.hpp"
#include "model/pass/buffers.hpp"
#include "model/pass/kept_place.hpp"
#include "model/pass/layer_loop.hpp"
#include "model/pass/logits.hpp"

namespace hookflow {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

/// The rows of the token embeddings' table that are read come with their neighbours: the kernel maps 16 pages
/// around each that is touched.
double embedding_bytes(double table, std::size_t fed) {
  constexpr double kMappedTogether = 65536;
  return std::min(table, as_double(fed) * kMappedTogether);
}

double layer_flops(const Config& config, const Sequence& sequence, const NeededRows& rows, std::size_t layer) {
  using enum HookKind;
  const auto made = [&](HookKind kind) { return as_double(rows.made[{kind, layer}].any().size()); };
  const double d = as_double(config.width), a = as_double(config.attention_width());
  const double f = as_double(config.mlp_width), e = as_double(config.head_width);
  double seen = 0;  // pairs of a query and a key, of all heads
  const HeadPositions& queries = rows.made[{pattern, layer}];
  for (std::size_t head = 0; head < config.heads && !queries.any().empty(); ++head) {
    queries.of(head).for_each([&](std::size_t position) {
      seen += as_double(rows.sees_all_keys[layer] ? sequence.length() : position + 1);
    });
  }
  double flops = 2 * d * a * (2 * made(k) + made(q)) + 4 * e * seen + 2 * a * d * made(attn_out) +
                 2 * d * f * (made(mlp_pre) + made(mlp_out));
  if (!rows.held[{result, layer}].any().empty())
    flops += 2 * a * d * as_double(rows.held[{z, layer}].any().size());
  return flops;
}

}  // namespace

PassCost::PassCost(const Config& config, const Sequence& sequence, const NeededRows& rows)
    : rows_(config.layers), longest_(sequence.length()) {
  rows_.for_each([&](const HookPoint& place, std::size_t) {
    rows_[place] = std::max(rows.made[place].any().size(), rows.held[place].any().size());
  });
  for (std::size_t layer = 0; layer < config.layers; ++layer)
    flops_ += layer_flops(config, sequence, rows, layer);
  logit_rows_ = rows_[{HookKind::logits, 0}];
  flops_ += 2 * as_double(logit_rows_ * config.width * config.vocabulary);
  for (const auto& [place, asked] : sequence.asks) {
    if (place.kind == HookKind::logits) continue;
    kept_floats_ += (rows.held[place].any() & asked).size() * kept_row_floats(place, config, longest_);
  }
}

PassCost& PassCost::operator+=(const PassCost& other) {
  other.rows_.for_each([&](const HookPoint& place, std::size_t rows) { rows_[place] += rows; });
  flops_ += other.flops_;
  kept_floats_ += other.kept_floats_;
  logit_rows_ += other.logit_rows_;
  longest_ = std::max(longest_, other.longest_);
  return *this;
}

std::size_t PassCost::most_rows() const {
  std::size_t most = 0;
  rows_.for_each([&](const HookPoint&, std::size_t rows) { most = std::max(most, rows); });
  return most;
}

double PassCost::working_bytes(const Config& config) const {
  const std::size_t rows = most_rows();
  return as_double(Buffers::floats(config, rows) + std::min(rows, kQueryBlock) * longest_) * sizeof(float);
}

double PassCost::held_bytes(const Config& config, bool is_clean) const {
  const std::size_t logits = is_clean ? logit_rows_ : std::min(logit_rows_, LogitBlocks::kRows);
  return as_double(kept_floats_ + logit_rows_ * config.width + logits * config.vocabulary) * sizeof(float);
}

std::size_t layers_run(const Config& config, const ForwardPlan& plan) {
  std::size_t layers = plan.logits.empty() ? 0 : config.layers;
  for (const ForwardPlan::Capture& capture : plan.captures)
    layers = std::max(layers, layers_to(capture.at, config));
  return layers;
}

double weight_bytes(const Config& config, std::size_t fed, const ForwardPlan& plan) {
  const double layers = as_double(layers_run(config, plan) * layer_floats(config)) * sizeof(float);
  const double table = as_double(config.vocabulary * config.width) * sizeof(float);
  const double embeddings = embedding_bytes(table, fed);
  if (plan.logits.empty()) {
    return layers + embeddings;
  }
  return layers + table + (config.tied_embeddings ? 0 : embeddings);
}

}  // namespace hookflow

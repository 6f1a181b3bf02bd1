#include "model/pass/cost.hpp"

#include <algorithm>
#include <span>

#include "model/architecture/weights.hpp"
#include "model/numerics/parallel.hpp"
#include "model/pass/buffers.hpp"
#include "model/pass/kept_place.hpp"
#include "model/pass/logits.hpp"
#include "model/pass/query_blocks.hpp"

namespace hookflow {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

/// The rows of the token embeddings' table that are read come with their neighbours: the kernel maps 16 pages
/// around each that is touched.
double embedding_bytes(double table, std::size_t rows) {
  constexpr double kMappedTogether = 65536;
  return std::min(table, as_double(rows) * kMappedTogether);
}

double layer_flops(const Config& config, const Sequence& sequence, const NeededRows& rows,
                   std::size_t layer) {
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
    : layer_rows_(config.layers + 1), longest_(sequence.length()) {
  rows.held.for_each([&](const HookPoint& place, const HeadPositions& held) {
    const std::size_t count = std::max(held.any().size(), rows.made[place].any().size());
    std::uint32_t& most = layer_rows_[in_block(place.kind) ? place.layer : config.layers];
    most = std::max(most, static_cast<std::uint32_t>(count));
  });
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    if (layer_rows_[layer] > 0) flops_ += layer_flops(config, sequence, rows, layer);
  }
  index_bytes_ = RowPlan::bytes(rows);
  logit_rows_ = rows.made[{HookKind::logits, 0}].any().size();
  shares_logits_ = !rows.of_parent[{HookKind::logits, 0}].empty();
  flops_ += 2 * as_double(logit_rows_ * config.width * config.vocabulary);
  for (const auto& [place, asked] : sequence.asks) {
    if (place.kind == HookKind::logits) continue;
    // Of a clean pass most is asked by its variants, who look for the rows themselves.
    if (sequence.variant != nullptr)
      index_bytes_ +=
          asked.size() * (has_heads(place.kind) ? config.heads : 1) * sizeof(std::span<const float>);
    const std::size_t kept = (rows.held[place].any() & asked).size();
    if (is_square(place.kind)) {
      kept_queries_ += kept * config.heads;
    } else {
      kept_floats_ += kept * kept_row_floats(place, config, 0);
    }
  }
}

PassCost::PassCost(const Config& config, const RowPlan& plan) {
  for (std::size_t i = 0; i < plan.size(); ++i) *this += PassCost(config, plan.sequence(i), plan.rows(i));
  shares_logits_ = plan.is_shared({HookKind::logits, 0});
}

PassCost& PassCost::add(const PassCost& other, std::size_t times) {
  layer_rows_.resize(std::max(layer_rows_.size(), other.layer_rows_.size()));
  for (std::size_t i = 0; i < other.layer_rows_.size(); ++i)
    layer_rows_[i] += other.layer_rows_[i] * static_cast<std::uint32_t>(times);
  flops_ += other.flops_ * as_double(times);
  kept_floats_ += other.kept_floats_ * times;
  kept_queries_ += other.kept_queries_ * times;
  index_bytes_ += other.index_bytes_ * times;
  logit_rows_ += other.logit_rows_ * times;
  shares_logits_ |= other.shares_logits_;
  longest_ = std::max(longest_, other.longest_);
  return *this;
}

std::size_t PassCost::most_rows() const {
  return layer_rows_.empty() ? 0 : *std::ranges::max_element(layer_rows_);
}

double PassCost::working_bytes(const Config& config) const {
  const std::size_t rows = most_rows();
  return as_double(Buffers::floats(config, rows) + std::min(rows, kQueryBlock) * longest_) * sizeof(float);
}

double PassCost::held_bytes(const Config& config, std::size_t logit_blocks) const {
  const bool keeps_all = shares_logits_ || logit_blocks >= block_count(logit_rows_, LogitBlocks::kRows);
  const std::size_t logits = keeps_all ? logit_rows_ : logit_blocks * LogitBlocks::kRows;
  return as_double(kept_floats_ + kept_queries_ * longest_ + logit_rows_ * config.width +
                   logits * config.vocabulary) *
         sizeof(float);
}

std::size_t layers_run(const Config& config, const ForwardPlan& plan) {
  std::size_t layers = plan.logits.empty() ? 0 : config.layers;
  for (const ForwardPlan::Capture& capture : plan.captures)
    layers = std::max(layers, layers_to(capture.at, config));
  return layers;
}

std::size_t table_rows(const Config& config, std::span<const std::int32_t> fed,
                       const std::set<std::int32_t>& named) {
  std::vector<bool> embedded(config.vocabulary), unembedded(config.vocabulary);
  const auto read = [](const auto& ids, std::vector<bool>& table) {
    for (const std::int32_t id : ids)
      if (id >= 0) table.at(static_cast<std::size_t>(id)) = true;
  };
  read(fed, embedded);
  read(named, config.tied_embeddings ? embedded : unembedded);
  return static_cast<std::size_t>(std::ranges::count(embedded, true) + std::ranges::count(unembedded, true));
}

double weight_bytes(const Config& config, std::size_t rows, const ForwardPlan& plan) {
  const double layers = as_double(layers_run(config, plan) * layer_floats(config)) * sizeof(float);
  const double table = as_double(config.vocabulary * config.width) * sizeof(float);
  const double embeddings = embedding_bytes(table, rows);
  if (plan.logits.empty()) {
    return layers + embeddings;
  }
  return layers + table + (config.tied_embeddings ? 0 : embeddings);
}

}  // namespace hookflow

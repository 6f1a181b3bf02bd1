#include "model/pass/pass.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <stdexcept>

#include "model/memory/scratch.hpp"

namespace hookflow {
namespace {

std::vector<std::size_t> every_position(std::size_t length) {
  std::vector<std::size_t> positions(length);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

// How many layers must be run for something at this place to be there.
std::size_t layers_to(const HookPoint& point, const Config& config) {
  if (in_block(point.kind)) {
    return point.layer + 1;
  }
  return point.kind <= HookKind::pos_embed ? 0 : config.layers;
}

}  // namespace

Pass::Pass(const Model& model, std::vector<Sequence> sequences, const ForwardPlan& plan)
    : model_(model), config_(model.config), sequences_(std::move(sequences)), captures_(model.config, plan) {
  if (plan.wants_logits) {
    wanted_logits_ = plan.logits;
  }
  for (std::size_t s = 0; s < sequences_.size(); ++s) {
    const Sequence& sequence = sequences_[s];
    all_.add(every_position(sequence.length));
    captures_.add_sequence(sequence.length, sequence.own_from, *sequence.result);
    for (const Ask& ask : sequence.asks) {
      layers_ = std::max(layers_, layers_to(ask.at, config_));
    }
    for (std::size_t i = 0; sequence.variant != nullptr && i < sequence.variant->size(); ++i) {
      edits_[(*sequence.variant)[i].at][s].push_back(i);
    }
  }
  queries_ = rows_asked_from(HookKind::q);
  mixed_ = rows_asked_from(HookKind::result);
  mlp_ = rows_asked_from(HookKind::ln2_scale);
  final_ = rows_asked_from(HookKind::ln_final_scale);

  const std::size_t n = all_.rows(sequences_.size());
  const std::size_t d = config_.width;
  const std::size_t widest = std::max(3 * d, config_.mlp_width);
  storage_ = scratch_floats(n * (3 * d + 1 + widest));
  residual_ = {storage_.get(), n, d};
  normalized_ = {residual_.data + n * d, n, d};
  out_ = {normalized_.data + n * d, n, d};
  qkv_ = {out_.data + n * d, n, 3 * d};
  mlp_values_ = {qkv_.data, n, config_.mlp_width};
  scale_ = {qkv_.data + n * widest, n, 1};
}

RowLayout Pass::rows_asked_from(HookKind from) const {
  RowLayout asked;
  for (const Sequence& sequence : sequences_) {
    std::set<std::size_t> positions;
    for (const Ask& ask : sequence.asks) {
      const bool behind_layers = ask.at.kind >= HookKind::ln_final_scale;
      const bool in_last_layer = in_block(ask.at.kind) && ask.at.layer + 1 == layers_;
      // Keys and values are there for every position anyway.
      const bool held_anyway = ask.at.kind == HookKind::k || ask.at.kind == HookKind::v;
      if ((behind_layers || (in_last_layer && !held_anyway)) && ask.at.kind >= from) {
        positions.insert(ask.positions.begin(), ask.positions.end());
      }
    }
    asked.add(std::vector<std::size_t>(positions.begin(), positions.end()));
  }
  return asked;
}

void Pass::run_clean(std::span<const std::vector<std::int32_t>> prompts, CleanPass::State& state) {
  active_ = sequences_.size();
  kept_ = &state;
  kept_->rows = all_;
  embed(prompts);
  run_layers(0);
}

void Pass::run_edited(const CleanPass::State& clean) {
  clean_ = &clean;
  if (!sequences_.empty()) {
    run_layers(sequences_.front().joins.layer);
  }
}

void Pass::narrow(const RowLayout& to, std::initializer_list<MutableView> values) {
  if (&to == current_) {
    return;
  }
  for (const MutableView& view : values) {
    keep_rows(*current_, to, active_, view);
  }
  current_ = &to;
}

const RowLayout& Pass::layout(HookKind kind) const {
  return kind == HookKind::k || kind == HookKind::v ? all_ : *current_;
}

MutableView Pass::rows(HookKind kind) const { return buffer(kind).row_range(0, layout(kind).rows(active_)); }

MutableView Pass::buffer(HookKind kind) const {
  using enum HookKind;
  const std::size_t d = config_.width;
  switch (kind) {
    case q:
      return qkv_.column_range(0, d);
    case k:
      return qkv_.column_range(d, d);
    case v:
      return qkv_.column_range(2 * d, d);
    case ln1_normalized:
    case ln2_normalized:
    case ln_final_normalized:
    case z:
      return normalized_;
    case ln1_scale:
    case ln2_scale:
    case ln_final_scale:
      return scale_;
    case pos_embed:
    case attn_out:
    case mlp_out:
      return out_;
    case mlp_pre:
    case mlp_post:
      return mlp_values_;
    case logits:
      return logits_;
    case embed:
    case resid_pre:
    case resid_mid:
    case resid_post:
      return residual_;
    case scores_raw:
    case attn_scores:
    case pattern:
    case result:
      break;
  }
  throw std::logic_error(pattern_name(kind) + " has no buffer: it is computed head by head");
}

}  // namespace hookflow

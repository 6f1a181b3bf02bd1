#include <algorithm>
#include <numeric>
#include <set>

#include "model/pass/layer_loop.hpp"

// Which rows the layer loop holds: all of them, and in the last layer those that are asked for.

namespace hookflow {
namespace {

std::vector<std::size_t> every_position(std::size_t length) {
  std::vector<std::size_t> positions(length);
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return positions;
}

std::size_t total_length(const std::vector<Sequence>& sequences) {
  return std::transform_reduce(sequences.begin(), sequences.end(), std::size_t{0}, std::plus<>(),
                               [](const Sequence& sequence) { return sequence.fed.all(); });
}

}  // namespace

LayerLoop::LayerLoop(const Model& model, std::vector<Sequence> sequences, const ForwardPlan& plan)
    : model_(model),
      config_(model.config),
      sequences_(std::move(sequences)),
      captures_(model.config, plan),
      buffers_(model.config, total_length(sequences_)) {
  if (plan.wants_logits) {
    wanted_logits_ = plan.logits;
  }
  for (std::size_t s = 0; s < sequences_.size(); ++s) {
    const Sequence& sequence = sequences_[s];
    all_.add(every_position(sequence.fed.all()));
    captures_.add_sequence(sequence.fed, sequence.own_from, *sequence.result);
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
}

RowLayout LayerLoop::rows_asked_from(HookKind from) const {
  RowLayout asked;
  for (const Sequence& sequence : sequences_) {
    std::set<std::size_t> positions;
    for (const Ask& ask : sequence.asks) {
      const bool behind_layers = ask.at.kind >= HookKind::ln_final_scale;
      const bool in_last_layer = in_block(ask.at.kind) && ask.at.layer + 1 == layers_;
      // Keys and values are computed for every position anyway.
      const bool held_anyway = ask.at.kind == HookKind::k || ask.at.kind == HookKind::v;
      if ((behind_layers || (in_last_layer && !held_anyway)) && ask.at.kind >= from) {
        positions.insert(ask.positions.begin(), ask.positions.end());
      }
    }
    asked.add(std::vector<std::size_t>(positions.begin(), positions.end()));
  }
  return asked;
}

void LayerLoop::narrow(const RowLayout& to, std::initializer_list<MutableView> values) {
  if (&to == current_) {
    return;
  }
  for (const MutableView& view : values) {
    keep_rows(*current_, to, active_, view);
  }
  current_ = &to;
}

const RowLayout& LayerLoop::layout(HookKind kind) const {
  return kind == HookKind::k || kind == HookKind::v ? all_ : *current_;
}

MutableView LayerLoop::rows(HookKind kind) const {
  return buffers_.of(kind).row_range(0, layout(kind).rows(active_));
}

}  // namespace hookflow

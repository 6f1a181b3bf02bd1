#include "model/rows/changed_rows.hpp"

#include <algorithm>
#include <map>

#include "model/rows/edited_rows.hpp"

namespace hookflow {
namespace {

/// Follows edits through the layers, in the order in which a pass reaches its places.
class Spread {
 public:
  Spread(const Config& config, const Sequence& sequence, ChangedRows& rows)
      : heads_(config.heads),
        length_(sequence.length()),
        rows_(rows),
        edits_(config.layers, rows.first_layer) {
    for (const Intervention& edit : *sequence.variant) add(edit, sequence.fed, edits_[edit.at]);
    if (sequence.below == nullptr) return;
    for (const Intervention& edit : *sequence.below)
      if (shows_hidden_keys(edit)) add(edit, sequence.fed, see_all_[edit.at.layer]);
  }

  /// Returns what enters the first layer.
  PositionSet through_embeddings() {
    return reach(HookKind::embed, 0, PositionSet()).every |
           reach(HookKind::pos_embed, 0, PositionSet()).every;
  }

  /// Returns what leaves a layer in the residual stream, of what enters it.
  PositionSet through_layer(std::size_t layer, const PositionSet& stream) {
    using enum HookKind;
    const PositionSet pre = reach(resid_pre, layer, stream).every;
    reach(ln1_scale, layer, pre);
    reach(ln1_normalized, layer, pre);
    const HeadPositions& queries = reach(q, layer, pre);
    const HeadPositions& keys = reach(k, layer, pre);
    const HeadPositions& values = reach(v, layer, pre);
    const auto all = [&](const PositionSet& some) { return from(some.empty() ? length_ : 0); };
    const auto behind = [&](const PositionSet& some) { return from(some.empty() ? length_ : some.first()); };
    reach(scores_raw, layer, queries | keys.map(all));  // of hidden keys, too
    const HeadPositions& scores = reach(attn_scores, layer, queries | keys.map(behind));
    // The first token sees itself alone: its pattern is 1 whatever its scores are.
    const HeadPositions& weights = reach(pattern, layer, scores - HeadPositions(PositionSet::range(0, 1)));
    const HeadPositions& mixed =
        reach(z, layer, weights | values.map(behind) | (values.map(all) & see_all_[layer]));
    reach(result, layer, mixed);
    const PositionSet mid = reach(resid_mid, layer, pre | reach(attn_out, layer, mixed.any()).every).every;
    reach(ln2_scale, layer, mid);
    reach(ln2_normalized, layer, mid);
    reach(mlp_pre, layer, mid);
    const PositionSet hidden = reach(mlp_post, layer, mid).every;
    return reach(resid_post, layer, reach(mlp_out, layer, hidden)).every;
  }

  void through_end(const PositionSet& stream) {
    using enum HookKind;
    for (const HookKind kind : {ln_final_scale, ln_final_normalized, logits}) reach(kind, 0, stream);
  }

 private:
  void add(const Intervention& edit, const FedPrompt& fed, HeadPositions& to) const {
    const PositionSet positions = changed_positions(edit, fed);
    if (edit.head) {
      to.add(*edit.head, heads_, positions);
    } else {
      to |= positions;
    }
  }

  [[nodiscard]] PositionSet from(std::size_t position) const { return PositionSet::range(position, length_); }

  const HeadPositions& reach(HookKind kind, std::size_t layer, HeadPositions changed) {
    const HookPoint place{kind, layer};
    rows_.before[place] = changed;
    changed |= edits_[place];
    return rows_.after[place] = std::move(changed);
  }

  std::size_t heads_;
  std::size_t length_;
  ChangedRows& rows_;
  PlaceTable<HeadPositions> edits_;
  std::map<std::size_t, HeadPositions> see_all_;  // by layer: queries that look at keys behind them, too,
                                                  // because of an edit of the pass below
};

}  // namespace

ChangedRows::ChangedRows(const Config& config, const Sequence& sequence)
    : first_layer(sequence.is_whole()         ? 0
                  : sequence.variant->empty() ? config.layers
                                              : first_edit(*sequence.variant)->layer),
      before(config.layers, first_layer),
      after(config.layers, first_layer) {
  if (sequence.is_whole()) {
    const HeadPositions all = PositionSet::range(0, sequence.length());
    after.for_each([&](const HookPoint& place, const HeadPositions&) { before[place] = after[place] = all; });
    return;
  }
  Spread spread(config, sequence, *this);
  PositionSet stream = first_layer == 0 ? spread.through_embeddings() : PositionSet();
  for (std::size_t layer = first_layer; layer < config.layers; ++layer) {
    stream = spread.through_layer(layer, stream);
  }
  spread.through_end(stream);
}

PositionSet ChangedRows::keys_or_values(std::size_t layer) const {
  return after[{HookKind::k, layer}].any() | after[{HookKind::v, layer}].any();
}

bool ChangedRows::has_key_or_value(std::size_t layer, std::size_t position) const {
  return after[{HookKind::k, layer}].any_has(position) || after[{HookKind::v, layer}].any_has(position);
}

}  // namespace hookflow

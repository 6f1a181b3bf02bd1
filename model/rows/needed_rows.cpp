#include "model/rows/needed_rows.hpp"

#include <algorithm>

#include "model/rows/edited_rows.hpp"

namespace hookflow {
namespace {

/// Goes through the places from the last to the first. `wanted` grows ahead of it.
class Backward {
 public:
  Backward(const Config& config, const Sequence& sequence, const ChangedRows& changed, NeededRows& rows)
      : heads_(config.heads),
        sequence_(sequence),
        changed_(changed),
        rows_(rows),
        own_(PositionSet::range(sequence.first, sequence.length())),
        wanted_(config.layers) {
    for (const auto& [place, positions] : sequence.asks) want(place, positions);
    for (std::size_t i = 0; sequence.variant != nullptr && i < sequence.variant->size(); ++i) {
      const Intervention& edit = (*sequence.variant)[i];
      if (edit.with->reads_all_rows()) means_[edit.at].push_back(&edit);
    }
  }

  void through_end(std::size_t layers) {
    using enum HookKind;
    want({ln_final_normalized, 0}, settle({logits, 0}));
    want({resid_post, layers - 1}, settle_norm({ln_final_scale, 0}, {ln_final_normalized, 0}));
  }

  void through_layer(std::size_t layer) {
    using enum HookKind;
    const auto at = [layer](HookKind kind) { return HookPoint{kind, layer}; };
    const HeadPositions post = settle(at(resid_post));
    want(at(mlp_out), post);
    want(at(resid_mid), post);
    want(at(mlp_post), settle(at(mlp_out)));
    want(at(mlp_pre), settle(at(mlp_post)));
    want(at(ln2_normalized), settle(at(mlp_pre)));
    want(at(resid_mid), settle_norm(at(ln2_scale), at(ln2_normalized)));
    const HeadPositions mid = settle(at(resid_mid));
    // A norm is taken of all that the residual stream holds, which stays as it is.
    rows_.made[at(ln2_scale)] = rows_.made[at(ln2_normalized)] = rows_.held[at(resid_mid)];
    want(at(attn_out), mid);
    want(at(resid_pre), mid);
    want(at(z), settle(at(attn_out)));
    want(at(z), settle(at(result)));
    through_attention(layer);
    want(at(resid_pre), settle_norm(at(ln1_scale), at(ln1_normalized)));
    const HeadPositions pre = settle(at(resid_pre));
    rows_.made[at(ln1_scale)] = rows_.made[at(ln1_normalized)] = rows_.held[at(resid_pre)];
    if (layer > 0) {
      want({resid_post, layer - 1}, pre);
    } else {
      for (const HookKind kind : {embed, pos_embed}) {
        want({kind, 0}, pre);
        settle({kind, 0});
      }
    }
  }

  /// What is wanted and not held is read: of the parent where it is changed, else of the clean pass; so is
  /// what is held and not made.
  void settle_reads() {
    const NeededRows& rows = rows_;
    wanted_.for_each([&](const HookPoint& place, const HeadPositions& wanted) {
      const HeadPositions read = wanted - rows.held[place];
      const bool is_joint = place.kind == HookKind::k || place.kind == HookKind::v;
      const HeadPositions changed =
          is_joint ? HeadPositions(changed_.keys_or_values(place.layer)) : changed_.after[place];
      rows_.of_parent[place] = (read & changed).any();
      rows_.of_clean[place] = (read - changed).any();
      // Of a query that no edit reaches, a score changes only where its key does.
      if (place.kind == HookKind::scores_raw || place.kind == HookKind::attn_scores)
        rows_.of_clean[place] |= (rows.held[place] - changed_.after[{HookKind::q, place.layer}]).any();
      // Of a pattern that is edited at some keys alone, the other weights are as they were.
      if (place.kind == HookKind::pattern && sequence_.variant != nullptr &&
          edits_some_keys(*sequence_.variant, place))
        rows_.of_clean[place] |=
            (rows.held[place] - changed_.after[{HookKind::attn_scores, place.layer}]).any();
      if (is_edited_row_by_row(place.kind)) {
        const PositionSet held = rows.held[place].any();
        rows_.of_clean[place] |= (HeadPositions(held) - rows.made[place]).any();
      }
    });
  }

 private:
  static constexpr HookKind kSquares[] = {HookKind::scores_raw, HookKind::attn_scores, HookKind::pattern};

  /// Where rows can be held that are not made there.
  static bool is_edited_row_by_row(HookKind kind) { return editable(kind) && !is_square(kind); }

  void want(const HookPoint& place, const HeadPositions& positions) { wanted_[place] |= positions; }

  [[nodiscard]] HeadPositions own_wanted(const HookPoint& place) {
    return wanted_[place] & changed_.after[place] & own_;
  }

  /// Nothing behind asks any more: what is held and made there is known. Returns what is made.
  HeadPositions settle(const HookPoint& place) {
    want_means(place, wanted_[place], [&] { return own_wanted(place).any(); });
    return settle_wanted(place);
  }
  HeadPositions settle_wanted(const HookPoint& place) {
    rows_.held[place] = own_wanted(place);
    return rows_.made[place] = rows_.held[place] & changed_.before[place];
  }

  /// A mean over positions reads all rows of its place, where a row that it edits is held, of whichever head,
  /// or somebody asks for the number. Returns whether more is wanted.
  template <typename Held>
  bool want_means(const HookPoint& place, HeadPositions& wanted, const Held& held) {
    const auto means = means_.find(place);
    if (means == means_.end()) return false;
    const PositionSet prompt = PositionSet::range(0, sequence_.fed.prompt);
    const auto want_mean = [&](const Intervention* edit) {
      if (!sequence_.asks_scalars && (held() & edited_positions(*edit, sequence_.fed)).empty()) return false;
      if (edit->head) {
        wanted.add(*edit->head, heads_, prompt);
      } else {
        wanted |= prompt;
      }
      return true;
    };
    bool wants_more = false;
    while (std::erase_if(means->second, want_mean) > 0) wants_more = true;
    return wants_more;
  }

  /// Both come out of one operation.
  HeadPositions settle_norm(const HookPoint& scale, const HookPoint& normalized) {
    return rows_.made[scale] = rows_.made[normalized] = settle(scale) | settle(normalized);
  }

  void through_attention(std::size_t layer) {
    using enum HookKind;
    const auto at = [layer](HookKind kind) { return HookPoint{kind, layer}; };
    const HeadPositions mixed = settle(at(z));
    HeadPositions queries = mixed;
    for (const HookKind kind : kSquares) {
      settle_wanted(at(kind));
      queries |= rows_.held[at(kind)];
    }
    want_means(at(pattern), queries, [&] { return queries.any(); });
    for (const HookKind kind : kSquares) rows_.made[at(kind)] = queries;
    rows_.sees_all_keys[layer] = !rows_.held[at(scores_raw)].any().empty() || shows_hidden(layer);
    const auto seen = [&](const PositionSet& rows) {
      const bool all = rows_.sees_all_keys[layer] && !rows.empty();
      return PositionSet::range(0, all ? sequence_.length() : rows.end());
    };
    want(at(k), queries.map(seen));
    want(at(v), queries.map(seen));
    want(at(q), queries);
    // Heads lie side by side in a row, and k beside v: a row is held with all that it has.
    const PositionSet in = changed_.before[at(q)].every;
    const auto q_rows = [&] { return own_wanted(at(q)).any() | queries.any(); };
    const auto kv_rows = [&] {
      const PositionSet wanted = wanted_[at(k)].any() | wanted_[at(v)].any();
      return (wanted & changed_.keys_or_values(layer) & own_) | (q_rows() & in);
    };
    want_means(at(q), wanted_[at(q)], q_rows);
    while (want_means(at(k), wanted_[at(k)], kv_rows) || want_means(at(v), wanted_[at(v)], kv_rows)) {
    }
    hold(at(q), q_rows(), in);
    hold(at(k), kv_rows(), in);
    hold(at(v), kv_rows(), in);
    want(at(ln1_normalized), kv_rows() & in);
  }

  void hold(const HookPoint& place, const PositionSet& rows, const PositionSet& in) {
    rows_.held[place] = rows;
    rows_.made[place] = rows & in;
  }

  [[nodiscard]] bool shows_hidden(std::size_t layer) const {
    const auto shows = [&](const Variant* edits) {
      return edits != nullptr && std::ranges::any_of(*edits, [&](const Intervention& edit) {
               return edit.at.layer == layer && shows_hidden_keys(edit);
             });
    };
    return shows(sequence_.variant) || shows(sequence_.below);
  }

  std::size_t heads_;
  const Sequence& sequence_;
  const ChangedRows& changed_;
  NeededRows& rows_;
  PositionSet own_;
  PlaceTable<HeadPositions> wanted_;
  std::map<HookPoint, std::vector<const Intervention*>> means_;  // that nothing needs yet
};

}  // namespace

NeededRows::NeededRows(const Config& config, const Sequence& sequence, const ChangedRows& changed)
    : made(config.layers, changed.first_layer),
      held(config.layers, changed.first_layer),
      of_clean(config.layers),
      of_parent(config.layers),
      sees_all_keys(config.layers) {
  Backward backward(config, sequence, changed, *this);
  backward.through_end(config.layers);
  for (std::size_t layer = config.layers; layer-- > changed.first_layer;) backward.through_layer(layer);
  backward.settle_reads();
}

}  // namespace hookflow

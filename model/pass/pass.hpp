#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/gpt2/model.hpp"
#include "model/pass/captures.hpp"
#include "model/pass/forward.hpp"
#include "model/pass/row_layout.hpp"

namespace hookflow {

/// What a clean pass keeps for the variants that join it: activations of all rows at the places asked for.
struct CleanPass::State {
  ForwardPlan plan;
  RowLayout rows;                    // of all prompts, every position
  std::map<HookPoint, Tensor> kept;  // (rows, columns of the place)
};

/// Where a variant enters the batch, and which clean activations it starts from.
struct Join {
  HookKind at;
  std::vector<HookKind> inherits;
};

/// By the place that a variant edits first.
Join join_of(HookKind first_edit);

/// A place and the positions at which a sequence needs what it holds there.
struct Ask {
  HookPoint at;
  std::vector<std::size_t> positions;  // ascending, each once
};

/// One sequence of a batch: a prompt of a clean pass, or one variant of a prompt.
struct Sequence {
  std::size_t length = 0;
  HookPoint joins;     // the clean pass: hook_embed
  HookPoint own_from;  // the first place whose captures are its own
  std::size_t prompt = 0;
  const Variant* variant = nullptr;
  std::vector<Ask> asks;
  PassResult* result = nullptr;
};

/// One batch on its way through the model. Sequences are sorted by where they join, so that those which take
/// part at any place are the first ones, and their rows a prefix of the batch. In the last layer that is
/// needed only K and V are computed for all positions, the rest for those that someone asks for from there
/// on.
class Pass {
 public:
  Pass(const Model& model, std::vector<Sequence> sequences, const ForwardPlan& plan);

  /// From the embeddings on. What the plan's first edits need is kept in `state`.
  void run_clean(std::span<const std::vector<std::int32_t>> prompts, CleanPass::State& state);
  /// From where the first sequence joins the clean pass.
  void run_edited(const CleanPass::State& clean);

 private:
  // The model: layer_loop.cpp, attend.cpp.
  void embed(std::span<const std::vector<std::int32_t>> prompts);
  void run_layers(std::size_t first);
  void run_layer(std::size_t layer);
  void attend(std::size_t layer);
  /// Some queries of one head of one sequence, and how many keys they look at.
  struct HeadQueries {
    std::size_t sequence, head, first, count, keys;
  };
  [[nodiscard]] std::vector<HeadQueries> attention_work(std::size_t layer) const;
  void attend_head(std::size_t layer, const HeadQueries& work, MutableView scores);
  void capture_head_results(std::size_t layer);
  void unembed();
  void hand_out_logits(const std::shared_ptr<const float[]>& memory);

  // What happens at every place: reach.cpp.
  void reach(const HookPoint& point);
  void join(const HookPoint& point);
  void edit(const HookPoint& point);
  [[nodiscard]] bool edits(const HookPoint& point, std::size_t sequence) const;
  /// Which rows of a sequence an intervention changes, of those held.
  static std::vector<std::size_t> chosen_rows(const Positions& chosen, std::size_t length,
                                              std::span<const std::size_t> held);
  /// Makes a sequence's edits at a place. head: the one that the block holds; none: the block holds all there
  /// are.
  void edit_block(const HookPoint& point, std::size_t sequence, std::optional<std::size_t> head,
                  MutableView block);

  /// From here on only the rows that are asked for at `from` or later. Moves those of `values`.
  void narrow(const RowLayout& to, std::initializer_list<MutableView> values);
  [[nodiscard]] RowLayout rows_asked_from(HookKind from) const;

  /// The buffer of a place, and those of its rows that belong to sequences that have joined.
  [[nodiscard]] MutableView buffer(HookKind kind) const;
  [[nodiscard]] MutableView rows(HookKind kind) const;
  [[nodiscard]] const RowLayout& layout(HookKind kind) const;

  const Model& model_;
  const Config& config_;
  std::vector<Sequence> sequences_;
  std::optional<Positions> wanted_logits_;
  Captures captures_;
  std::map<HookPoint, std::map<std::size_t, std::vector<std::size_t>>>
      edits_;                                // sequence -> its interventions
  const CleanPass::State* clean_ = nullptr;  // what joiners start from
  CleanPass::State* kept_ = nullptr;         // what is left for them

  std::size_t layers_ = 0;  // how many are run
  std::size_t active_ = 0;  // sequences that have joined
  RowLayout all_, queries_, mixed_, mlp_, final_;
  const RowLayout* current_ = &all_;  // the rows that the residual stream has now

  std::shared_ptr<float[]> storage_;
  MutableView residual_;    // (n, d)
  MutableView normalized_;  // (n, d), and z, which comes after
  MutableView out_;         // (n, d): what attention or MLP adds to the residual stream
  MutableView scale_;       // (n, 1)
  MutableView qkv_;         // (n, 3 * d): q, k and v side by side
  MutableView mlp_values_;  // (n, f), in the memory of qkv
  MutableView logits_;      // (rows of final_, vocabulary)
};

}  // namespace hookflow

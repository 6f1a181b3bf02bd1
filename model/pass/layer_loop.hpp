#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/pass/buffers.hpp"
#include "model/pass/captures.hpp"
#include "model/pass/forward.hpp"
#include "model/pass/row_layout.hpp"
#include "model/pass/sequence.hpp"

namespace hookflow {

/// The model, run on one batch. A sequence joins where it first differs from the clean pass (see Join).
/// Sequences are sorted by where they join, so that those which take part at any place are the first ones,
/// and their rows the first rows of every buffer. In the last layer that is needed only keys and values are
/// computed for all positions, the rest for those that someone asks for.
class LayerLoop {
 public:
  LayerLoop(const Model& model, std::vector<Sequence> sequences, const ForwardPlan& plan);

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
  /// Which of the rows that a sequence holds an intervention changes; held: their positions.
  static std::vector<std::size_t> chosen_rows(const Positions& chosen, const FedLength& fed,
                                              std::span<const std::size_t> held);
  /// Makes a sequence's edits at a place, in what it holds there. head: the only one that the block holds;
  /// none: the block holds all heads.
  void edit_block(const HookPoint& point, std::size_t sequence, std::optional<std::size_t> head,
                  MutableView block);

  // Which rows are held: held_rows.cpp.
  [[nodiscard]] RowLayout rows_asked_from(HookKind from) const;
  /// From here on the batch holds only the rows of `to`: moves them to the top of each of `values`.
  void narrow(const RowLayout& to, std::initializer_list<MutableView> values);
  /// The rows of all sequences that a place holds.
  [[nodiscard]] const RowLayout& layout(HookKind kind) const;
  /// What a place holds, of the sequences that have joined.
  [[nodiscard]] MutableView rows(HookKind kind) const;

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

  RowLayout all_;  // every position
  // In the last layer that is run, the positions that someone still asks for at a place or behind it:
  RowLayout queries_;                 // hook_q
  RowLayout mixed_;                   // hook_result
  RowLayout mlp_;                     // the norm before the MLP
  RowLayout final_;                   // the norm behind all layers
  const RowLayout* current_ = &all_;  // the rows that the residual stream has now
  Buffers buffers_;
};

}  // namespace hookflow

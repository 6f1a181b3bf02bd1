#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "model/architecture/model.hpp"
#include "model/pass/buffers.hpp"
#include "model/pass/key_segments.hpp"
#include "model/pass/pass_record.hpp"
#include "model/pass/query_blocks.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

/// The model, run on one batch of sequences: at each place the rows that the record's plan has there.
class LayerLoop {
 public:
  /// clean: the pass that edited sequences read; none: this is a clean one.
  LayerLoop(const Model& model, PassRecord& record, const PassRecord* clean);

  /// Fills the record. prompts: of a clean pass, as it was planned.
  void run(std::span<const std::vector<std::int32_t>> prompts);

 private:
  // The model: layer_loop.cpp.
  void embed(std::span<const std::vector<std::int32_t>> prompts);
  void run_layer(std::size_t layer);
  void keep_head_results(std::size_t layer);
  void unembed();

  // Attention: attend.cpp.
  void attend(std::size_t layer);
  void attend_block(std::size_t layer, std::size_t head, const QueryBlock& block,
                    const std::vector<KeySegments>& segments);
  /// Gives scores and weights that no edit reaches, by the query, the key or there, the clean pass's values.
  void take_clean_keys(const HookPoint& place, std::size_t sequence, std::size_t head,
                       std::span<const std::size_t> queries, MutableView scores) const;

  // What happens at every place: places.cpp.
  /// What a place holds now, (rows, columns of the place).
  [[nodiscard]] MutableView rows(HookKind kind) const;
  /// What is to be computed at a place.
  MutableView output(const HookPoint& place);
  MutableView output_keys_and_values(std::size_t layer);  // (n, 2 * a)
  /// What a place holds of the rows that another is computed at.
  MutableView input(HookKind from, const HookPoint& to);
  /// The same where what is computed takes its memory.
  MutableView in_place(HookKind from, const HookPoint& to);
  /// A place is computed: rows of the clean pass join it, edits are made, rows are kept.
  void reach(const HookPoint& place);
  /// From here on a place holds these rows: some are dropped, others are the clean pass's.
  void hold(const HookPoint& place, const RowLayout& rows);
  /// Gives heads that no edit reaches the clean pass's values.
  void take_clean_heads(const HookPoint& place);
  /// All heads of a row, or one.
  [[nodiscard]] std::span<const float> clean_row(const HookPoint& place, std::size_t sequence,
                                                 std::size_t position) const;
  [[nodiscard]] std::span<const float> clean_row(const HookPoint& place, std::size_t sequence,
                                                 std::size_t position, std::size_t head) const;

  // Edits: edit_rows.cpp.
  [[nodiscard]] bool edits(const HookPoint& place, std::size_t sequence) const;
  /// Whether an edit there reads every row of the prompt.
  [[nodiscard]] bool reads_all_rows(const HookPoint& place, std::size_t sequence) const;
  /// Whether an edit reads all rows and is made, since it edits one that is held or its number is asked for.
  [[nodiscard]] bool takes_all_rows(const Intervention& edit, std::size_t sequence) const;
  void edit(const HookPoint& place);
  /// Makes a sequence's edits at a place in the rows that it holds there. head: the only one that the block
  /// holds; none: it holds all.
  void edit_block(const HookPoint& place, std::size_t sequence, std::optional<std::size_t> head,
                  std::span<const std::size_t> positions, MutableView block);
  /// Makes the edits of the pass below in the rows that are computed here: all others have them already.
  void edit_below(const HookPoint& place, std::size_t sequence, std::optional<std::size_t> head,
                  std::span<const std::size_t> positions, MutableView block);
  /// Makes an edit of a sequence in these rows of a block; returns the scalar that was put in.
  float make_edit(const Intervention& edit, const Sequence& of, std::optional<std::size_t> head,
                  std::span<const std::size_t> positions, const EditedRows& at) const;
  /// Which keys of a query a sequence's own edits change at a place, of one head.
  [[nodiscard]] PositionSet keys_edited(const HookPoint& place, std::size_t sequence, std::size_t head,
                                        std::size_t query) const;
  /// What an edit puts in from outside, for each of the rows at these positions.
  static std::vector<std::span<const float>> given_rows(const Intervention& edit, const RowSources* given,
                                                        std::size_t head, std::span<const std::size_t> rows,
                                                        std::span<const std::size_t> positions);
  /// All that the prompt has at a place before its own edits, (prompt's tokens, columns of the place).
  [[nodiscard]] Tensor whole_place(const HookPoint& place, std::size_t sequence) const;

  const Model& model_;
  const Config& config_;
  PassRecord& record_;
  const RowPlan& plan_;
  const PassRecord* clean_;
  /// Edits of a sequence at a place, by their indices: its own, and those of the pass below it.
  struct EditsAt {
    std::vector<std::size_t> own, below;
  };
  std::map<HookPoint, std::map<std::size_t, EditsAt>> edits_;                            // by sequence
  RowLayout nothing_;                                                                    // of all sequences
  std::array<const RowLayout*, static_cast<std::size_t>(HookKind::logits) + 1> held_{};  // by kind, now
  Buffers buffers_;
};

}  // namespace hookflow

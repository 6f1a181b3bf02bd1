#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "model/pass/logits.hpp"
#include "model/rows/forward_plan.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

class Model;
struct PassRecord;

/// What a pass holds of one sequence at one place, at the positions that were asked for. Rows that it did not
/// compute are those of the clean pass or of another prompt, not copies of them.
class CapturedRows {
 public:
  CapturedRows(std::vector<std::size_t> positions, std::size_t heads)
      : positions_(std::move(positions)), heads_(heads) {}

  /// Adds the next head of the next position.
  void add(std::span<const float> values, std::shared_ptr<const void> owner);

  /// All that were asked for, ascending.
  [[nodiscard]] const std::vector<std::size_t>& positions() const { return positions_; }
  [[nodiscard]] std::size_t heads() const { return heads_; }  // 1 at a place without
  /// Of positions()[index]: (d) and the like; a head's (e), or its (p) keys.
  [[nodiscard]] std::span<const float> row(std::size_t index, std::size_t head = 0) const {
    return rows_[index * heads_ + head];
  }

 private:
  std::vector<std::size_t> positions_;
  std::size_t heads_;
  std::vector<std::span<const float>> rows_;  // [position][head]
  std::vector<std::shared_ptr<const void>> owners_;
};

/// What one pass of one prompt left behind.
struct PassResult {
  std::map<HookPoint, CapturedRows> captured;
  PassLogits logits;
  std::vector<float> edit_scalars;  // an edited pass: the one number that each intervention put in
                                    // (zero: 0, value, mean_head); NaN where it put in more than one
};

/// What a pass of some prompts without edits left behind. `record` is what edited passes read of it; only
/// run_edited looks into it.
struct CleanPass {
  std::vector<PassResult> results;  // one a prompt
  std::shared_ptr<const PassRecord> record;
};

/// What is known of prompts beside their tokens, one a prompt; empty: of each nothing.
struct PromptNotes {
  std::span<const std::size_t> answers{};  // how many tokens at the end are no prompt but an answer behind it
  std::span<const std::shared_ptr<const NamedPositions>> named{};
  WholeEdits edits{};
};

/// Runs the prompts (token ids each) as one batch without padding: rows of all prompts share the matrix
/// products, attention stays within a prompt. What a prompt has in common with the beginning of an earlier
/// one is not computed again. With edits in its notes it is run with them, and stands for a clean pass to
/// those that are run behind it. Throws ModelError for an empty prompt, one longer than the context, an id
/// outside the vocabulary, or an edit that does not fit.
CleanPass run_clean(const Model& model, std::span<const std::vector<std::int32_t>> prompts,
                    const ForwardPlan& plan, const PromptNotes& notes = {});

/// Runs edited passes as one batch, of the variants that the clean pass's plan told of. Only rows that the
/// edits can change and that somebody asks for are computed; all others are the clean pass's, to the bit.
std::vector<PassResult> run_edited(const Model& model, const CleanPass& clean,
                                   std::span<const EditedPrompt> edited, const ForwardPlan& plan);

}  // namespace hookflow

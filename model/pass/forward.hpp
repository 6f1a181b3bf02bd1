#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"
#include "model/memory/tensor.hpp"
#include "model/numerics/shared_rows.hpp"

namespace hookflow {

class Model;

/// What takes an activation's place.
struct Replacement {
  enum class Kind {
    zero,
    value,      // `value` everywhere
    mean_head,  // one scalar: the mean over the head's positions and dimensions; without a head, each head's
                // own
    mean_positions,  // each dimension's mean over the positions
    add,  // the activation plus `vector`: (e) with a head, (d) or (f) or (h * e) without; (p) at `pattern`
  };
  Kind kind = Kind::zero;
  float value = 0;
  std::vector<float> vector;
};

/// One edit. Means are taken over all positions of the prompt, of the activation that reaches the place in
/// that very pass, before any edit there; of a pattern over all queries and keys, hidden ones included.
struct Intervention {
  HookPoint at;
  std::optional<std::size_t> head;  // none: the place as a whole
  Positions positions;              // of the rows; for `pattern`, of the queries
  Replacement with;
};

/// Throws ModelError for an edit that no prompt allows: a place that cannot be edited, a layer or head that
/// the model does not have, a head or a head's mean where there are none, a vector of the wrong length.
void check_intervention(const Intervention& intervention, const Config& config);

/// The edits of one counterfactual pass, in any order; at one place they apply in the order given.
using Variant = std::vector<Intervention>;

/// The place that a variant edits first; none for a variant without edits.
std::optional<HookPoint> first_edit(const Variant& variant);

/// What a pass is to leave behind. Names what is wanted, so that the pass computes no more than that.
struct ForwardPlan {
  struct Capture {
    HookPoint at;
    std::vector<std::size_t> heads;  // empty: all
    Positions positions;             // rows that are kept; at scores and patterns, of the queries
  };
  std::vector<Capture> captures;  // at most one a place
  Positions logits = Positions::last();
  bool wants_logits = true;
  std::vector<HookPoint> first_edits;  // the places at which variants of this pass will first differ
};

/// What one pass of one prompt left behind.
struct PassResult {
  std::map<HookPoint, Tensor> captured;  // axes as shape() has them, the heads and positions asked for
  SharedRows logits;                     // (asked positions, vocabulary); without rows where none were asked
  std::vector<float> edit_scalars;       // an edited pass: the one number that each intervention put in
                                         // (zero: 0, value, mean_head); NaN where it put in more than one
};

/// What a pass of some prompts without edits left behind. `state` is what edited passes start from; only
/// run_edited looks into it.
class CleanPass {
 public:
  struct State;
  std::vector<PassResult> results;  // one a prompt
  std::shared_ptr<const State> state;
};

/// One edited pass that is asked for: which prompt of the clean pass, and its edits.
struct EditedPrompt {
  std::size_t prompt = 0;
  const Variant* variant = nullptr;
};

/// Runs the prompts (token ids each) as one batch without padding: rows of all prompts share the matrix
/// products, attention stays within a prompt. Throws ModelError for an empty prompt, one longer than the
/// context, or an id outside the vocabulary.
CleanPass run_clean(const Model& model, std::span<const std::vector<std::int32_t>> prompts,
                    const ForwardPlan& plan);

/// Runs edited passes as one batch. Each starts at the place that it edits first, from what the clean pass
/// held there; up to that place its captures are the clean pass's, to the bit. `plan` gives captures and
/// logits; the captures must be among those of the clean pass's plan, and each variant's first edit among its
/// first_edits.
std::vector<PassResult> run_edited(const Model& model, const CleanPass& clean,
                                   std::span<const EditedPrompt> edited, const ForwardPlan& plan);

}  // namespace hookflow

#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "model/edits/intervention.hpp"
#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"
#include "model/memory/tensor.hpp"
#include "model/numerics/shared_rows.hpp"

namespace hookflow {

class Model;

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
/// context, or an id outside the vocabulary. `answers`: how many tokens at each one's end are no prompt but
/// an answer behind it (see Positions and Intervention); none given: no token is.
CleanPass run_clean(const Model& model, std::span<const std::vector<std::int32_t>> prompts,
                    const ForwardPlan& plan, std::span<const std::size_t> answers = {});

/// Runs edited passes as one batch. Each starts at the place that it edits first, from what the clean pass
/// held there; up to that place its captures are the clean pass's, to the bit. `plan` gives captures and
/// logits; the captures must be among those of the clean pass's plan, and each variant's first edit among its
/// first_edits.
std::vector<PassResult> run_edited(const Model& model, const CleanPass& clean,
                                   std::span<const EditedPrompt> edited, const ForwardPlan& plan);

}  // namespace hookflow

#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"
#include "model/rows/row_plan.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

/// What a pass is to leave behind. Names what is wanted, so that the pass computes no more than that.
struct ForwardPlan {
  struct Capture {
    HookPoint at;
    Positions positions;  // rows that are kept; at scores and patterns, of the queries
    friend bool operator==(const Capture&, const Capture&) = default;
  };
  /// Variants that will be run of the same prompts, each of which they must fit, and what is wanted of them.
  struct Edits {
    std::shared_ptr<const std::vector<Variant>> variants;
    std::shared_ptr<const ForwardPlan> plan;
  };
  std::vector<Capture> captures;  // of a place that is there twice, the positions of both
  std::vector<Positions> logits;  // one for each that reads them
  std::vector<Edits> edits;
  bool edit_scalars = false;  // of variants: the numbers that edits put in
};

/// What a plan asks of a sequence of that length; of a pass that is run whole, with what its variants read of
/// it. `own`: the edits that this one has itself, if any.
Asks asks_of(const ForwardPlan& plan, const FedPrompt& fed);
Asks asks_of_clean(const Config& config, const ForwardPlan& plan, const FedPrompt& fed,
                   const Variant* own = nullptr);

/// Whether prompts that are run so can hold rows for each other.
bool shares_rows(const ForwardPlan& plan);

/// Edits that every prompt is run with where passes stand on no other pass.
struct WholeEdits {
  const Variant* variant = nullptr;     // none: they are clean
  std::span<const RowSources> given{};  // what they put in from outside, one a prompt; empty: nothing
};

/// The rows of a pass that is run whole, of these prompts; `fed`: how.
RowPlan plan_clean(const Config& config, std::span<const std::vector<std::int32_t>> prompts,
                   std::span<const FedPrompt> fed, const ForwardPlan& plan, const WholeEdits& edits = {});

/// One edited pass that is asked for: which prompt of the clean pass, and its edits.
struct EditedPrompt {
  std::size_t prompt = 0;
  const Variant* variant = nullptr;
  const RowSources* given = nullptr;  // what the edits put in from outside
};

/// The rows of edited passes, behind a clean pass.
RowPlan plan_edited(const Config& config, const RowPlan& clean, std::span<const EditedPrompt> edited,
                    const ForwardPlan& plan);

}  // namespace hookflow

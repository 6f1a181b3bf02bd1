#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "model/hooks/hook.hpp"
#include "model/pass/kept_place.hpp"
#include "model/pass/logits.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

struct PastKeys;

/// What a pass leaves behind of all its sequences: rows at the places that were asked for.
struct PassRecord {
  RowPlan plan;
  std::map<HookPoint, std::shared_ptr<KeptPlace>> kept;
  std::shared_ptr<const LogitBlocks> logits;     // none where nobody asked
  std::size_t logit_blocks = LogitBlocks::kAll;  // that are kept
  std::vector<std::vector<float>> edit_scalars;  // of each sequence
  std::vector<RowSources> given;  // what edits of passes that are run whole put in: those behind need it, too
  const PastKeys* past = nullptr;  // of passes that go on behind others; none: they begin with their prompts

  [[nodiscard]] const std::shared_ptr<KeptPlace>* find(const HookPoint& place) const {
    const auto found = kept.find(place);
    return found == kept.end() ? nullptr : &found->second;
  }
};

}  // namespace hookflow

#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "model/edits/intervention.hpp"
#include "model/edits/row_source.hpp"
#include "model/hooks/hook.hpp"
#include "model/hooks/positions.hpp"
#include "model/rows/position_set.hpp"

namespace hookflow {

/// The edits of one counterfactual pass, in any order; at one place they apply in the order given.
using Variant = std::vector<Intervention>;

/// The place that a variant edits first; none for a variant without edits.
inline std::optional<HookPoint> first_edit(const Variant& variant) {
  if (variant.empty()) return std::nullopt;
  return std::ranges::min_element(variant, {}, &Intervention::at)->at;
}

/// Places, and the positions at which somebody asks for what they hold.
using Asks = std::map<HookPoint, PositionSet>;

/// One sequence of tokens that takes part in a pass: a prompt that is run whole, with edits or without any,
/// or one variant of a prompt.
struct Sequence {
  FedPrompt fed{0};
  std::size_t prompt = 0;               // of the pass that is run whole
  const Variant* variant = nullptr;     // none: clean
  std::optional<std::size_t> parent{};  // an earlier sequence of the same pass, which holds
  std::size_t first = 0;                // the positions before this one; without a parent, other passes do
  Asks asks{};
  bool asks_scalars = false;  // for the numbers that edits put in
  std::size_t in_common = 0;  // where it is run whole: tokens that the parent begins with, too, whoever
                              // holds them
  bool edits_whole = false;   // with a variant: it is run whole, and stands on no other pass
  const RowSources* given = nullptr;  // what its edits put in from outside
  const Variant* below = nullptr;  // edits of the pass that a variant stands on, made where it computes rows

  [[nodiscard]] std::size_t length() const { return fed.all(); }
  [[nodiscard]] bool is_whole() const { return variant == nullptr || edits_whole; }
};

}  // namespace hookflow

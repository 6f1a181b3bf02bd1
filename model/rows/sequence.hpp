#pragma once
#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "model/edits/intervention.hpp"
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

/// One sequence of tokens that takes part in a pass: a prompt that is run clean, or one variant of a prompt.
struct Sequence {
  FedLength fed{0};
  std::size_t prompt = 0;               // of the clean pass
  const Variant* variant = nullptr;     // none: clean
  std::optional<std::size_t> parent{};  // an earlier sequence of the same pass, which holds
  std::size_t first = 0;                // the positions before this one
  Asks asks{};
  bool asks_scalars = false;  // for the numbers that edits put in
  std::size_t in_common = 0;  // of a clean pass: tokens that the parent begins with, too, whoever holds them

  [[nodiscard]] std::size_t length() const { return fed.all(); }
};

/// Which positions of what is fed an intervention edits.
inline PositionSet edited_positions(const Intervention& edit, const FedLength& fed) {
  return PositionSet(edit.positions.resolve(fed));
}

/// Whether a query may look at keys behind it because of an edit there: all but zeros fill hidden keys too.
inline bool shows_hidden_keys(const Intervention& edit) {
  return edit.at.kind == HookKind::pattern && edit.with->known_scalar() != 0;
}

}  // namespace hookflow

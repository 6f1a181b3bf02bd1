#include "model/rows/edited_rows.hpp"

#include <algorithm>

namespace hookflow {
namespace {

FedPrompt as_edited(const Intervention& edit, const FedPrompt& fed) {
  return edit.with->takes_given() ? fed.without_answer() : fed;
}

}  // namespace

bool is_there(const Intervention& edit, const FedPrompt& fed) {
  const FedPrompt edited = as_edited(edit, fed);
  return !edit.positions.resolve(edited).empty() && (!edit.keys || !edit.keys->resolve(edited).empty());
}

PositionSet edited_positions(const Intervention& edit, const FedPrompt& fed) {
  const PositionSet positions(edit.positions.resolve(as_edited(edit, fed)));
  if (!edit.keys) return positions;
  const PositionSet keys = edited_keys(edit, fed);
  if (keys.empty()) return keys;
  return shows_hidden_keys(edit) ? positions : positions & PositionSet::range(keys.first(), fed.all());
}

PositionSet changed_positions(const Intervention& edit, const FedPrompt& fed) {
  const PositionSet positions = edited_positions(edit, fed);
  return edit.differs ? positions & PositionSet(edit.differs->resolve(fed)) : positions;
}

PositionSet edited_keys(const Intervention& edit, const FedPrompt& fed) {
  return edit.keys ? PositionSet(edit.keys->resolve(as_edited(edit, fed))) : PositionSet::range(0, fed.all());
}

bool edits_some_keys(const std::vector<Intervention>& edits, const HookPoint& place) {
  return std::ranges::any_of(
      edits, [&](const Intervention& edit) { return edit.at == place && edit.keys.has_value(); });
}

bool shows_hidden_keys(const Intervention& edit) {
  return edit.at.kind == HookKind::pattern && edit.with->shows_hidden_keys();
}

}  // namespace hookflow

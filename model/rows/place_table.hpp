#pragma once
#include <cstddef>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow {

/// One value for each place of a pass.
template <typename Value>
class PlaceTable {
 public:
  PlaceTable() = default;
  explicit PlaceTable(std::size_t layers) : values_((layers + 1) * kKinds) {}

  Value& operator[](const HookPoint& place) { return values_[index(place)]; }
  const Value& operator[](const HookPoint& place) const { return values_[index(place)]; }

  /// Calls action(place, value) for every place, in the order in which a pass reaches them.
  template <typename Action>
  void for_each(const Action& action) const {
    const std::size_t layers = values_.empty() ? 0 : values_.size() / kKinds - 1;
    const auto visit = [&](std::size_t layer, HookKind first, HookKind last) {
      for (auto kind = static_cast<std::size_t>(first); kind <= static_cast<std::size_t>(last); ++kind) {
        const HookPoint place{static_cast<HookKind>(kind), layer};
        action(place, (*this)[place]);
      }
    };
    if (values_.empty()) return;
    visit(0, HookKind::embed, HookKind::pos_embed);
    for (std::size_t layer = 0; layer < layers; ++layer)
      visit(layer, HookKind::resid_pre, HookKind::resid_post);
    visit(0, HookKind::ln_final_scale, HookKind::logits);
  }

 private:
  static constexpr std::size_t kKinds = static_cast<std::size_t>(HookKind::logits) + 1;
  // Places outside the blocks stand in the first row.
  static std::size_t index(const HookPoint& place) {
    return (in_block(place.kind) ? place.layer + 1 : 0) * kKinds + static_cast<std::size_t>(place.kind);
  }

  std::vector<Value> values_;
};

}  // namespace hookflow

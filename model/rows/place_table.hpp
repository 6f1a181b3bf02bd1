#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow {

/// One value for each place of a pass, from some layer on; before it there is the value of nothing.
template <typename Value>
class PlaceTable {
 public:
  PlaceTable() = default;
  explicit PlaceTable(std::size_t layers, std::size_t first_layer = 0)
      : first_layer_(std::min(first_layer, layers)), values_((layers - first_layer_ + 1) * kKinds) {}

  Value& operator[](const HookPoint& place) { return values_[index(place)]; }
  const Value& operator[](const HookPoint& place) const {
    static const Value nothing{};
    return values_.empty() || (in_block(place.kind) && place.layer < first_layer_) ? nothing
                                                                                   : values_[index(place)];
  }

  /// Calls action(place, value) for every place, in the order in which a pass reaches them.
  template <typename Action>
  void for_each(const Action& action) const {
    if (values_.empty()) return;
    const std::size_t layers = first_layer_ + values_.size() / kKinds - 1;
    const auto visit = [&](std::size_t layer, HookKind first, HookKind last) {
      for (auto kind = static_cast<std::size_t>(first); kind <= static_cast<std::size_t>(last); ++kind) {
        const HookPoint place{static_cast<HookKind>(kind), layer};
        action(place, (*this)[place]);
      }
    };
    visit(0, HookKind::embed, HookKind::pos_embed);
    for (std::size_t layer = first_layer_; layer < layers; ++layer)
      visit(layer, HookKind::resid_pre, HookKind::resid_post);
    visit(0, HookKind::ln_final_scale, HookKind::logits);
  }

  /// Bytes that it takes, without what its values hold elsewhere.
  [[nodiscard]] std::size_t bytes() const { return values_.size() * sizeof(Value); }

 private:
  static constexpr std::size_t kKinds = static_cast<std::size_t>(HookKind::logits) + 1;
  // Places outside the blocks stand in the first row.
  [[nodiscard]] std::size_t index(const HookPoint& place) const {
    return (in_block(place.kind) ? place.layer - first_layer_ + 1 : 0) * kKinds +
           static_cast<std::size_t>(place.kind);
  }

  std::size_t first_layer_ = 0;
  std::vector<Value> values_;
};

}  // namespace hookflow

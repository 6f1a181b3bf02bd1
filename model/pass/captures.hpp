#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/pass/forward.hpp"
#include "model/pass/row_layout.hpp"

namespace hookflow {

/// The shape of what a capture keeps of a sequence.
std::vector<std::size_t> capture_shape(const ForwardPlan::Capture& capture, const FedLength& fed,
                                       const Config& config);

/// Where a pass's captures go: room is made before it starts, and filled as it reaches their places.
class Captures {
 public:
  /// Throws std::logic_error for a place or head that the model does not have, and for one asked for twice.
  Captures(const Config& config, const ForwardPlan& plan);

  /// Makes room for the next sequence's captures at the place `from` and all that the pass reaches later.
  /// `result` must stay where it is until the pass ends.
  void add_sequence(const FedLength& fed, const HookPoint& from, PassResult& result);

  [[nodiscard]] bool wants(const HookPoint& point) const { return places_.contains(point); }
  /// The heads that are wanted at a place.
  [[nodiscard]] std::span<const std::size_t> heads(const HookPoint& point) const {
    return places_.at(point).heads;
  }

  /// Copies what all sequences hold at a place: values (rows, columns of the place).
  void take(const HookPoint& point, const RowLayout& layout, View values);
  /// The same for one head: values (rows, columns of the head).
  void take_head(const HookPoint& point, std::size_t head, const RowLayout& layout, View values);
  /// The same for one head of one sequence at scores or patterns: values (queries, keys). May run at the same
  /// time for other heads and sequences.
  void take_square(const HookPoint& point, std::size_t sequence, std::size_t head,
                   std::span<const std::size_t> queries, View values);

 private:
  struct Slot {
    std::vector<std::size_t> positions;
    Tensor* tensor = nullptr;  // none: this sequence does not capture the place
  };
  struct Place {
    const ForwardPlan::Capture* asked = nullptr;
    std::vector<std::size_t> heads;  // one, 0, for a place without heads
    std::vector<Slot> slots;         // one a sequence
  };

  static void copy_head(const Place& place, std::size_t head_index, const RowLayout& layout, View values);

  Config config_;
  std::map<HookPoint, Place> places_;
};

}  // namespace hookflow

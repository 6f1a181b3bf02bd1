#pragma once
#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "model/architecture/config.hpp"
#include "model/rows/changed_rows.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/place_table.hpp"
#include "model/rows/row_layout.hpp"
#include "model/rows/sequence.hpp"

namespace hookflow {

/// Which rows a pass computes, place by place, for the edits of its sequences and what is asked of them; and
/// where the others are found. Knows a model's sizes alone. README.md beside it explains it.
class RowPlan {
 public:
  RowPlan() = default;
  /// A sequence's parent stands before it.
  RowPlan(const Config& config, std::vector<Sequence> sequences);

  [[nodiscard]] std::size_t size() const { return sequences_.size(); }
  [[nodiscard]] const Sequence& sequence(std::size_t index) const { return sequences_[index]; }
  /// Without of_clean and of_parent, which are known by then.
  [[nodiscard]] const NeededRows& rows(std::size_t sequence) const { return needed_[sequence]; }
  /// What a sequence's rows take in a plan.
  static std::size_t bytes(const NeededRows& rows);
  /// Where a head's values can differ from the clean pass at a place.
  [[nodiscard]] PositionSet changed(std::size_t sequence, const HookPoint& place, std::size_t head) const {
    return changed_[sequence].after[place].of(head);
  }

  /// The layers that have rows are [first_layer(), layers()).
  [[nodiscard]] std::size_t first_layer() const { return first_layer_; }
  [[nodiscard]] std::size_t layers() const { return layers_; }
  /// The rows of all sequences that the operation before a place computes, and that the place holds then.
  [[nodiscard]] const RowLayout& made(const HookPoint& place) const { return made_[place]; }
  [[nodiscard]] const RowLayout& held(const HookPoint& place) const { return held_[place]; }
  /// The most rows at any place.
  [[nodiscard]] std::size_t most_rows() const { return most_rows_; }

  /// Whether sequences read rows of their parents at a place.
  [[nodiscard]] bool is_shared(const HookPoint& place) const { return shared_places_.contains(place); }
  /// The places that were asked for, be it of one sequence.
  [[nodiscard]] const std::set<HookPoint>& asked_places() const { return asked_places_; }

  /// Which sequence of the pass holds a sequence's row at a place; none: it is the clean pass's.
  [[nodiscard]] std::optional<std::size_t> holder(std::size_t sequence, const HookPoint& place,
                                                  std::size_t head, std::size_t position) const;

 private:
  /// read: what later sequences read of each while the pass runs.
  void plan_sequence(const Config& config, std::size_t index, std::vector<Asks>& read);
  void lay_out(const Config& config);
  [[nodiscard]] bool is_changed(std::size_t sequence, const HookPoint& place, std::size_t head,
                                std::size_t position) const;

  std::vector<Sequence> sequences_;  // asks: with those of later ones, where their rows are this one's
  std::vector<ChangedRows> changed_;
  std::vector<NeededRows> needed_;
  PlaceTable<RowLayout> made_, held_;
  std::set<HookPoint> asked_places_, shared_places_;
  std::size_t first_layer_ = 0;
  std::size_t layers_ = 0;
  std::size_t most_rows_ = 0;
};

}  // namespace hookflow

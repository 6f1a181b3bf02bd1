#pragma once
#include <cstddef>
#include <map>
#include <span>
#include <utility>

#include "model/edits/row_source.hpp"
#include "stages/given/other_positions.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What a pass holds, for the positions of the one that is edited.
class PassRows : public RowSource {
 public:
  /// `pass`: what the places borrow from.
  PassRows(pipeline::ValuePtr pass, std::map<HookPoint, Captured> places, MovedPositions positions)
      : pass_(std::move(pass)), places_(std::move(places)), positions_(std::move(positions)) {}

  [[nodiscard]] std::span<const float> row(const HookPoint& place, std::size_t head,
                                           std::size_t position) const override {
    const auto moved = positions_.find(position);
    return places_.at(place).row(moved == positions_.end() ? position : moved->second, head);
  }

 private:
  pipeline::ValuePtr pass_;
  std::map<HookPoint, Captured> places_;
  MovedPositions positions_;
};

}  // namespace hookflow::stages

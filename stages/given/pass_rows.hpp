#pragma once
#include <cstddef>
#include <map>
#include <span>

#include "model/edits/row_source.hpp"
#include "model/hooks/positions.hpp"
#include "stages/subject/captured.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Which positions of another pass stand for those that are edited; one that is not matched stands for
/// itself.
class MatchedPositions {
 public:
  /// Those that are edited with those there, both in their order. Throws pipeline::PromptFailure where the
  /// one are more than the other.
  void match(const Positions& here, const FedPrompt& edited, const Positions& there, const FedPrompt& other);

  [[nodiscard]] std::size_t of(std::size_t position) const {
    const auto found = there_.find(position);
    return found == there_.end() ? position : found->second;
  }

 private:
  std::map<std::size_t, std::size_t> there_;
};

/// What a pass holds, for the positions of the one that is edited.
class PassRows : public RowSource {
 public:
  /// `pass`: what the places borrow from.
  PassRows(pipeline::ValuePtr pass, std::map<HookPoint, Captured> places, MatchedPositions positions)
      : pass_(std::move(pass)), places_(std::move(places)), positions_(std::move(positions)) {}

  [[nodiscard]] std::span<const float> row(const HookPoint& place, std::size_t head,
                                           std::size_t position) const override {
    return places_.at(place).row(positions_.of(position), head);
  }

 private:
  pipeline::ValuePtr pass_;
  std::map<HookPoint, Captured> places_;
  MatchedPositions positions_;
};

}  // namespace hookflow::stages

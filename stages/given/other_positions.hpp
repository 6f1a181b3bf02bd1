#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/edits/edit_kind.hpp"
#include "stages/given/given_kind.hpp"

namespace hookflow::stages {

/// By position of the edited pass, the one of another pass that stands for it; what is not in there is at the
/// same position.
using MovedPositions = std::map<std::size_t, std::size_t>;

/// Moves positions to those of another pass, in order. Throws pipeline::PromptFailure where there are more of
/// the one; but no position at all is a variant that the prompt does not fit.
void move_positions(const std::vector<std::size_t>& edited, const std::vector<std::size_t>& other,
                    MovedPositions& moved);

/// Which positions of another pass of the same prompt stand for those that are edited: the same, or those
/// that the option `positions` of a replacement names.
class OtherPositions {
 public:
  explicit OtherPositions(const EditSettings& settings);
  static EditOption option();

  /// Refuses prompts of which positions stand for none, or for several. `form`: how the replacement is
  /// written, up to its first comma, `{from: clean`; `stage`: whose pass is the other one.
  void check(const GivenPlan& plan, const std::string& form, const std::string& stage) const;
  /// What the other pass must keep for an edit.
  [[nodiscard]] Positions kept_for(const Intervention& edit) const;
  /// Throws PromptFailure where one prompt has more than the other.
  [[nodiscard]] MovedPositions moved(const std::vector<const Intervention*>& edits, const FedPrompt& edited,
                                     const FedPrompt& other) const;

  /// Whether they are the same positions.
  [[nodiscard]] bool are_the_same() const { return !positions_; }

  friend bool operator==(const OtherPositions&, const OtherPositions&) = default;

 private:
  std::optional<Positions> positions_;
};

}  // namespace hookflow::stages

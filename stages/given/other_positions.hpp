#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/edits/edit_kind.hpp"
#include "stages/given/given_kind.hpp"

namespace hookflow::stages {

/// Which positions of another pass of the same prompt stand for those that are edited: the same, or those
/// that the option `positions` of a replacement names.
class OtherPositions {
 public:
  /// By position of the edited pass, the other one's; what is not in there is at the same position.
  using Moved = std::map<std::size_t, std::size_t>;

  explicit OtherPositions(const EditSettings& settings);
  static EditOption option();

  /// Refuses prompts of which positions stand for none, or for several. `form`: how the replacement is
  /// written, up to its first comma, `{from: clean`; `stage`: whose pass is the other one.
  void check(const GivenPlan& plan, const std::string& form, const std::string& stage) const;
  /// What the other pass must keep for an edit.
  [[nodiscard]] Positions kept_for(const Intervention& edit) const;
  /// Throws PromptFailure where one prompt has more than the other.
  [[nodiscard]] Moved moved(const std::vector<const Intervention*>& edits, const FedPrompt& edited,
                            const FedPrompt& other) const;

  friend bool operator==(const OtherPositions&, const OtherPositions&) = default;

 private:
  std::optional<Positions> positions_;
};

}  // namespace hookflow::stages

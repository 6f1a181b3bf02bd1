#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/edits/replacement.hpp"
#include "model/hooks/positions.hpp"
#include "pipeline/prompts/prompt_list.hpp"
#include "stages/edit/edit_targets.hpp"

namespace hookflow::stages {

/// What edits are made in, and must fit: the model, and prompts of some lengths.
class EditScope {
 public:
  /// `lengths`: tokens of each prompt.
  EditScope(const Config& config, const pipeline::Prompts& prompts, const std::vector<std::size_t>& lengths);

  [[nodiscard]] const Config& config() const { return config_; }

  /// Throws pipeline::ParamError of `positions` for one that a prompt lacks.
  void check(const Positions& positions) const;
  /// Throws pipeline::ParamError of `with` where it cannot be put, or not in every prompt.
  void check(const Replacement& with, const std::vector<EditTarget>& targets) const;
  /// Where in a prompt both are: `position 2 of prompt 'a'`; empty: nowhere.
  [[nodiscard]] std::string common(const Positions& a, const Positions& b) const;

 private:
  const Config& config_;
  std::map<std::size_t, std::string> prompts_;  // of each length the first: its id
};

}  // namespace hookflow::stages

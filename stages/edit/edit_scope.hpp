#pragma once
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "model/edits/replacement.hpp"
#include "model/hooks/positions.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/edit/edit_targets.hpp"

namespace hookflow::stages {

/// Of what an edit is a part, for what is said of a prompt that it does not fit.
struct EditOrigin {
  std::string param;    // of the stage
  std::string named{};  // in the parameter: `'both', edit 2: `
};

/// What edits are made in, and must fit: the model, and prompts of some lengths.
class EditScope {
 public:
  /// `lengths`: tokens of each prompt.
  EditScope(const Config& config, const pipeline::PlanContext& context,
            const std::vector<std::size_t>& lengths);

  [[nodiscard]] const Config& config() const { return config_; }

  /// Refuses the prompts that lack one.
  void check(const Positions& positions, const EditOrigin& origin);
  /// Throws pipeline::ParamError where it cannot be put; refuses the prompts that it does not fit.
  void check(const Replacement& with, const std::vector<EditTarget>& targets, const EditOrigin& origin);
  /// Where in a prompt both are: `position 2 of prompt 'a'`; empty: nowhere.
  [[nodiscard]] std::string common(const Positions& a, const Positions& b) const;

 private:
  /// `problem_with(length)`: what is wrong in prompts of so many tokens; empty: nothing.
  template <typename ProblemWith>
  void refuse(const EditOrigin& origin, const ProblemWith& problem_with);

  const Config& config_;
  const pipeline::PlanContext& context_;
  std::map<std::size_t, std::vector<std::size_t>> prompts_;  // of each length, those that can be run
};

}  // namespace hookflow::stages

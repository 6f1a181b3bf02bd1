#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "model/edits/replacement.hpp"
#include "model/hooks/positions.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/edit/edit_targets.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// Of what an edit is a part, for what is said of a prompt that it does not fit.
struct EditOrigin {
  std::string param;    // of the stage
  std::string named{};  // in the parameter: `'both', edit 2: `
};

/// What edits are made in, and must fit: the model, and prompts of some lengths.
class EditScope {
 public:
  EditScope(const Config& config, const pipeline::PlanContext& context, const TokenFacts& tokens)
      : config_(config), context_(context), tokens_(tokens) {}

  [[nodiscard]] const Config& config() const { return config_; }
  [[nodiscard]] const TokenFacts& tokens() const { return tokens_; }

  /// Refuses the prompts that lack one.
  void check(const Positions& positions, const EditOrigin& origin);
  /// Throws pipeline::ParamError where it cannot be put; refuses the prompts that it does not fit.
  void check(const Replacement& with, const std::vector<EditTarget>& targets, const EditOrigin& origin);
  /// Where in a prompt both are: `position 2 of prompt 'a'`; empty: nowhere.
  [[nodiscard]] std::string common(const Positions& a, const Positions& b) const;

 private:
  /// `problem_with(fed)`: what is wrong in such prompts; empty: nothing.
  template <typename ProblemWith>
  void refuse(const EditOrigin& origin, const ProblemWith& problem_with);

  const Config& config_;
  const pipeline::PlanContext& context_;
  const TokenFacts& tokens_;
};

}  // namespace hookflow::stages

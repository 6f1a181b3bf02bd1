#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/edits/hidden_keys.hpp"
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

/// Where an edit is made in a prompt.
struct EditWhere {
  Positions positions;
  std::optional<Positions> keys;  // at places with keys, of those positions; none: all
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
  /// The same of keys, if any are named, which the places must have, and of a replacement that needs them.
  void check_keys(const std::optional<Positions>& keys, const Replacement& with,
                  const std::vector<EditTarget>& targets, const EditOrigin& origin);
  /// Refuses the prompts in which these leave a query no key to look at.
  void check_hidden(const HiddenSet& hidden, const EditOrigin& origin);
  /// Where in a prompt both are: `position 2 of prompt 'a'`; empty: nowhere.
  [[nodiscard]] std::string common(const EditWhere& a, const EditWhere& b) const;

 private:
  /// `problem_with(fed)`: what is wrong in such prompts; empty: nothing.
  template <typename ProblemWith>
  void refuse(const EditOrigin& origin, const ProblemWith& problem_with);
  /// The different ways in which prompts are fed that are run, with the first prompt of each: few of many.
  [[nodiscard]] const std::map<FedPrompt, std::size_t>& different() const;

  const Config& config_;
  const pipeline::PlanContext& context_;
  const TokenFacts& tokens_;
  mutable std::map<FedPrompt, std::size_t> different_;
  mutable std::optional<std::pair<std::size_t, std::size_t>> found_at_;  // with as many refused, and named
};

}  // namespace hookflow::stages

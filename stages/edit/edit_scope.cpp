#include "stages/edit/edit_scope.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "model/error.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/position_meaning.hpp"

namespace hookflow::stages {

using pipeline::ParamError;

template <typename ProblemWith>
void EditScope::refuse(const EditOrigin& origin, const ProblemWith& problem_with) {
  std::map<FedPrompt, std::string> known;
  for (std::size_t i = 0; i < tokens_.lengths.size(); ++i) {
    if (!tokens_.runs(i)) continue;
    const auto [found, is_new] = known.try_emplace(tokens_.fed(i));
    if (is_new) found->second = problem_with(found->first);
    if (!found->second.empty()) context_.refuse(i, origin.param, origin.named + found->second);
  }
}

void EditScope::check(const Positions& positions, const EditOrigin& origin) {
  find_named(positions, origin.param, context_, tokens_);
  refuse(origin, [&](const FedPrompt& fed) -> std::string {
    try {
      static_cast<void>(positions.resolve(fed));
    } catch (const ModelError& error) {
      return error.what();
    }
    return {};
  });
}

void EditScope::check(const Replacement& with, const std::vector<EditTarget>& targets,
                      const EditOrigin& origin) {
  std::set<std::pair<HookKind, bool>> kinds;
  for (const EditTarget& target : targets) kinds.emplace(target.at.kind, target.head.has_value());
  for (const auto& [kind, one_head] : kinds) {
    if (const auto problem = with->problem_at(edit_place(kind, one_head, config_)))
      throw ParamError("with", *problem);
    refuse(origin, [&, at = kind, head = one_head](const FedPrompt& fed) {
      return with->problem_at(edit_place(at, head, config_, fed.prompt)).value_or("");
    });
  }
}

std::string EditScope::common(const Positions& a, const Positions& b) const {
  std::set<FedPrompt> known;
  for (std::size_t i = 0; i < tokens_.lengths.size(); ++i) {
    if (!tokens_.runs(i) || !known.insert(tokens_.fed(i)).second) continue;
    const std::vector<std::size_t> others = b.resolve(tokens_.fed(i));
    for (const std::size_t position : a.resolve(tokens_.fed(i))) {
      if (std::ranges::find(others, position) != others.end())
        return "position " + std::to_string(position) + " of prompt '" + context_.prompts.id(i) + "'";
    }
  }
  return {};
}

}  // namespace hookflow::stages

#include "stages/edit/edit_scope.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "model/error.hpp"
#include "model/rows/position_set.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/position_meaning.hpp"

namespace hookflow::stages {

using pipeline::ParamError;

const std::map<FedPrompt, std::size_t>& EditScope::different() const {
  const std::pair at(tokens_.findings->refused_prompts(), tokens_.names->size());
  if (found_at_ == at) return different_;
  found_at_ = at;
  different_.clear();
  for (std::size_t i = 0; i < tokens_.lengths.size(); ++i)
    if (tokens_.runs(i)) different_.try_emplace(tokens_.fed(i), i);
  return different_;
}

template <typename ProblemWith>
void EditScope::refuse(const EditOrigin& origin, const ProblemWith& problem_with) {
  std::map<FedPrompt, std::string> problems;
  for (const auto& [fed, first] : different())
    if (std::string problem = problem_with(fed); !problem.empty()) problems.emplace(fed, std::move(problem));
  if (problems.empty()) return;
  for (std::size_t i = 0; i < tokens_.lengths.size(); ++i) {
    if (!tokens_.runs(i)) continue;
    const auto found = problems.find(tokens_.fed(i));
    if (found != problems.end()) context_.refuse(i, origin.param, origin.named + found->second);
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

void EditScope::check_keys(const std::optional<Positions>& keys, const Replacement& with,
                           const std::vector<EditTarget>& targets, const EditOrigin& origin) {
  if (!keys && with->hides_keys())
    throw ParamError("keys", "is missing: " + with.label() +
                                 " hides keys from the queries at `positions`; must be those that they "
                                 "cannot look at, such as keys: [0] or keys: {column: subject}");
  if (!keys) return;
  for (const EditTarget& target : targets) {
    if (!is_square(target.at.kind))
      throw ParamError(
          "keys", pattern_name(target.at.kind) + " has no keys; must be at hook_attn_scores or hook_pattern");
  }
  check(*keys, {origin.param, origin.named.empty() ? "" : origin.named + "keys: "});
}

void EditScope::check_hidden(const HiddenSet& hidden, const EditOrigin& origin) {
  refuse(origin, [&](const FedPrompt& fed) -> std::string {
    const auto blind = blind_query(hidden, fed);
    if (!blind) return {};
    return "the query at position " + std::to_string(*blind) + " has no key left to look at: " +
           (*blind == 0 ? "0, the only one that it sees, is"
                        : "0 to " + std::to_string(*blind) + " are all") +
           " masked; must leave it one";
  });
}

std::string EditScope::common(const EditWhere& a, const EditWhere& b) const {
  const auto first_common = [](const Positions& one, const Positions& other, const FedPrompt& fed) {
    const PositionSet both = PositionSet(one.resolve(fed)) & PositionSet(other.resolve(fed));
    return both.empty() ? std::nullopt : std::optional(both.first());
  };
  std::map<std::size_t, std::string> found;  // by the prompt: the first is told
  for (const auto& [fed, prompt] : different()) {
    const auto position = first_common(a.positions, b.positions, fed);
    const auto key = first_common(a.keys.value_or(Positions()), b.keys.value_or(Positions()), fed);
    if (!position || !key) continue;
    found[prompt] = "position " + std::to_string(*position) +
                    (a.keys || b.keys ? ", key " + std::to_string(*key) : "") + " of prompt '" +
                    context_.prompts.id(prompt) + "'";
  }
  return found.empty() ? std::string() : found.begin()->second;
}

}  // namespace hookflow::stages

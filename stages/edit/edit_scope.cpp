#include "stages/edit/edit_scope.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "model/error.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {

using pipeline::ParamError;

EditScope::EditScope(const Config& config, const pipeline::PlanContext& context,
                     const std::vector<std::size_t>& lengths)
    : config_(config), context_(context) {
  for (std::size_t i = 0; i < lengths.size(); ++i)
    if (!context.findings->is_refused(i)) prompts_[lengths[i]].push_back(i);
}

template <typename ProblemWith>
void EditScope::refuse(const EditOrigin& origin, const ProblemWith& problem_with) {
  std::erase_if(prompts_, [&](const auto& of_length) {
    const std::string problem = problem_with(of_length.first);
    if (problem.empty()) return false;
    for (const std::size_t prompt : of_length.second)
      context_.refuse(prompt, origin.param, origin.named + problem);
    return true;
  });
}

void EditScope::check(const Positions& positions, const EditOrigin& origin) {
  refuse(origin, [&](std::size_t length) -> std::string {
    try {
      static_cast<void>(positions.resolve(length));
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
    refuse(origin, [&, at = kind, head = one_head](std::size_t length) {
      return with->problem_at(edit_place(at, head, config_, length)).value_or("");
    });
  }
}

std::string EditScope::common(const Positions& a, const Positions& b) const {
  for (const auto& [length, prompts] : prompts_) {
    const std::vector<std::size_t> others = b.resolve(length);
    for (const std::size_t position : a.resolve(length)) {
      if (std::ranges::find(others, position) != others.end()) {
        return "position " + std::to_string(position) + " of prompt '" +
               context_.prompts.id(prompts.front()) + "'";
      }
    }
  }
  return {};
}

}  // namespace hookflow::stages

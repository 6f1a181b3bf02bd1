#include "stages/edit/edit_scope.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "pipeline/yaml/param.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {

using pipeline::ParamError;

EditScope::EditScope(const Config& config, const pipeline::Prompts& prompts,
                     const std::vector<std::size_t>& lengths)
    : config_(config) {
  for (std::size_t i = 0; i < lengths.size(); ++i) prompts_.try_emplace(lengths[i], prompts.id(i));
}

void EditScope::check(const Positions& positions) const {
  for (const auto& [length, prompt] : prompts_) {
    const auto resolve = [&, tokens = length] { static_cast<void>(positions.resolve(tokens)); };
    translate_param_errors("positions", resolve, "prompt '" + prompt + "': ");
  }
}

void EditScope::check(const Replacement& with, const std::vector<EditTarget>& targets) const {
  std::set<std::pair<HookKind, bool>> kinds;
  for (const EditTarget& target : targets) kinds.emplace(target.at.kind, target.head.has_value());
  for (const auto& [kind, one_head] : kinds) {
    if (const auto problem = with->problem_at(edit_place(kind, one_head, config_))) {
      throw ParamError("with", *problem);
    }
    for (const auto& [length, prompt] : prompts_) {
      if (const auto problem = with->problem_at(edit_place(kind, one_head, config_, length))) {
        throw ParamError("with", "prompt '" + prompt + "': " + *problem);
      }
    }
  }
}

std::string EditScope::common(const Positions& a, const Positions& b) const {
  for (const auto& [length, prompt] : prompts_) {
    const std::vector<std::size_t> others = b.resolve(length);
    for (const std::size_t position : a.resolve(length)) {
      if (std::ranges::find(others, position) != others.end()) {
        return "position " + std::to_string(position) + " of prompt '" + prompt + "'";
      }
    }
  }
  return {};
}

}  // namespace hookflow::stages

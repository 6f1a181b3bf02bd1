#include "pipeline/stage/findings.hpp"

#include <algorithm>
#include <functional>

namespace hookflow::pipeline {

Findings::Findings(const Prompts& prompts) {
  for (std::size_t i = 0; i < prompts.size(); ++i)
    if (std::string why = prompts.problem(i); !why.empty()) refuse({i, kWhenRead, "", std::move(why)});
}

void Findings::refuse(RefusedPrompt refused) {
  prompts_.insert(refused.prompt);
  if (reasons_.emplace(refused.prompt, refused.why).second) refused_.push_back(std::move(refused));
}

void Findings::warn(Warning warning, std::optional<std::size_t> prompt) {
  if (!warned_.insert(std::hash<std::string>()(warning.prompt + '\0' + warning.text)).second) return;
  if (++of_kind_[{warning.stage, warning.kind}] <= kMostOfAKind)
    warnings_.emplace_back(prompt, std::move(warning));
}

std::vector<Warning> Findings::take_warnings() {
  std::vector<Warning> warnings;
  for (auto& [prompt, warning] : warnings_)
    if (!prompt || !is_refused(*prompt)) warnings.push_back(std::move(warning));
  for (const auto& [what, count] : of_kind_) {
    if (count <= kMostOfAKind) continue;
    const std::size_t more = count - kMostOfAKind;
    warnings.push_back(
        {what.first, "", what.second, "and " + std::to_string(more) + " more of this kind", more - 1});
  }
  warnings_.clear();
  warned_.clear();
  of_kind_.clear();
  return warnings;
}

std::string refusals_text(const std::vector<RefusedPrompt>& refused, const Prompts& prompts,
                          const std::string& indent) {
  constexpr std::size_t kMostTold = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostTold, refused.size()); ++i) {
    const std::size_t prompt = refused[i].prompt;
    text += (i == 0 ? "" : "\n") + indent + prompts.place(prompt) + ": ";
    if (refused[i].stage != kWhenRead) text += "prompt '" + prompts.id(prompt) + "': ";
    text += refused[i].why;
  }
  if (refused.size() > kMostTold)
    text += "\n" + indent + "... and " + std::to_string(refused.size() - kMostTold) + " more";
  return text;
}

}  // namespace hookflow::pipeline

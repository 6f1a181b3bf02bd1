#include "pipeline/stage/findings.hpp"

#include <algorithm>

namespace hookflow::pipeline {

Findings::Findings(const Prompts& prompts) {
  for (std::size_t i = 0; i < prompts.size(); ++i)
    if (std::string why = prompts.problem(i); !why.empty()) refuse({i, "prompts", "", std::move(why)});
}

void Findings::refuse(RefusedPrompt refused) {
  prompts_.insert(refused.prompt);
  if (reasons_.emplace(refused.prompt, refused.why).second) refused_.push_back(std::move(refused));
}

void Findings::warn(Warning warning) {
  if (warned_.emplace(warning.prompt, warning.text).second) warnings_.push_back(std::move(warning));
}

std::string refusals_text(const std::vector<RefusedPrompt>& refused, const Prompts& prompts,
                          const std::string& indent) {
  constexpr std::size_t kMostTold = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(kMostTold, refused.size()); ++i) {
    const std::size_t prompt = refused[i].prompt;
    text += (i == 0 ? "" : "\n") + indent + prompts.place(prompt) + ": prompt '" + prompts.id(prompt) +
            "': " + refused[i].why;
  }
  if (refused.size() > kMostTold)
    text += "\n" + indent + "... and " + std::to_string(refused.size() - kMostTold) + " more";
  return text;
}

}  // namespace hookflow::pipeline

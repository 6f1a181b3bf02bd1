#include "pipeline/stage/findings.hpp"

#include <algorithm>
#include <tuple>

namespace hookflow::pipeline {

Findings::Findings(const Prompts& prompts) {
  for (std::size_t i = 0; i < prompts.size(); ++i)
    if (std::string why = prompts.problem(i); !why.empty()) refuse({i, "prompts", "", std::move(why)});
}

void Findings::refuse(RefusedPrompt refused) {
  prompts_.insert(refused.prompt);
  if (reasons_.emplace(refused.prompt, refused.why).second) refused_.push_back(std::move(refused));
}

std::vector<Warning> Findings::take_warnings() {
  const auto less = [&](std::size_t a, std::size_t b) {
    const auto of = [&](std::size_t i) { return std::tie(warnings_[i].prompt, warnings_[i].text); };
    return of(a) < of(b);
  };
  std::set<std::size_t, decltype(less)> different(less);
  std::vector<bool> repeats;
  for (std::size_t i = 0; i < warnings_.size(); ++i) repeats.push_back(!different.insert(i).second);
  std::size_t next = 0;
  std::erase_if(warnings_, [&](const Warning&) { return repeats[next++]; });
  return std::exchange(warnings_, {});
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

#include "pipeline/stage/findings.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "pipeline/values/spelling.hpp"

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
  constexpr std::size_t kOfOneReason = 6;
  std::map<std::string, std::size_t> of_reason;
  for (const RefusedPrompt& one : refused) ++of_reason[one.why];
  std::map<std::string, std::size_t> told_of;
  std::string text;
  std::size_t lines = 0, told = 0;
  for (const RefusedPrompt& one : refused) {
    if (lines == kMostTold) break;
    const std::size_t nth = ++told_of[one.why];
    const std::size_t all = of_reason[one.why];
    if (nth > kOfOneReason) continue;
    text += (lines++ == 0 ? "" : "\n") + indent + prompts.place(one.prompt) + ": ";
    if (one.stage != kWhenRead) text += "prompt '" + prompts.id(one.prompt) + "': ";
    const bool is_last = nth == kOfOneReason && all > nth;
    text += one.why + (is_last ? ", as of " + counted(all - nth, "more prompt") : "");
    told += is_last ? 1 + all - nth : 1;
  }
  if (refused.size() > told)
    text += "\n" + indent + "... and " + std::to_string(refused.size() - told) + " more";
  return text;
}

}  // namespace hookflow::pipeline

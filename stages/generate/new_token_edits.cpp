#include "stages/generate/new_token_edits.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>

#include "model/continuation/continuation.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::stages {
namespace {

/// What keeps an edit from being made of a token behind such a prompt.
std::optional<std::string> problem_with(const Intervention& edit, const FedPrompt& prompt,
                                        const Config& config) {
  if (edit.with->reads_all_rows())
    return edit.with.label() +
           " is a mean over the positions of a prompt, which new tokens do not have; must be at positions of "
           "the prompt, such as \":-1\", or another replacement";
  return edit.with->problem_at(edit_place(edit.at.kind, edit.head.has_value(), config, prompt.prompt + 1));
}

std::size_t count_given(const Variant& edits, const FedPrompt& prompt) {
  return static_cast<std::size_t>(std::ranges::count_if(edits, [&](const Intervention& edit) {
    return edit.with->takes_given() && reaches_new_tokens(edit, prompt);
  }));
}

}  // namespace

std::shared_ptr<const std::vector<Variant>> check_new_token_edits(const PassPlan& passes) {
  const auto edits = passes.edits_everywhere();
  const auto all = passes.variants();
  const TokenFacts& tokens = passes.tokens();
  std::set<FedPrompt> known;
  bool lacks_rows = false;
  for (std::size_t i = 0; i < tokens.lengths.size(); ++i) {
    if (!tokens.runs(i) || !known.insert(tokens.fed(i)).second) continue;
    const FedPrompt fed = tokens.fed(i);
    for (std::size_t v = 0; v < edits->size(); ++v) {
      for (const Intervention& edit : (*edits)[v]) {
        if (!reaches_new_tokens(edit, fed)) continue;
        if (const auto problem = problem_with(edit, fed, passes.config()))
          throw pipeline::ParamError(
              "in", "the edit at " + to_string(edit.at) + " reaches new tokens: " + *problem);
      }
      const std::size_t wanted =
          count_given(passes.own_edits(), fed) + (all ? count_given((*all)[v], fed) : 0);
      lacks_rows |= wanted > count_given((*edits)[v], fed);
    }
  }
  if (lacks_rows)
    passes.context().warn("new tokens not edited",
                          "edits whose rows come from outside, position by position, are made in the prompts "
                          "alone: new tokens have none there");
  return edits;
}

}  // namespace hookflow::stages

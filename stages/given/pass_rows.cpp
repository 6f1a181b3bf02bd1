#include "stages/given/pass_rows.hpp"

#include <string>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::stages {

void MatchedPositions::match(const Positions& here, const FedPrompt& edited, const Positions& there,
                             const FedPrompt& other) {
  const std::vector<std::size_t> to = here.resolve(edited), from = there.resolve(other);
  if (to.size() != from.size())
    throw pipeline::PromptFailure(pipeline::counted(to.size(), "position") + " edited, but " +
                                  std::to_string(from.size()) +
                                  " of the other pass to be put there; must be as many");
  for (std::size_t i = 0; i < to.size(); ++i) there_[to[i]] = from[i];
}

}  // namespace hookflow::stages

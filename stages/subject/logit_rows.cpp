#include "stages/subject/logit_rows.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::stages {

LogitRows::LogitRows(const PassView& pass, const Positions& wanted) : logits_(pass.result.logits.matrix()) {
  const std::vector<std::size_t> kept = pass.kept.logits.resolve(pass.length);
  for (const std::size_t position : wanted.resolve(pass.length)) {
    const auto found = std::find(kept.begin(), kept.end(), position);
    if (!pass.kept.wants_logits || found == kept.end())
      throw std::logic_error("the pass kept no logits at a position that is wanted");
    rows_.push_back(static_cast<std::size_t>(found - kept.begin()));
  }
}

}  // namespace hookflow::stages

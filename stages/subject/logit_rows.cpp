#include "stages/subject/logit_rows.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include "stages/subject/finite.hpp"

namespace hookflow::stages {

LogitRows::LogitRows(const PassView& pass, const Positions& wanted) : logits_(pass.result.logits) {
  const std::vector<std::size_t>& kept = logits_.positions();
  for (const std::size_t position : wanted.resolve(pass.fed)) {
    const auto found = std::ranges::lower_bound(kept, position);
    if (found == kept.end() || *found != position)
      throw std::logic_error("the pass kept no logits at a position that is read");
    rows_.push_back(static_cast<std::size_t>(found - kept.begin()));
  }
}

LogitRows::LogitRows(const PassLogits& logits) : logits_(logits), rows_(logits.positions().size()) {
  std::iota(rows_.begin(), rows_.end(), std::size_t{0});
}

LogitRow LogitRows::row(std::size_t index) const {
  LogitRow logits = logits_.row(rows_[index]);
  check_finite(logits.values, [&](std::size_t id) {
    return "the logit of token id " + std::to_string(id) + " at position " +
           std::to_string(logits_.positions()[rows_[index]]);
  });
  return logits;
}

}  // namespace hookflow::stages

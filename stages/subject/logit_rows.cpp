#include "stages/subject/logit_rows.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "stages/subject/finite.hpp"

namespace hookflow::stages {

LogitRows::LogitRows(const PassView& pass, const Positions& wanted) : logits_(pass.result.logits.matrix()) {
  const std::vector<std::size_t> kept = pass.kept.logits.resolve(pass.length);
  for (const std::size_t position : wanted.resolve(pass.length)) {
    const auto found = std::find(kept.begin(), kept.end(), position);
    if (!pass.kept.wants_logits || found == kept.end())
      throw std::logic_error("the pass kept no logits at a position that is read");
    positions_.push_back(position);
    rows_.push_back(static_cast<std::size_t>(found - kept.begin()));
  }
}

LogitRows::LogitRows(View logits, std::size_t first) : logits_(logits) {
  for (std::size_t row = 0; row < logits.rows; ++row) {
    positions_.push_back(first + row);
    rows_.push_back(row);
  }
}

std::span<const float> LogitRows::row(std::size_t index) const {
  const auto logits = logits_.row(rows_[index]);
  check_finite(logits, [&](std::size_t id) {
    return "the logit of token id " + std::to_string(id) + " at position " +
           std::to_string(positions_[index]);
  });
  return logits;
}

}  // namespace hookflow::stages

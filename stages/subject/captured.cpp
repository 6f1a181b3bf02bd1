#include "stages/subject/captured.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <string>

#include "stages/subject/finite.hpp"

namespace hookflow::stages {
namespace {

constexpr float kInfinite = std::numeric_limits<float>::infinity();
constexpr std::size_t kNotKept = std::numeric_limits<std::size_t>::max();

}  // namespace

Captured::Captured(const PassView& pass, const HookPoint& place, const std::vector<Positions>& wanted)
    : place_(place), index_of_(pass.fed.prompt, kNotKept) {
  const auto found = pass.result.captured.find(place);
  if (found == pass.result.captured.end()) {
    throw std::logic_error("the pass did not keep " + to_string(place));
  }
  rows_ = &found->second;
  const std::vector<std::size_t>& kept = rows_->positions();
  for (const Positions& positions : wanted) {
    for (const std::size_t position : positions.resolve(pass.fed)) {
      const auto at = std::ranges::lower_bound(kept, position);
      if (at != kept.end() && *at == position)
        index_of_[position] = static_cast<std::size_t>(at - kept.begin());
    }
  }
}

std::span<const float> Captured::row(std::size_t position, std::size_t head) const {
  const std::size_t index = position < index_of_.size() ? index_of_[position] : kNotKept;
  if (index == kNotKept || head >= rows_->heads())
    throw std::logic_error("a position or head that was not asked for, or that the pass did not keep");
  const auto row = rows_->row(index, head);
  const auto place = [&](std::size_t cell) { return described(position, head, cell); };
  // Keys that are hidden from the query, by the mask or an edit, have scores of minus infinity.
  if (place_.kind != HookKind::attn_scores) {
    check_finite(row, place);
    return row;
  }
  const auto wrong = std::ranges::find_if(row, [](float score) { return !(score < kInfinite); });
  if (wrong != row.end()) refuse_not_finite(*wrong, place(static_cast<std::size_t>(wrong - row.begin())));
  return row;
}

std::string Captured::described(std::size_t position, std::size_t head, std::size_t cell) const {
  const std::string number = std::to_string(cell);
  return to_string(place_) + (has_heads(place_.kind) ? "[" + std::to_string(head) + "]" : "") +
         " at position " + std::to_string(position) + (is_square(place_.kind) ? ", key " : ", dimension ") +
         number;
}

}  // namespace hookflow::stages

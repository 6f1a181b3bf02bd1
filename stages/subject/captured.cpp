#include "stages/subject/captured.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "stages/subject/finite.hpp"

namespace hookflow::stages {
namespace {

constexpr std::size_t kNotKept = std::numeric_limits<std::size_t>::max();

/// Where each of `count` things lies among those kept.
std::vector<std::size_t> inverse(const std::vector<std::size_t>& kept, std::size_t count) {
  std::vector<std::size_t> index(count, kNotKept);
  for (std::size_t i = 0; i < kept.size(); ++i) index.at(kept[i]) = i;
  return index;
}

}  // namespace

bool is_square(HookKind kind) { return shape(kind, Config{}).axes.front() == "head"; }

Captured::Captured(const PassView& pass, const HookPoint& place, const Positions& wanted)
    : place_(place), row_of_(pass.length, kNotKept), square_(is_square(place.kind)) {
  const auto& captures = pass.kept.captures;
  const auto capture = std::find_if(captures.begin(), captures.end(),
                                    [&](const ForwardPlan::Capture& kept) { return kept.at == place; });
  const auto tensor = pass.result.captured.find(place);
  if (capture == captures.end() || tensor == pass.result.captured.end()) {
    throw std::logic_error("the pass did not keep " + to_string(place));
  }
  values_ = tensor->second.matrix();
  const std::vector<std::size_t> positions = capture->positions.resolve(pass.length);
  position_count_ = positions.size();
  const std::vector<std::size_t> kept_rows = inverse(positions, pass.length);
  for (const std::size_t position : wanted.resolve(pass.length)) row_of_[position] = kept_rows[position];
  head_count_ = tensor->second.shape.size() == 2 ? 1 : tensor->second.shape[square_ ? 0 : 1];
  std::vector<std::size_t> heads = capture->heads;
  if (heads.empty()) {
    heads.resize(head_count_);
    std::iota(heads.begin(), heads.end(), std::size_t{0});
  }
  head_of_ = inverse(heads, *std::max_element(heads.begin(), heads.end()) + 1);
}

std::span<const float> Captured::row(std::size_t position, std::size_t head) const {
  const std::size_t p = position < row_of_.size() ? row_of_[position] : kNotKept;
  const std::size_t h = head < head_of_.size() ? head_of_[head] : kNotKept;
  if (p == kNotKept || h == kNotKept)
    throw std::logic_error("a position or head that was not asked for, or that the pass did not keep");
  const auto row = values_.row(square_ ? h * position_count_ + p : p * head_count_ + h);
  // The mask makes the scores of the keys behind the query infinite.
  const auto seen = place_.kind == HookKind::attn_scores ? row.first(position + 1) : row;
  check_finite(seen, [&](std::size_t cell) { return described(position, head, cell); });
  return row;
}

std::string Captured::described(std::size_t position, std::size_t head, std::size_t cell) const {
  const std::string number = std::to_string(cell);
  return to_string(place_) + (has_heads(place_.kind) ? "[" + std::to_string(head) + "]" : "") +
         " at position " + std::to_string(position) + (square_ ? ", key " : ", dimension ") + number;
}

}  // namespace hookflow::stages

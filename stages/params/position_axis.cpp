#include "stages/params/position_axis.hpp"

#include <algorithm>
#include <set>

#include "model/error.hpp"

namespace hookflow::stages {
namespace {

bool counts_from_end(const Positions& positions) {
  return positions.kind == Positions::Kind::last ||
         (positions.kind == Positions::Kind::slice && positions.begin.value_or(0) < 0);
}

/// The labels of positions that are no list: those of any of the lengths, ascending.
std::vector<std::int64_t> labels_of(const Positions& positions, const std::set<std::size_t>& lengths) {
  std::set<std::int64_t> labels;
  for (const std::size_t length : lengths) {
    const auto offset = counts_from_end(positions) ? static_cast<std::int64_t>(length) : 0;
    for (const std::size_t position : positions.resolve(length)) {
      labels.insert(static_cast<std::int64_t>(position) - offset);
    }
  }
  return {labels.begin(), labels.end()};
}

}  // namespace

void check_positions(const std::string& param, const Positions& positions,
                     const pipeline::PlanContext& context, const std::vector<std::size_t>& lengths) {
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    if (context.findings->is_refused(i)) continue;
    try {
      static_cast<void>(positions.resolve(lengths[i]));
    } catch (const ModelError& error) {
      context.refuse(i, param, error.what());
    }
  }
}

PositionAxis::PositionAxis(const std::string& param, Positions positions,
                           const pipeline::PlanContext& context, const TokenFacts& tokens)
    : positions_(std::move(positions)), counting_(tokens.counting()) {
  check_positions(param, positions_, context, tokens.lengths);
  std::set<std::size_t> different;
  for (std::size_t i = 0; i < tokens.lengths.size(); ++i)
    if (!context.findings->is_refused(i)) different.insert(tokens.lengths[i]);
  labels_ = positions_.kind == Positions::Kind::list ? positions_.list : labels_of(positions_, different);
}

pipeline::Axis PositionAxis::axis(std::string name, const std::string& what) const {
  const bool negative =
      std::any_of(labels_.begin(), labels_.end(), [](std::int64_t label) { return label < 0; });
  return {std::move(name), labels_,
          what + " in the prompt, " + counting_ + (negative ? ", negative from the end" : ""), "",
          "position"};
}

std::vector<std::optional<std::size_t>> PositionAxis::in(std::size_t length) const {
  std::vector<bool> chosen(length);
  for (const std::size_t position : positions_.resolve(length)) chosen[position] = true;
  const auto count = static_cast<std::int64_t>(length);
  std::vector<std::optional<std::size_t>> indices;
  for (const std::int64_t label : labels_) {
    const std::int64_t index = label < 0 ? label + count : label;
    const bool there = index >= 0 && index < count && chosen[static_cast<std::size_t>(index)];
    indices.push_back(there ? std::optional(static_cast<std::size_t>(index)) : std::nullopt);
  }
  return indices;
}

}  // namespace hookflow::stages

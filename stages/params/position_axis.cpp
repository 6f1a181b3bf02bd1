#include "stages/params/position_axis.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include "model/error.hpp"

namespace hookflow::stages {
namespace {

bool counts_from_end(const Positions& positions) {
  return positions.kind == Positions::Kind::last ||
         (positions.kind == Positions::Kind::slice && positions.begin.value_or(0) < 0);
}

/// The labels of positions that are no list: those of any of the lengths, ascending.
std::vector<std::int64_t> labels_of(const Positions& positions, const std::set<FedPrompt>& prompts) {
  std::set<std::int64_t> labels;
  for (const FedPrompt& fed : prompts) {
    const auto offset = counts_from_end(positions) ? static_cast<std::int64_t>(fed.prompt) : 0;
    for (const std::size_t position : positions.resolve(fed)) {
      labels.insert(static_cast<std::int64_t>(position) - offset);
    }
  }
  return {labels.begin(), labels.end()};
}

/// The first, second, ... of as many as any prompt has.
std::vector<std::int64_t> counted_labels(const Positions& positions, const std::set<FedPrompt>& prompts) {
  std::size_t most = 0;
  for (const FedPrompt& fed : prompts) most = std::max(most, positions.resolve(fed).size());
  std::vector<std::int64_t> labels(most);
  std::iota(labels.begin(), labels.end(), 0);
  return labels;
}

}  // namespace

void check_positions(const std::string& param, const Positions& positions,
                     const pipeline::PlanContext& context, const TokenFacts& tokens) {
  find_named(positions, param, context, tokens);
  for (std::size_t i = 0; i < tokens.lengths.size(); ++i) {
    if (context.findings->is_refused(i)) continue;
    try {
      static_cast<void>(positions.resolve(tokens.fed(i)));
    } catch (const ModelError& error) {
      context.refuse(i, param, error.what());
    }
  }
}

PositionAxis::PositionAxis(const std::string& param, Positions positions,
                           const pipeline::PlanContext& context, const TokenFacts& tokens)
    : positions_(std::move(positions)), counting_(tokens.counting()) {
  check_positions(param, positions_, context, tokens);
  std::set<FedPrompt> different;
  for (std::size_t i = 0; i < tokens.lengths.size(); ++i)
    if (!context.findings->is_refused(i)) different.insert(tokens.fed(i));
  labels_ = positions_.kind == Positions::Kind::list ? positions_.list
            : is_named()                             ? counted_labels(positions_, different)
                                                     : labels_of(positions_, different);
}

pipeline::Axis PositionAxis::axis(std::string name, const std::string& what) const {
  if (is_named())
    return {std::move(name), labels_, what + ", counted from 0 within " + meaning_text(positions_), ""};
  const bool negative =
      std::any_of(labels_.begin(), labels_.end(), [](std::int64_t label) { return label < 0; });
  return {std::move(name), labels_,
          what + " in the prompt, " + counting_ + (negative ? ", negative from the end" : ""), "",
          "position"};
}

std::vector<std::optional<std::size_t>> PositionAxis::in(const FedPrompt& fed) const {
  std::vector<std::optional<std::size_t>> indices;
  const std::vector<std::size_t> resolved = positions_.resolve(fed);
  if (is_named()) {
    indices.assign(resolved.begin(), resolved.end());
    indices.resize(labels_.size());
    return indices;
  }
  std::vector<bool> chosen(fed.prompt);
  for (const std::size_t position : resolved) chosen[position] = true;
  const auto count = static_cast<std::int64_t>(fed.prompt);
  for (const std::int64_t label : labels_) {
    const std::int64_t index = label < 0 ? label + count : label;
    const bool there = index >= 0 && index < count && chosen[static_cast<std::size_t>(index)];
    indices.push_back(there ? std::optional(static_cast<std::size_t>(index)) : std::nullopt);
  }
  return indices;
}

}  // namespace hookflow::stages

#include "stages/given/differing_positions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace hookflow::stages {
namespace {

std::vector<std::size_t> from_first_difference(std::span<const std::int32_t> ids,
                                               std::span<const std::int32_t> others) {
  const auto first = static_cast<std::size_t>(std::ranges::mismatch(ids, others).in1 - ids.begin());
  std::vector<std::size_t> positions(ids.size() - first);
  std::iota(positions.begin(), positions.end(), first);
  return positions;
}

}  // namespace

std::optional<Positions> differing_positions(const PassFacts& pass, const PassFacts& other,
                                             const std::string& stage_of_other) {
  if (!pass.edits.empty() || !other.edits.empty()) return {};
  Positions differing = Positions::of_name("from the first token on that is another in " + stage_of_other);
  const TokenFacts& own = *pass.tokens;
  if (own.names->knows(differing.name)) return differing;
  std::vector<std::vector<std::size_t>> places(own.lengths.size());
  for (std::size_t i = 0; i < places.size(); ++i)
    if (own.runs(i)) places[i] = from_first_difference(own.ids[i], other.tokens->ids[i]);
  const auto find = [others = other.tokens->ids_of](const pipeline::Prompt& prompt,
                                                    std::span<const std::int32_t> ids) {
    return from_first_difference(ids, others(prompt));
  };
  own.names->add(differing.name, find, std::move(places));
  return differing;
}

}  // namespace hookflow::stages

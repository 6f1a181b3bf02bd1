#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/yaml/node.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/params/position_axis.hpp"

namespace hookflow::stages {

/// Which pairs of positions are compared: each pair of those that are chosen once, or a list of [i, j].
struct TokenPairs {
  std::vector<std::pair<std::int64_t, std::int64_t>> list;  // empty: unique
};
/// `unique` or `[[1, 2], [3, -1]]`. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, TokenPairs& pairs);
pipeline::Node write_param(const TokenPairs& pairs);
pipeline::Node param_schema(std::type_identity<TokenPairs> type);

/// The axis along which pairs of positions are stored, labelled `1-2`.
class PairAxis {
 public:
  PairAxis() = default;
  /// Throws pipeline::ParamError for a position that a prompt lacks, and when there is no pair.
  PairAxis(const TokenPairs& pairs, const Positions& positions, const PassPlan& passes);

  /// The positions that the pairs are made of.
  [[nodiscard]] const Positions& positions() const { return positions_.positions(); }
  [[nodiscard]] pipeline::Axis axis(const PassPlan& passes) const;
  /// For each label the indices in a prompt; none where the prompt lacks one of them.
  [[nodiscard]] std::vector<std::optional<std::pair<std::size_t, std::size_t>>> in(
      const FedPrompt& fed) const;

 private:
  PositionAxis positions_;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;  // of the positions' labels
};

}  // namespace hookflow::stages

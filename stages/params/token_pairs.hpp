#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/yaml/node.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/params/position_axis.hpp"

namespace hookflow::stages {

/// Which pairs of positions are compared: each pair of those that are chosen once, or a list of two each. A
/// side is one position, or the last one of a text that stands there.
struct TokenPairs {
  std::vector<std::pair<Positions, Positions>> list;  // empty: unique
};
/// `unique`, `[[1, 2], [3, -1]]` or `[[{token: " butter"}, {column: dish}], [1, last]]`. Throws
/// pipeline::ParamError.
void read_param(const pipeline::Node& node, TokenPairs& pairs);
pipeline::Node write_param(const TokenPairs& pairs);
pipeline::Node param_schema(std::type_identity<TokenPairs> type);

/// The axis along which pairs of positions are stored, labelled `1-2`, or by what stands there:
/// `butter-pizza`.
class PairAxis {
 public:
  PairAxis() = default;
  /// Refuses the prompts that lack a position of a list. Throws pipeline::ParamError when there is no pair.
  PairAxis(const TokenPairs& pairs, const Positions& positions, const PassPlan& passes);

  /// All that the pairs are made of.
  [[nodiscard]] const std::vector<Positions>& positions() const { return positions_; }
  [[nodiscard]] const pipeline::Axis& axis() const { return axis_; }
  /// For each label the indices in a prompt; none where the prompt lacks one of them.
  [[nodiscard]] std::vector<std::optional<std::pair<std::size_t, std::size_t>>> in(
      const FedPrompt& fed) const;

 private:
  void pair_all(const Positions& positions, const PassPlan& passes);
  void pair_listed(const TokenPairs& pairs, const PassPlan& passes);

  std::vector<Positions> positions_;
  std::optional<PositionAxis> all_;                         // of `unique`, whose places are its labels;
  std::vector<std::pair<std::size_t, std::size_t>> pairs_;  // else places are the positions
  pipeline::Axis axis_;
};

}  // namespace hookflow::stages

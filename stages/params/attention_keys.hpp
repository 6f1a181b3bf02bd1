#pragma once
#include <cstddef>
#include <optional>
#include <type_traits>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/params/position_axis.hpp"

namespace hookflow::stages {

/// Which keys of each query are looked at.
struct KeyChoice {
  enum class Kind { positions, earlier, self };
  Kind kind = Kind::positions;
  Positions positions;
};
/// `earlier`, `self`, or positions as everywhere. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, KeyChoice& keys);
pipeline::Node write_param(const KeyChoice& keys);
pipeline::Node param_schema(std::type_identity<KeyChoice> type);

/// A query and a key of one prompt; without a key the cell has no value.
struct QueryKey {
  std::size_t query = 0;
  std::optional<std::size_t> key;
};

/// The axes along which queries and their keys are stored.
class QueryKeyAxes {
 public:
  QueryKeyAxes() = default;
  /// Throws pipeline::ParamError for positions that a prompt lacks, and for `earlier` when no query has a key
  /// before it.
  QueryKeyAxes(const Positions& queries, const KeyChoice& keys, const PassPlan& passes);

  [[nodiscard]] const Positions& queries() const { return queries_.positions(); }
  /// The keys that any query looks at.
  [[nodiscard]] Positions keys() const;
  /// [query, key]; the last position alone, and a query's own, have no axis.
  [[nodiscard]] std::vector<pipeline::Axis> axes(const PassPlan& passes) const;
  /// Of a prompt, row-major along the axes.
  [[nodiscard]] std::vector<QueryKey> in(const FedPrompt& fed) const;

 private:
  PositionAxis queries_;
  PositionAxis keys_;  // every position for `earlier`; unused for `self`
  KeyChoice::Kind kind_ = KeyChoice::Kind::positions;
};

}  // namespace hookflow::stages

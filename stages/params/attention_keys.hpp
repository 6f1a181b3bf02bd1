#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "model/pass/forward.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/params/position_axis.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// Which keys of each query are looked at.
struct KeyChoice {
  enum class Kind { positions, earlier, offset, previous_occurrence };
  Kind kind = Kind::positions;
  Positions positions;
  std::int64_t offset = 0;  // from the query, or from where its token stood before
};
/// `earlier`, `self` (the offset 0), `{offset: -1}`, `{previous_occurrence: +1}`, or positions as everywhere.
/// Throws pipeline::ParamError.
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
  /// Throws pipeline::ParamError for positions that a prompt lacks, and where no query has such a key.
  QueryKeyAxes(const Positions& queries, const KeyChoice& keys, const PassPlan& passes);

  [[nodiscard]] const Positions& queries() const { return queries_.positions(); }
  /// The keys that any query looks at.
  [[nodiscard]] Positions keys() const;
  /// What is said of the keys where each query has one of its own; else nothing.
  [[nodiscard]] std::string meaning() const;
  /// [query, key]; the last position alone, and one key a query, have no axis.
  [[nodiscard]] std::vector<pipeline::Axis> axes(const PassPlan& passes) const;
  /// [query]; where each query has one number.
  [[nodiscard]] std::vector<pipeline::Axis> query_axes(const PassPlan& passes) const;
  /// Of a prompt, row-major along the axes.
  [[nodiscard]] std::vector<QueryKey> in(std::size_t prompt, const FedPrompt& fed) const;
  /// The queries of such a prompt, along their axis; none where it has no such position.
  [[nodiscard]] std::vector<std::optional<std::size_t>> queries_in(const FedPrompt& fed) const {
    return queries_.in(fed);
  }

 private:
  [[nodiscard]] bool one_key() const {
    return choice_.kind == KeyChoice::Kind::offset || choice_.kind == KeyChoice::Kind::previous_occurrence;
  }
  void check_one_key(const PassPlan& passes) const;
  /// Of a query that has one.
  [[nodiscard]] std::optional<std::size_t> key_of(std::size_t query, std::size_t prompt,
                                                  std::size_t length) const;

  KeyChoice choice_;
  PositionAxis queries_;
  PositionAxis keys_;  // every position for `earlier`; unused for one key a query
  TokenLists ids_;     // of all prompts, where they decide which key it is
};

}  // namespace hookflow::stages

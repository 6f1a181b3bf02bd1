#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "model/architecture/model.hpp"
#include "pipeline/yaml/node.hpp"
#include "stages/params/pass_plan.hpp"
#include "stages/subject/token_lists.hpp"

namespace hookflow::stages {

/// A direction behind a layer norm: the logit of the token that a column of the prompts names, that of one
/// less that of another, or a vector that stands where a token's row of the unembedding would.
struct Direction {
  std::vector<std::string> columns;  // one or two; none: the vector
  std::vector<double> vector;        // (d)
};
/// `target`, `[target, contrast]` or `{vector: [x, ...]}`. Throws pipeline::ParamError.
void read_param(const pipeline::Node& node, Direction& direction);
pipeline::Node write_param(const Direction& direction);
pipeline::Node param_schema(std::type_identity<Direction> type);

/// A direction in each prompt.
class Directions {
 public:
  Directions() = default;
  /// Throws pipeline::ParamError of `direction` for a vector of another width than the model's and for a
  /// column that names no token in any prompt; refuses the prompts whose columns do not.
  Directions(Direction direction, const PassPlan& passes);

  /// What is measured along it: `logit of target`.
  [[nodiscard]] std::string meaning() const;
  [[nodiscard]] bool is_vector() const { return direction_.columns.empty(); }
  /// The ids of its tokens: that whose logit it is and, of a difference, that whose logit is taken away.
  [[nodiscard]] std::span<const std::int32_t> tokens(std::size_t prompt) const { return ids_[prompt]; }
  [[nodiscard]] std::span<const std::int32_t> all_tokens() const { return ids_.all(); }  // of all prompts
  /// Itself: a row of the unembedding, the difference of two, or the vector, (d).
  [[nodiscard]] std::vector<float> of(std::size_t prompt, const Model& model) const;

 private:
  Direction direction_;
  TokenLists ids_;  // one list a prompt
};

}  // namespace hookflow::stages

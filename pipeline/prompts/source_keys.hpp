#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {

/// The line of a node as the number of a place; one that comes from no file has none.
inline std::size_t number_of(const Node& node) { return node.line > 0 ? node.line : PromptPlaces::kNone; }

/// Reads the keys of a map under `prompts:`, and collects all that is wrong with it.
class SourceKeys {
 public:
  static constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();
  struct Range {
    std::int64_t least = 1;
    std::int64_t most = kHighest;
  };

  SourceKeys(const Node& map, const std::string& workflow_name) : map_(map), problems_(workflow_name) {}

  /// The key's value; none: there is no such key, or a problem.
  [[nodiscard]] std::optional<std::int64_t> whole_number(const std::string& key, Range range);
  [[nodiscard]] std::optional<std::int64_t> whole_number(const std::string& key) {
    return whole_number(key, Range());
  }
  [[nodiscard]] bool flag(const std::string& key);  // false where it is not given
  void refuse_others(const std::vector<std::string>& known);

  void report(const Node& node, const std::string& problem) {
    problems_.add(node.line, "prompts: " + problem);
  }
  /// Throws what was reported as an Error, UsageError or InputError, if there is any.
  template <typename Error = UsageError>
  void raise() const {
    problems_.raise<Error>();
  }

 private:
  const Node& map_;
  Problems problems_;
};

}  // namespace hookflow::pipeline

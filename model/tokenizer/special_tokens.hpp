#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hookflow {

/// The tokens that are looked for in the text itself, before it is cut into pieces.
class SpecialTokens {
 public:
  struct Entry {
    std::string text;  // not empty
    std::int32_t id;
  };
  struct Match {
    std::size_t start;
    std::size_t length;
    std::int32_t id;
  };

  explicit SpecialTokens(std::vector<Entry> entries) : entries_(std::move(entries)) {}

  /// All that occur in `text`, from the left; of those that start at one place the longest. No two overlap.
  std::vector<Match> find_all(std::string_view text) const;

  std::optional<std::int32_t> id_of(std::string_view text) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace hookflow

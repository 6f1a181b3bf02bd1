#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow {

/// The tokens that are looked for in the text itself, before it is cut into pieces: in two rounds, the second
/// in what the first leaves, as in Hugging Face's tokenizers (added_vocabulary.rs, extract_and_normalize).
class SpecialTokens {
 public:
  struct Entry {
    std::string text;  // not empty
    std::int32_t id;
    bool first_round = false;
  };
  struct Match {
    std::size_t start;
    std::size_t length;
    std::int32_t id;
  };

  explicit SpecialTokens(std::vector<Entry> entries);

  /// All that occur in `text`, from the left. In each round the leftmost is taken, and of those that start at
  /// one place the longest. No two overlap.
  std::vector<Match> find_all(std::string_view text) const;

  std::optional<std::int32_t> id_of(std::string_view text) const;

 private:
  /// Those of a round and the next in `text`, which starts at `offset` of the whole.
  void find(std::size_t round, std::string_view text, std::size_t offset, std::vector<Match>& matches) const;

  std::array<std::vector<Entry>, 2> rounds_;
};

}  // namespace hookflow

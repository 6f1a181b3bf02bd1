#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace hookflow {

/// Where a list of layers or heads stands, for its error messages.
struct IndexListPlace {
  std::string_view text;  // the whole hook name
  std::string_view noun;  // "layer" or "head"
  std::size_t count = 0;  // how many the model has
};

/// Reads `3`, `*`, `0-3` or `0,2,5-7`; ascending, each once; negative numbers count from the end, so that
/// `-1` is the last. Throws ModelError for anything else, and for an index the model does not have, with the
/// range it has.
std::vector<std::size_t> parse_index_list(std::string_view list, const IndexListPlace& place);

}  // namespace hookflow

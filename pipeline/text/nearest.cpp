#include "pipeline/text/nearest.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "pipeline/text/utf8.hpp"

namespace hookflow::pipeline {
namespace {

// Damerau-Levenshtein with neighbours swapped at most once: letters put in, left out, changed, or swapped.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

// One is the beginning of the other, or all of it behind a dot: metric, metrics; moments, aggregate.moments.
bool is_part(std::string_view a, std::string_view b) {
  constexpr std::size_t kFewest = 3;  // below, too much begins alike
  if (a.size() > b.size()) std::swap(a, b);
  if (a.size() < kFewest) return false;
  return b.starts_with(a) || (b.ends_with(a) && b[b.size() - a.size() - 1] == '.');
}

// How far off `candidate` is; none when it is too far to help.
std::optional<std::size_t> distance(std::string_view name, std::string_view candidate) {
  const std::size_t longest = std::max(name.size(), candidate.size());
  const std::size_t apart = longest - std::min(name.size(), candidate.size());
  const std::size_t limit = std::min(std::max<std::size_t>(2, name.size() / 3), longest / 2);
  if (is_part(name, candidate)) return std::min(apart, limit);
  const std::size_t edits = apart > limit ? apart : edit_distance(name, candidate);
  return edits <= limit ? std::optional(edits) : std::nullopt;
}

}  // namespace

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
  const std::string wanted = lower_case(name);
  std::optional<std::pair<std::size_t, std::string_view>> best;
  for (const std::string& candidate : candidates) {
    const std::optional<std::size_t> edits = distance(wanted, lower_case(candidate));
    if (!edits) continue;
    const std::pair<std::size_t, std::string_view> found(*edits, candidate);
    if (!best || found < *best) best = found;
  }
  return best ? " (did you mean '" + std::string(best->second) + "'?)" : std::string{};
}

}  // namespace hookflow::pipeline

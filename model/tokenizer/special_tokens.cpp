#include "model/tokenizer/special_tokens.hpp"

#include <algorithm>

namespace hookflow {

std::vector<SpecialTokens::Match> SpecialTokens::find_all(std::string_view text) const {
  std::vector<Match> matches;
  // Where each entry occurs next; remembered, so that each is searched for through the text only once.
  std::vector<std::size_t> next(entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) next[i] = text.find(entries_[i].text);

  for (std::size_t from = 0;;) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      if (next[i] < from) next[i] = text.find(entries_[i].text, from);
      if (next[i] == std::string_view::npos) continue;
      const bool longer = best && entries_[i].text.size() > entries_[*best].text.size();
      if (!best || next[i] < next[*best] || (next[i] == next[*best] && longer)) best = i;
    }
    if (!best) return matches;
    matches.push_back({next[*best], entries_[*best].text.size(), entries_[*best].id});
    from = next[*best] + entries_[*best].text.size();
  }
}

std::optional<std::int32_t> SpecialTokens::id_of(std::string_view text) const {
  const auto found = std::ranges::find(entries_, text, &Entry::text);
  return found == entries_.end() ? std::nullopt : std::optional(found->id);
}

}  // namespace hookflow

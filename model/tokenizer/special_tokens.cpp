#include "model/tokenizer/special_tokens.hpp"

#include <algorithm>
#include <utility>

namespace hookflow {
namespace {

std::vector<SpecialTokens::Match> leftmost_longest(const std::vector<SpecialTokens::Entry>& entries,
                                                   std::string_view text) {
  std::vector<SpecialTokens::Match> matches;
  // Where each entry occurs next; remembered, so that each is searched for through the text only once.
  std::vector<std::size_t> next(entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) next[i] = text.find(entries[i].text);

  for (std::size_t from = 0;;) {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (next[i] < from) next[i] = text.find(entries[i].text, from);
      if (next[i] == std::string_view::npos) continue;
      const bool longer = best && entries[i].text.size() > entries[*best].text.size();
      if (!best || next[i] < next[*best] || (next[i] == next[*best] && longer)) best = i;
    }
    if (!best) return matches;
    matches.push_back({next[*best], entries[*best].text.size(), entries[*best].id});
    from = next[*best] + entries[*best].text.size();
  }
}

}  // namespace

SpecialTokens::SpecialTokens(std::vector<Entry> entries) {
  for (Entry& entry : entries) rounds_[entry.first_round ? 0 : 1].push_back(std::move(entry));
}

std::vector<SpecialTokens::Match> SpecialTokens::find_all(std::string_view text) const {
  std::vector<Match> matches;
  find(0, text, 0, matches);
  return matches;
}

void SpecialTokens::find(std::size_t round, std::string_view text, std::size_t offset,
                         std::vector<Match>& matches) const {
  if (round == rounds_.size()) return;
  std::size_t start = 0;
  for (const Match& match : leftmost_longest(rounds_[round], text)) {
    find(round + 1, text.substr(start, match.start - start), offset + start, matches);
    matches.push_back({offset + match.start, match.length, match.id});
    start = match.start + match.length;
  }
  find(round + 1, text.substr(start), offset + start, matches);
}

std::optional<std::int32_t> SpecialTokens::id_of(std::string_view text) const {
  for (const std::vector<Entry>& entries : rounds_) {
    const auto found = std::ranges::find(entries, text, &Entry::text);
    if (found != entries.end()) return found->id;
  }
  return std::nullopt;
}

}  // namespace hookflow

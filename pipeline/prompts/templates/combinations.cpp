#include "pipeline/prompts/templates/combinations.hpp"

#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

namespace hookflow::pipeline {
namespace {

std::uint64_t bounded_sum(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b ? std::numeric_limits<std::uint64_t>::max()
                                                           : a + b;
}

/// Text after text, how many ways there are to give those so far, each to one list at most, so that just the
/// lists of a set have theirs. `lists_with[text]` and the index of `ways` are sets, a bit a list.
std::uint64_t count_of(const std::vector<std::uint32_t>& lists_with, std::size_t lists) {
  std::vector<std::uint64_t> ways(std::size_t{1} << lists);
  ways[0] = 1;
  for (const std::uint32_t with : lists_with)
    for (std::size_t set = ways.size(); set-- > 0;)  // downward: smaller sets are still without this text
      for (std::size_t bit = 1; bit < ways.size(); bit <<= 1U)
        if ((set & with & bit) != 0) ways[set] = bounded_sum(ways[set], ways[set ^ bit]);
  return ways.back();
}

}  // namespace

Combinations::Combinations(const std::vector<std::vector<std::string>>& lists) {
  std::unordered_map<std::string, std::size_t> numbers;
  std::vector<std::uint32_t> lists_with;
  for (const std::vector<std::string>& list : lists) {
    const std::uint32_t bit = 1U << texts_.size();
    texts_.emplace_back();
    for (const std::string& text : list) {
      const std::size_t number = numbers.emplace(text, numbers.size()).first->second;
      lists_with.resize(numbers.size());
      lists_with[number] |= bit;
      texts_.back().push_back(number);
    }
  }
  count_ = count_of(lists_with, lists.size());
}

std::vector<Combinations::Choice> Combinations::all() const {
  std::vector<Choice> all;
  Choice chosen;
  extend(chosen, all);
  return all;
}

void Combinations::extend(Choice& chosen, std::vector<Choice>& all) const {
  if (chosen.size() == texts_.size()) return all.push_back(chosen);
  for (std::uint32_t next = 0; next < texts_[chosen.size()].size(); ++next) {
    if (!is_free(chosen, next)) continue;
    chosen.push_back(next);
    extend(chosen, all);
    chosen.pop_back();
  }
}

bool Combinations::is_free(const Choice& chosen, std::uint32_t next) const {
  const std::size_t text = texts_[chosen.size()][next];
  for (std::size_t list = 0; list < chosen.size(); ++list)
    if (texts_[list][chosen[list]] == text) return false;
  return true;
}

std::vector<Combinations::Choice> Combinations::draw(std::size_t size, Draws& draws) const {
  std::vector<Choice> drawn;
  if (count_ <= kMost) {
    drawn = all();
    for (std::size_t i = 0; i < size; ++i) std::swap(drawn[i], drawn[i + draws.below(drawn.size() - i)]);
    drawn.resize(size);
    return drawn;
  }
  for (std::set<Choice> seen; drawn.size() < size;) {
    const std::optional<Choice> choice = draw_any(draws);
    if (choice && seen.insert(*choice).second) drawn.push_back(*choice);
  }
  return drawn;
}

/// None: two texts were alike. To begin anew then leaves all others as likely as each other; to draw only the
/// second text again would not.
std::optional<Combinations::Choice> Combinations::draw_any(Draws& draws) const {
  Choice chosen;
  for (const std::vector<std::size_t>& list : texts_) {
    const auto next = static_cast<std::uint32_t>(draws.below(list.size()));
    if (!is_free(chosen, next)) return std::nullopt;
    chosen.push_back(next);
  }
  return chosen;
}

}  // namespace hookflow::pipeline

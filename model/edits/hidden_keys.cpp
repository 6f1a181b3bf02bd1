#include "model/edits/hidden_keys.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace hookflow {

std::vector<HiddenSet> hidden_keys(const std::vector<Intervention>& edits,
                                   const std::vector<Intervention>* below) {
  using Hiding = std::vector<const Intervention*>;
  std::map<HookPoint, Hiding> places;
  for (const auto* all : {below, &edits}) {
    for (std::size_t i = 0; all != nullptr && i < all->size(); ++i)
      if ((*all)[i].with->hides_keys()) places[(*all)[i].at].push_back(&(*all)[i]);
  }
  std::vector<HiddenSet> sets;
  for (const auto& [place, hiding] : places) {
    for (const Intervention* one : hiding) {
      HiddenSet set;  // of the head that it names, or of those that no edit names
      for (const Intervention* edit : hiding)
        if (!edit->head || edit->head == one->head)
          set.push_back({edit->positions, edit->keys.value_or(Positions::all())});
      if (std::ranges::find(sets, set) == sets.end()) sets.push_back(std::move(set));
    }
  }
  return sets;
}

std::optional<std::size_t> blind_query(const HiddenSet& hidden, const FedPrompt& fed) {
  std::map<std::size_t, std::set<std::size_t>> gone;  // of each query, of the keys that it would see
  for (const auto& [queries, keys] : hidden) {
    for (const std::size_t query : queries.resolve(fed))
      for (const std::size_t key : keys.resolve(fed))
        if (key <= query) gone[query].insert(key);
  }
  const auto blind =
      std::ranges::find_if(gone, [](const auto& query) { return query.second.size() == query.first + 1; });
  return blind == gone.end() ? std::nullopt : std::optional(blind->first);
}

bool in_turn(const HiddenSet& hidden) {
  const auto each = [](const Positions& positions) { return positions.kind == Positions::Kind::each; };
  return std::ranges::any_of(hidden,
                             [&](const HiddenKeys& one) { return each(one.queries) || each(one.keys); });
}

}  // namespace hookflow

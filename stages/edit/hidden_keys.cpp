#include "stages/edit/hidden_keys.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace hookflow::stages {

std::vector<HiddenSet> hidden_keys(const Variant& variant, const Variant* below) {
  using Hiding = std::vector<const Intervention*>;
  std::map<HookPoint, Hiding> places;
  for (const Variant* edits : {below, &variant}) {
    for (std::size_t i = 0; edits != nullptr && i < edits->size(); ++i)
      if ((*edits)[i].with->hides_keys()) places[(*edits)[i].at].push_back(&(*edits)[i]);
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
  std::map<std::size_t, PositionSet> left;
  for (const auto& [queries, keys] : hidden) {
    const PositionSet gone(keys.resolve(fed));
    for (const std::size_t query : queries.resolve(fed))
      left.try_emplace(query, PositionSet::range(0, query + 1)).first->second -= gone;
  }
  const auto blind = std::ranges::find_if(left, [](const auto& query) { return query.second.empty(); });
  return blind == left.end() ? std::nullopt : std::optional(blind->first);
}

bool in_turn(const HiddenSet& hidden) {
  const auto each = [](const Positions& positions) { return positions.kind == Positions::Kind::each; };
  return std::ranges::any_of(hidden,
                             [&](const HiddenKeys& one) { return each(one.queries) || each(one.keys); });
}

}  // namespace hookflow::stages

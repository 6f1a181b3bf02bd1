#include "model/rows/shared_prefixes.hpp"

#include <algorithm>
#include <map>

#include "model/rows/edited_rows.hpp"

namespace hookflow {
namespace {

PositionSet apart(const PositionSet& a, const PositionSet& b) { return (a - b) | (b - a); }

}  // namespace

std::vector<SharedPrefix> shared_prefixes(std::span<const std::vector<std::int32_t>> prompts) {
  struct Node {
    std::size_t prompt;  // the first that comes here
    std::map<std::int32_t, std::size_t> next;
  };
  std::vector<Node> tree = {{0, {}}};
  std::vector<SharedPrefix> prefixes(prompts.size());
  for (std::size_t prompt = 0; prompt < prompts.size(); ++prompt) {
    std::size_t node = 0;
    for (const std::int32_t token : prompts[prompt]) {
      const auto [next, is_new] = tree[node].next.try_emplace(token, tree.size());
      node = next->second;
      if (is_new) {
        tree.push_back({prompt, {}});
      } else {
        prefixes[prompt] = {tree[node].prompt, prefixes[prompt].length + 1};
      }
    }
  }
  return prefixes;
}

std::size_t agreed_length(const Variant& variant, const FedPrompt& a, const FedPrompt& b,
                          std::size_t length) {
  for (const Intervention& edit : variant) {
    if (edit.with->reads_all_rows() || shows_hidden_keys(edit)) return 0;
    const PositionSet of_a = edited_positions(edit, a);
    const PositionSet of_b = edited_positions(edit, b);
    const bool same = !edit.with->takes_given();  // where both are edited
    PositionSet differing = same ? apart(of_a, of_b) : of_a | of_b;
    // A query is edited otherwise from the first key on that is edited in one prompt alone.
    const PositionSet keys = apart(edited_keys(edit, a), edited_keys(edit, b));
    if (edit.keys && !keys.empty()) differing |= of_a & PositionSet::range(keys.first(), a.all());
    if (!differing.empty()) length = std::min(length, differing.first());
  }
  return length;
}

bool depends_on_all_tokens(HookKind kind) { return kind == HookKind::scores_raw; }

}  // namespace hookflow

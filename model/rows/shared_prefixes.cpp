#include "model/rows/shared_prefixes.hpp"

#include <algorithm>
#include <map>

namespace hookflow {

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
    const PositionSet differing = same ? (of_a - of_b) | (of_b - of_a) : of_a | of_b;
    if (!differing.empty()) length = std::min(length, differing.first());
  }
  return length;
}

bool depends_on_all_tokens(HookKind kind) { return kind == HookKind::scores_raw; }

}  // namespace hookflow

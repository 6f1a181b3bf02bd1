#include "model/tokenizer/bpe.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hookflow {
namespace {

constexpr std::int32_t kGone = -1;  // the token was merged into the one before it

// Multiplicative hashing (Knuth, volume 3, section 6.4): the golden ratio spreads numbers that lie close.
std::uint64_t hash_of(std::int32_t left, std::int32_t right) {
  constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
  return ((static_cast<std::uint64_t>(left) << 32U) | static_cast<std::uint64_t>(right)) * kGoldenRatio;
}

// Whether the merge of a rank is of this pair.
auto is_of(const std::vector<Bpe::Merge>& merges, std::int32_t left, std::int32_t right) {
  return [&merges, left, right](std::uint32_t rank) {
    return merges[rank].left == left && merges[rank].right == right;
  };
}

}  // namespace

struct Bpe::Scratch {
  // A doubly linked list in a vector: merging must not move what follows.
  struct Node {
    std::int32_t id;
    std::size_t previous;
    std::size_t next;
  };
  using Candidate = std::pair<std::size_t, std::size_t>;  // rank, node of the left token

  std::vector<Node> nodes;
  std::vector<Candidate> candidates;  // a heap, lowest rank first, then leftmost
};

Bpe::Bpe(const std::array<std::int32_t, 256>& byte_ids, std::vector<Merge> merges)
    : byte_ids_(byte_ids), merges_(std::move(merges)), rank_of_pair_(merges_.size()) {
  for (std::size_t rank = merges_.size(); rank-- > 0;) {
    const auto [left, right, merged] = merges_[rank];
    rank_of_pair_.put(hash_of(left, right), static_cast<std::uint32_t>(rank), is_of(merges_, left, right));
  }
}

void Bpe::append_ids(std::span<const std::string_view> pieces, std::vector<std::int32_t>& ids) const {
  Scratch scratch;
  for (const std::string_view piece : pieces) append_ids(piece, scratch, ids);
}

void Bpe::append_ids(std::string_view piece, Scratch& scratch, std::vector<std::int32_t>& ids) const {
  std::vector<Scratch::Node>& nodes = scratch.nodes;
  std::vector<Scratch::Candidate>& candidates = scratch.candidates;
  nodes.clear();
  candidates.clear();
  const std::size_t end = piece.size();  // as a node's neighbour: none
  for (std::size_t i = 0; i < end; ++i) {
    nodes.push_back({byte_ids_[static_cast<unsigned char>(piece[i])], i == 0 ? end : i - 1, i + 1});
  }

  const auto consider = [&](std::size_t left) {
    if (left == end || nodes[left].next == end) return;
    const std::int32_t id = nodes[left].id;
    const std::int32_t next = nodes[nodes[left].next].id;
    const auto rank = rank_of_pair_.find(hash_of(id, next), is_of(merges_, id, next));
    if (!rank) return;
    candidates.emplace_back(*rank, left);
    std::ranges::push_heap(candidates, std::greater<>());
  };
  for (std::size_t i = 0; i < end; ++i) consider(i);

  while (!candidates.empty()) {
    std::ranges::pop_heap(candidates, std::greater<>());
    const auto [rank, left] = candidates.back();
    candidates.pop_back();

    // A candidate outlives its pair when a merge beside it came first.
    const Merge& merge = merges_[rank];
    const std::size_t right = nodes[left].next;
    if (nodes[left].id != merge.left || right == end || nodes[right].id != merge.right) continue;

    nodes[left].id = merge.merged;
    nodes[left].next = nodes[right].next;
    if (nodes[right].next != end) nodes[nodes[right].next].previous = left;
    nodes[right].id = kGone;
    consider(nodes[left].previous);
    consider(left);
  }

  for (std::size_t i = 0; i < end; i = nodes[i].next) ids.push_back(nodes[i].id);
}

}  // namespace hookflow

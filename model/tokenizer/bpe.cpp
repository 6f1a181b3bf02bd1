#include "model/tokenizer/bpe.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace hookflow {
namespace {

constexpr std::int32_t kGone = -1;  // the token was merged into the one before it

std::uint64_t pair_key(std::int32_t left, std::int32_t right) {
  return (static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint64_t>(right);
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
    : byte_ids_(byte_ids), merges_(std::move(merges)) {
  rank_of_pair_.reserve(merges_.size());
  for (std::size_t rank = 0; rank < merges_.size(); ++rank) {
    rank_of_pair_.insert_or_assign(pair_key(merges_[rank].left, merges_[rank].right), rank);
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
    const auto found = rank_of_pair_.find(pair_key(nodes[left].id, nodes[nodes[left].next].id));
    if (found == rank_of_pair_.end()) return;
    candidates.emplace_back(found->second, left);
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

#include "model/pass/query_blocks.hpp"

#include <algorithm>

namespace hookflow {

std::vector<QueryBlock> query_blocks(const RowPlan& plan, std::size_t layer, const std::vector<bool>& uncut) {
  const RowLayout& queries = plan.made({HookKind::pattern, layer});
  std::vector<QueryBlock> blocks(1);
  std::size_t rows = 0;  // of the last block
  for (std::size_t sequence = 0; sequence < queries.sequences(); ++sequence) {
    const auto positions = queries.positions(sequence);
    for (std::size_t done = 0; done < positions.size();) {
      if (rows >= kQueryBlock || (uncut[sequence] && rows > 0)) {
        blocks.emplace_back();
        rows = 0;
      }
      const std::size_t left = positions.size() - done;
      const std::size_t count = uncut[sequence] ? left : std::min(left, kQueryBlock - rows);
      const std::size_t keys = plan.rows(sequence).sees_all_keys[layer] ? plan.sequence(sequence).length()
                                                                        : positions[done + count - 1] + 1;
      blocks.back().push_back({sequence, queries.first(sequence) + done, count, keys});
      done += count;
      rows += count;
    }
  }
  return blocks;
}

std::vector<KeyProduct> key_products(const QueryBlock& pieces, const std::vector<KeySegments>& segments) {
  std::vector<KeyProduct> products;
  for (std::size_t index = 0;; ++index) {
    const std::size_t before = products.size();
    for (const QueryPiece& piece : pieces) {
      const KeySegments& all = segments[piece.sequence];
      if (index >= all.size() || all[index].first >= piece.keys) continue;
      KeySegment segment = all[index];
      segment.keys.rows = segment.values.rows = std::min(segment.end(), piece.keys) - segment.first;
      const std::size_t row = piece.first - pieces.front().first;
      if (products.size() > before && products.back().segment == segment &&
          products.back().row + products.back().rows == row) {
        products.back().rows += piece.count;
      } else {
        products.push_back({row, piece.count, segment, index == 0});
      }
    }
    if (products.size() == before) return products;
  }
}

}  // namespace hookflow

#pragma once
#include <cstddef>
#include <vector>

#include "model/pass/key_segments.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

/// Queries of one sequence: rows of those that attention is run for in a layer.
struct QueryPiece {
  std::size_t sequence = 0;
  std::size_t first = 0, count = 0;
  std::size_t keys = 0;  // how many they look at, at most
};

/// Queries that are computed together: pieces whose rows follow each other.
using QueryBlock = std::vector<QueryPiece>;

/// Queries are taken about this many at a time, those of several sequences together; of a long prompt against
/// the keys up to the last of them, so that most of the half that the mask hides is not computed.
inline constexpr std::size_t kQueryBlock = 128;

/// All queries of a layer. `uncut`: of each sequence, whether its queries must be in one block.
std::vector<QueryBlock> query_blocks(const RowPlan& plan, std::size_t layer, const std::vector<bool>& uncut);

/// One matrix product: some rows of a block with keys that they all look at.
struct KeyProduct {
  std::size_t row = 0, rows = 0;  // within the block
  KeySegment segment;
  bool is_first = false;  // of those of these rows
};

/// Those of some pieces of a block; `segments`: of each sequence. Queries that follow each other and look at
/// the same keys make one product: those of all variants of a prompt with the keys of its clean pass.
std::vector<KeyProduct> key_products(const QueryBlock& pieces, const std::vector<KeySegments>& segments);

}  // namespace hookflow

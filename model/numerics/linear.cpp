#include <algorithm>

#include "model/numerics/blas.hpp"
#include "model/numerics/ops.hpp"
#include "model/numerics/parallel.hpp"

namespace hookflow {
namespace {

// One matrix product of OpenBLAS each: large enough that packing its operands is little of the work, small
// enough that there is one for every core.
constexpr std::size_t kTileRows = 288;
constexpr std::size_t kTileColumns = 384;

struct Tile {
  std::size_t row, rows, column, columns;
};

template <typename Body>
void for_each_tile(const MutableView& out, const Body& body) {
  const std::size_t down = block_count(out.rows, kTileRows);
  const std::size_t across = block_count(out.columns, kTileColumns);
  parallel_blocks(down * across, [&](std::size_t index) {
    const std::size_t row = index / across * kTileRows;
    const std::size_t column = index % across * kTileColumns;
    body(
        Tile{row, std::min(kTileRows, out.rows - row), column, std::min(kTileColumns, out.columns - column)});
  });
}

// Every row becomes the bias, for a product to be added to. Returns what that product should do.
Into start_from(std::span<const float> bias, const MutableView& out) {
  if (bias.empty()) {
    return Into::overwrite;
  }
  for (std::size_t row = 0; row < out.rows; ++row) {
    std::copy(bias.begin(), bias.end(), out.row(row).begin());
  }
  return Into::add;
}

std::span<const float> part(std::span<const float> bias, std::size_t first, std::size_t count) {
  return bias.empty() ? bias : bias.subspan(first, count);
}

}  // namespace

void linear(View in, const LinearWeights& weights, MutableView out) {
  for_each_tile(out, [&](const Tile& tile) {
    const MutableView part_out = out.row_range(tile.row, tile.rows).column_range(tile.column, tile.columns);
    const Into into = start_from(part(weights.bias, tile.column, tile.columns), part_out);
    multiply(in.row_range(tile.row, tile.rows), weights.weight.column_range(tile.column, tile.columns),
             part_out, into);
  });
}

void linear_transposed(View in, View weight, std::span<const float> bias, MutableView out) {
  for_each_tile(out, [&](const Tile& tile) {
    const MutableView part_out = out.row_range(tile.row, tile.rows).column_range(tile.column, tile.columns);
    const Into into = start_from(part(bias, tile.column, tile.columns), part_out);
    multiply_transposed(in.row_range(tile.row, tile.rows), weight.row_range(tile.column, tile.columns),
                        part_out, into);
  });
}

LinearWeights output_range(const LinearWeights& weights, std::size_t first, std::size_t count) {
  return {weights.weight.column_range(first, count), part(weights.bias, first, count)};
}

}  // namespace hookflow

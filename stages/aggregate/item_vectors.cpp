#include "stages/aggregate/item_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <span>
#include <utility>

#include "model/numerics/blas.hpp"

namespace hookflow::stages {
namespace {

constexpr std::size_t kSlabCells = std::size_t{1} << 20;
constexpr std::size_t kPanel = 2048;                       // vectors of a tile's side, at most,
constexpr std::size_t kPanelCells = std::size_t{1} << 23;  // and their numbers

/// Fisher and Yates's shuffle, spelled out: std::shuffle may differ from library to library. The order of an
/// item's entries depends on the seed, the variable's name and the item alone.
void shuffle(std::span<double> values, std::int64_t seed, const std::string& name, std::size_t item) {
  std::vector<std::uint32_t> key = {static_cast<std::uint32_t>(seed),
                                    static_cast<std::uint32_t>(static_cast<std::uint64_t>(seed) >> 32U),
                                    static_cast<std::uint32_t>(item)};
  for (const char letter : name) key.push_back(static_cast<unsigned char>(letter));
  std::seed_seq sequence(key.begin(), key.end());
  std::mt19937 random(sequence);
  for (std::size_t left = values.size(); left > 1; --left) {
    // Lemire's multiplication in place of a remainder; the bias is below left / 2^32.
    const auto chosen = static_cast<std::size_t>((std::uint64_t{random()} * left) >> 32U);
    std::swap(values[left - 1], values[chosen]);
  }
}

/// Scaled by the largest first, so that squares neither overflow nor vanish.
void make_unit(std::span<double> values, ItemVectors::Scale scale) {
  double largest = 0;
  for (const double value : values) largest = std::max(largest, std::abs(value));
  for (double& value : values) value /= largest;  // zero: NaN from here on
  const auto size = static_cast<double>(values.size());
  if (scale == ItemVectors::Scale::correlation) {
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / size;
    for (double& value : values) value -= mean;
  }
  const double norm = std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
  // What is left of a constant vector after its mean is taken away is rounding.
  const bool has_direction = norm > 4 * size * std::numeric_limits<double>::epsilon();
  for (double& value : values) value = has_direction ? value / norm : std::nan("");
}

}  // namespace

ItemVectors::ItemVectors(const pipeline::StoredRows& rows, VectorPlace place)
    : rows_(rows), place_(std::move(place)), vectors_first_(place_.between < place_.along) {
  const std::vector<pipeline::Axis>& axes = rows.variable().axes;
  count_ = axes.at(place_.between).size();
  length_ = axes.at(place_.along).size();
}

void ItemVectors::find_missing_entries(std::vector<bool>& complete) const {
  if (vectors_first_) return;
  const std::size_t slab = std::max<std::size_t>(1, kSlabCells / count_);
  for (std::size_t first = 0; first < length_; first += slab) {
    const std::vector<double> values = read_box(0, count_, first, std::min(slab, length_ - first));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) complete[first + i / count_] = false;
    }
  }
}

std::vector<double> ItemVectors::read_box(std::size_t first, std::size_t count, std::size_t first_entry,
                                          std::size_t entries) const {
  pipeline::CellBox box{place_.fixed, std::vector<std::size_t>(place_.fixed.size(), 1)};
  box.start[place_.between] = first;
  box.count[place_.between] = count;
  box.start[place_.along] = first_entry;
  box.count[place_.along] = entries;
  return rows_.read_box(box);
}

std::vector<double> ItemVectors::read(std::size_t first, std::size_t count) const {
  const std::vector<double> stored = read_box(first, count, 0, length_);
  if (vectors_first_) return stored;
  std::vector<double> vectors(stored.size());
  for (std::size_t entry = 0; entry < length_; ++entry) {
    for (std::size_t i = 0; i < count; ++i) vectors[i * length_ + entry] = stored[entry * count + i];
  }
  return vectors;
}

std::vector<double> ItemVectors::panel(const Request& request, const std::vector<bool>& complete) const {
  const std::vector<double> all = read(request.first, request.count);
  const auto kept = static_cast<std::size_t>(std::count(complete.begin(), complete.end(), true));
  std::vector<double> panel;
  panel.reserve(request.count * kept);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (complete[i % length_]) panel.push_back(all[i]);
  }
  for (std::size_t i = 0; i < request.count; ++i) {
    const std::span<double> values = std::span(panel).subspan(i * kept, kept);
    if (request.shuffle) shuffle(values, *request.shuffle, rows_.variable().name, request.first + i);
    make_unit(values, request.scale);
  }
  return panel;
}

std::size_t tile_side(std::size_t length) {
  return std::clamp<std::size_t>(kPanelCells / std::max<std::size_t>(1, length), 1, kPanel);
}

void for_each_tile(const ItemVectors& a, const ItemVectors& b, const std::vector<bool>& complete,
                   const Comparison& how, const std::function<void(const Tile&)>& use) {
  const std::size_t side = tile_side(complete.size());
  for (std::size_t i = 0; i < a.count(); i += side) {
    const std::size_t rows = std::min(side, a.count() - i);
    const std::vector<double> left = a.panel({i, rows, how.scale, how.shuffle}, complete);
    for (std::size_t j = 0; j < b.count(); j += side) {
      if (&a == &b && j < i && !how.both_ways) continue;  // the mirror image of a tile that was used
      const std::size_t columns = std::min(side, b.count() - j);
      const std::vector<double> right = b.panel({j, columns, how.scale, how.shuffle}, complete);
      Tile tile{i, rows, j, columns, std::vector<double>(rows * columns)};
      multiply_transposed(left, right, left.size() / rows, tile.values);
      if (left.empty()) std::ranges::fill(tile.values, std::nan(""));  // vectors without entries
      use(tile);
    }
  }
}

}  // namespace hookflow::stages

#include "stages/aggregate/item_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <span>

namespace hookflow::stages {
namespace {

constexpr std::size_t kSlabCells = std::size_t{1} << 20;

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

ItemVectors::ItemVectors(const pipeline::StoredRows& rows, const std::string& between) : rows_(rows) {
  const std::vector<pipeline::Axis>& axes = rows.variable().axes;
  along_rows_ = axes.at(0).name == between;
  count_ = axes.at(along_rows_ ? 0 : 1).size();
  length_ = axes.at(along_rows_ ? 1 : 0).size();
}

void ItemVectors::find_missing_entries(std::vector<bool>& complete) const {
  if (along_rows_) return;
  const std::size_t slab = std::max<std::size_t>(1, kSlabCells / count_);
  for (std::size_t first = 0; first < length_; first += slab) {
    const std::vector<double> values = rows_.read(first, std::min(slab, length_ - first));
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::isnan(values[i])) complete[first + i / count_] = false;
    }
  }
}

std::vector<double> ItemVectors::read(std::size_t first, std::size_t count) const {
  if (along_rows_) return rows_.read(first, count);
  std::vector<double> vectors(count * length_);
  const std::size_t slab = std::max<std::size_t>(1, kSlabCells / count_);
  for (std::size_t row = 0; row < length_; row += slab) {
    const std::vector<double> values = rows_.read(row, std::min(slab, length_ - row));
    for (std::size_t r = 0; r < values.size() / count_; ++r) {
      for (std::size_t i = 0; i < count; ++i) {
        vectors[i * length_ + row + r] = values[r * count_ + first + i];
      }
    }
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

}  // namespace hookflow::stages

#include "stages/statistics/bins.hpp"

#include <algorithm>
#include <cmath>

namespace hookflow::stages {

Bins::Bins(std::vector<double> ascending_edges) : edges_(std::move(ascending_edges)) {}

Bins Bins::even(double lowest, double highest, std::size_t count) {
  const auto n = static_cast<double>(count);
  const double width = highest - lowest;  // infinite where it is larger than any double
  const double step = std::isinf(width) ? highest / n - lowest / n : width / n;
  std::vector<double> edges(count + 1);
  for (std::size_t i = 0; i < count; ++i) edges[i] = static_cast<double>(i) * step + lowest;
  edges[count] = highest;
  Bins bins(std::move(edges));
  const double bins_per_unit = n / width;
  if (std::isfinite(bins_per_unit)) bins.bins_per_unit_ = bins_per_unit;
  return bins;
}

std::vector<double> Bins::centres() const {
  std::vector<double> centres;
  for (std::size_t i = 0; i < count(); ++i) centres.push_back(edges_[i] / 2 + edges_[i + 1] / 2);
  return centres;
}

std::optional<std::size_t> Bins::find(double value) const {
  if (value < edges_.front() || value > edges_.back()) return std::nullopt;
  if (bins_per_unit_ == 0) {
    const auto above = std::upper_bound(edges_.begin(), edges_.end(), value) - edges_.begin();
    return std::min(static_cast<std::size_t>(above), count()) - 1;
  }
  // The quotient may be rounded over an edge: the edges decide.
  auto bin = static_cast<std::size_t>((value - edges_.front()) * bins_per_unit_);
  bin = std::min(bin, count() - 1);
  while (bin > 0 && value < edges_[bin]) --bin;
  while (bin + 1 < count() && value >= edges_[bin + 1]) ++bin;
  return bin;
}

}  // namespace hookflow::stages

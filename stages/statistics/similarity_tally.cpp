#include "stages/statistics/similarity_tally.hpp"

#include <algorithm>
#include <cmath>

namespace hookflow::stages {

std::vector<double> tally_edges(std::size_t bins) {
  std::vector<double> edges(bins + 1);
  const double step = 2.0 / static_cast<double>(bins);
  for (std::size_t i = 0; i < bins; ++i) edges[i] = static_cast<double>(i) * step - 1.0;
  edges[bins] = 1.0;
  return edges;
}

std::vector<double> tally_centres(std::size_t bins) {
  const std::vector<double> edges = tally_edges(bins);
  std::vector<double> centres;
  for (std::size_t i = 0; i < bins; ++i) centres.push_back((edges[i] + edges[i + 1]) / 2);
  return centres;
}

void SimilarityTally::add(std::span<const double> values) {
  const double last = static_cast<double>(counts_.size() - 1);
  const double per_unit = static_cast<double>(counts_.size()) / 2;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    // The division may round into a neighbour; the edges decide.
    auto bin = static_cast<std::size_t>(std::clamp((value + 1) * per_unit, 0.0, last));
    if (bin > 0 && value < edges_[bin]) --bin;
    if (bin + 1 < counts_.size() && value >= edges_[bin + 1]) ++bin;
    ++counts_[bin];
    if (std::abs(value) > threshold_) ++beyond_;
    ++total_;
    sum_ += value;
    squares_ += value * value;
  }
}

std::vector<double> SimilarityTally::density() const {
  std::vector<double> density(counts_.size());
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const double area = static_cast<double>(total_) * (edges_[i + 1] - edges_[i]);
    density[i] = total_ == 0 ? std::nan("") : static_cast<double>(counts_[i]) / area;
  }
  return density;
}

double SimilarityTally::mean() const {
  return total_ == 0 ? std::nan("") : sum_ / static_cast<double>(total_);
}

double SimilarityTally::beyond_share() const {
  return total_ == 0 ? std::nan("") : static_cast<double>(beyond_) / static_cast<double>(total_);
}

double SimilarityTally::std() const {
  if (total_ < 2) return std::nan("");
  const auto count = static_cast<double>(total_);
  return std::sqrt(std::max(0.0, squares_ - sum_ * sum_ / count) / (count - 1));
}

}  // namespace hookflow::stages

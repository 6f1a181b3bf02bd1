#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookflow::stages {

/// The edges (bins + 1) of equal bins on [-1, 1], as numpy.linspace gives them.
std::vector<double> tally_edges(std::size_t bins);
std::vector<double> tally_centres(std::size_t bins);

/// Histogram, mean and standard deviation of similarities as they come, and how many are larger than a
/// threshold or smaller than its negative; NaN is passed over. Rounding may leave a similarity a hair beyond
/// -1 or 1; it counts in the bin at the end.
class SimilarityTally {
 public:
  explicit SimilarityTally(std::size_t bins, double threshold = 1)
      : edges_(tally_edges(bins)), counts_(bins), threshold_(threshold) {}

  void add(std::span<const double> values);

  [[nodiscard]] const std::vector<std::int64_t>& counts() const { return counts_; }
  [[nodiscard]] std::int64_t total() const { return total_; }
  /// Integrates to 1; NaN where nothing was added.
  [[nodiscard]] std::vector<double> density() const;
  [[nodiscard]] double mean() const;
  [[nodiscard]] double std() const;  // unbiased
  [[nodiscard]] std::int64_t beyond() const { return beyond_; }
  [[nodiscard]] double beyond_share() const;

 private:
  std::vector<double> edges_;
  std::vector<std::int64_t> counts_;
  double threshold_;
  std::int64_t beyond_ = 0;
  std::int64_t total_ = 0;
  double sum_ = 0;
  double squares_ = 0;  // about 0: the values lie within [-1, 1], so little is lost
};

}  // namespace hookflow::stages

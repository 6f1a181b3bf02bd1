#pragma once
#include <cstddef>
#include <optional>
#include <vector>

namespace hookflow::stages {

/// The bins of a histogram by numpy.histogram's conventions: bin i holds edges[i] <= x < edges[i + 1], the
/// last one its upper edge as well.
class Bins {
 public:
  explicit Bins(std::vector<double> ascending_edges);
  /// `count` bins of equal width, lowest < highest; edges as numpy.linspace(lowest, highest, count + 1).
  static Bins even(double lowest, double highest, std::size_t count);

  [[nodiscard]] const std::vector<double>& edges() const { return edges_; }
  [[nodiscard]] std::size_t count() const { return edges_.size() - 1; }
  [[nodiscard]] std::vector<double> centres() const;
  /// The bin of a value that is not NaN; none: it lies outside.
  [[nodiscard]] std::optional<std::size_t> find(double value) const;

 private:
  std::vector<double> edges_;
  double bins_per_unit_ = 0;  // 0: of unequal width
};

}  // namespace hookflow::stages

#pragma once
#include <cstddef>
#include <vector>

namespace hookflow::stages {

/// Equally spaced points; from = to only where there is one.
struct DensityGrid {
  double from = 0;
  double to = 1;
  std::size_t count = 300;

  [[nodiscard]] double step() const { return count < 2 ? 0 : (to - from) / static_cast<double>(count - 1); }
  /// As numpy.linspace.
  [[nodiscard]] std::vector<double> points() const;
};

/// Adds up Gaussian kernels, one around each value, at the points of a grid.
///
/// Nothing is approximated by bins: on an equally spaced grid one value's kernel follows from two
/// exponentials. With u the distance of the nearest point from the value and s the grid's step, in
/// bandwidths,
///   exp(-(u + k s)^2 / 2) = exp(-u^2 / 2) * exp(-u s)^k * exp(-(k s)^2 / 2)
/// and the last factor is the same for all values: a million values on 300 points cost what two million
/// exponentials and some hundred million multiplications do. Against the exponential taken at every point, a
/// term's relative error is at most (4 k + 3 k |u| s + u^2 + 3 (k s)^2) 2^-53: the rounding of s, of the
/// three exponents and exponentials, and of the power's at most k multiplications. As k s <= 47 and k |u| s
/// <= 470, that is below 2e-12 with 300 points, and near 1e-15 where a term counts. Terms farther than 37
/// bandwidths, each below 1e-297 of the kernel's peak, are left out.
class KernelSum {
 public:
  KernelSum() = default;
  /// `bandwidth` > 0: the standard deviation of a kernel.
  KernelSum(const DensityGrid& grid, double bandwidth);

  void add(double value);
  /// The mean of `count` kernels at each point: the density of so many values.
  [[nodiscard]] std::vector<double> density(double count) const;
  /// How many numbers it holds for a grid of so many points.
  static std::size_t numbers(std::size_t points) { return 3 * points; }

 private:
  DensityGrid grid_;
  double bandwidth_ = 1;
  double step_ = 0;                // of the grid, in bandwidths
  std::vector<double> factors_;    // [k]: exp(-(k s)^2 / 2)
  std::vector<double> upwards_;    // sums, from the first point to the last
  std::vector<double> downwards_;  // sums, from the last point to the first
};

}  // namespace hookflow::stages

#include "stages/statistics/kernel_density.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace hookflow::stages {
namespace {

constexpr double kReach = 37;  // bandwidths
// Up to such steps no power of exp(-u s) leaves the range of a double: |u| <= s / 2 and k s <= 37 + s / 2
// inside the grid. Beyond, a value reaches three points at most.
constexpr double kLargestStep = 20;

/// Adds first * ratio^k * factors[k] to out[k] for k < count. Four powers at a time, which do not wait for
/// each other; the terms are made before any sum is written, so that a vector unit can take them together.
void add_powers(double first, double ratio, const double* factors, double* out, std::size_t count) {
  constexpr std::size_t kLanes = 4;
  std::array<double, kLanes> powers{};
  powers[0] = first;
  for (std::size_t lane = 1; lane < kLanes; ++lane) powers[lane] = powers[lane - 1] * ratio;
  const double ratio_4 = (ratio * ratio) * (ratio * ratio);
  std::size_t k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    std::array<double, kLanes> sums{};
    for (std::size_t lane = 0; lane < kLanes; ++lane)
      sums[lane] = out[k + lane] + powers[lane] * factors[k + lane];
    for (std::size_t lane = 0; lane < kLanes; ++lane) powers[lane] *= ratio_4;
    for (std::size_t lane = 0; lane < kLanes; ++lane) out[k + lane] = sums[lane];
  }
  for (std::size_t lane = 0; k + lane < count; ++lane) out[k + lane] += powers[lane] * factors[k + lane];
}

}  // namespace

std::vector<double> DensityGrid::points() const {
  std::vector<double> points(count);
  for (std::size_t i = 0; i < count; ++i) points[i] = static_cast<double>(i) * step() + from;
  points.back() = to;
  return points;
}

KernelSum::KernelSum(const DensityGrid& grid, double bandwidth)
    : grid_(grid),
      bandwidth_(bandwidth),
      step_(grid.step() / bandwidth),
      factors_(grid.count),
      upwards_(grid.count),
      downwards_(grid.count) {
  for (std::size_t k = 0; k < grid.count; ++k) {
    const double distance = static_cast<double>(k) * step_;
    factors_[k] = std::exp(-distance * distance / 2);
  }
}

void KernelSum::add(double value) {
  const auto last = static_cast<double>(grid_.count - 1);
  const double place = grid_.count < 2 ? 0 : (value - grid_.from) / grid_.step();
  const double nearest = std::clamp(std::round(place), 0.0, last);
  const auto at = static_cast<std::size_t>(nearest);
  const double u = (nearest * grid_.step() + grid_.from - value) / bandwidth_;
  if (std::abs(u) > kReach) return;
  const double kernel = std::exp(-u * u / 2);
  upwards_[at] += kernel;
  const auto within_reach = [&](double points, double distance) {
    return points == 0 ? 0
                       : static_cast<std::size_t>(std::min(points, std::floor((kReach - distance) / step_)));
  };
  const std::size_t above = within_reach(last - nearest, u);
  const std::size_t below = within_reach(nearest, -u);
  double* up = upwards_.data() + at + 1;
  double* down = downwards_.data() + (grid_.count - at);
  if (step_ > kLargestStep) {
    const auto far_kernel = [&](double distance) { return std::exp(-distance * distance / 2); };
    for (std::size_t k = 0; k < above; ++k) up[k] += far_kernel(u + static_cast<double>(k + 1) * step_);
    for (std::size_t k = 0; k < below; ++k) down[k] += far_kernel(u - static_cast<double>(k + 1) * step_);
    return;
  }
  const double ratio = std::exp(-u * step_);
  add_powers(kernel * ratio, ratio, factors_.data() + 1, up, above);
  add_powers(kernel / ratio, 1 / ratio, factors_.data() + 1, down, below);
}

std::vector<double> KernelSum::density(double count) const {
  std::vector<double> density(grid_.count);
  const double scale = 1 / (count * bandwidth_ * std::sqrt(2 * std::numbers::pi));
  for (std::size_t i = 0; i < density.size(); ++i)
    density[i] = scale * (upwards_[i] + downwards_[grid_.count - 1 - i]);
  return density;
}

}  // namespace hookflow::stages

#include "pipeline/compare/agreement.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace hookflow::pipeline {

void LargestPairs::add(double key, const CellPair& pair) {
  if (entries_.size() == kMost && key <= entries_.back().key) return;
  if (entries_.size() == kMost) entries_.pop_back();
  entries_.insert(std::ranges::upper_bound(entries_, key, std::greater<>(), &Entry::key), {key, pair});
}

std::vector<CellPair> LargestPairs::pairs() const {
  std::vector<CellPair> pairs;
  for (const Entry& entry : entries_) pairs.push_back(entry.pair);
  return pairs;
}

void Agreement::add(const CellPair& pair) {
  const bool in_first = !std::isnan(pair.first);
  const bool in_second = !std::isnan(pair.second);
  if (!in_first || !in_second) {
    first_only_ += in_first ? 1 : 0;
    second_only_ += in_second ? 1 : 0;
    return;
  }
  ++both_;
  if (pair.first == pair.second) ++equal_;
  if (pair.first < pair.second) ++raised_;
  const auto is_one = [](double value) { return value == 0 || value == 1; };
  yes_or_no_ = yes_or_no_ && is_one(pair.first) && is_one(pair.second);
  if (std::isfinite(pair.first) && std::isfinite(pair.second)) add_finite(pair);
}

void Agreement::add_finite(const CellPair& pair) {
  const auto count = static_cast<double>(++finite_);
  const double first = pair.first - first_mean_;
  const double second = pair.second - second_mean_;
  first_mean_ += first / count;
  second_mean_ += second / count;
  first_squares_ += first * (pair.first - first_mean_);
  second_squares_ += second * (pair.second - second_mean_);
  products_ += first * (pair.second - second_mean_);
  const double apart = std::abs(pair.difference());
  absolute_ += apart;
  if (apart > 0) farthest_.add(apart, pair);
  if (pair.first != 0) first_largest_.add(std::abs(pair.first), pair);
  if (pair.second != 0) second_largest_.add(std::abs(pair.second), pair);
}

double Agreement::correlation() const {
  const double spread = std::sqrt(first_squares_) * std::sqrt(second_squares_);
  if (finite_ < 2 || spread == 0) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(products_ / spread, -1.0, 1.0);
}

double Agreement::mean_absolute_difference() const { return absolute_ / static_cast<double>(finite_); }

}  // namespace hookflow::pipeline

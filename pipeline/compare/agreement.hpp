#pragma once
#include <cstddef>
#include <vector>

namespace hookflow::pipeline {

/// Two cells that are matched, with their values.
struct CellPair {
  std::size_t cell = 0;  // of the first, row-major
  double first = 0;
  double second = 0;

  [[nodiscard]] double difference() const { return second - first; }
};

/// The pairs of largest key, largest first; of equals the one that came first.
class LargestPairs {
 public:
  static constexpr std::size_t kMost = 10;
  void add(double key, const CellPair& pair);
  [[nodiscard]] std::vector<CellPair> pairs() const;

 private:
  struct Entry {
    double key;
    CellPair pair;
  };
  std::vector<Entry> entries_;
};

/// How far the values of matched cells agree. Cells are added one after another, and nothing that grows with
/// their number is kept. NaN is no value.
class Agreement {
 public:
  void add(const CellPair& pair);

  [[nodiscard]] std::size_t first_only() const { return first_only_; }  // cells with a value in one alone
  [[nodiscard]] std::size_t second_only() const { return second_only_; }
  [[nodiscard]] std::size_t both() const { return both_; }  // cells with two values: of these is the rest
  [[nodiscard]] std::size_t equal() const { return equal_; }
  [[nodiscard]] std::size_t infinite() const { return both_ - finite_; }  // one value at least
  /// Pearson's, of values that are finite; NaN where there are fewer than two, or all of one side are alike.
  [[nodiscard]] double correlation() const;
  [[nodiscard]] double mean_absolute_difference() const;  // of values that are finite; NaN: of none
  [[nodiscard]] std::vector<CellPair> farthest() const { return farthest_.pairs(); }
  /// Those of largest magnitude, without zeros, among pairs of finite values.
  [[nodiscard]] std::vector<CellPair> largest_of_first() const { return first_largest_.pairs(); }
  [[nodiscard]] std::vector<CellPair> largest_of_second() const { return second_largest_.pairs(); }
  /// Whether all values are 0 or 1, as where something is significant or not.
  [[nodiscard]] bool is_yes_or_no() const { return both_ > 0 && yes_or_no_; }
  [[nodiscard]] std::size_t raised() const {
    return raised_;
  }  // of such values: 0 in the first, 1 in the second
  [[nodiscard]] std::size_t lowered() const { return both_ - equal_ - raised_; }

 private:
  void add_finite(const CellPair& pair);

  std::size_t first_only_ = 0;
  std::size_t second_only_ = 0;
  std::size_t both_ = 0;
  std::size_t equal_ = 0;
  std::size_t finite_ = 0;
  std::size_t raised_ = 0;
  bool yes_or_no_ = true;
  // Means, and sums of squares and products around them: B. P. Welford, Technometrics 4 (1962), 419.
  double first_mean_ = 0;
  double second_mean_ = 0;
  double first_squares_ = 0;
  double second_squares_ = 0;
  double products_ = 0;
  double absolute_ = 0;
  LargestPairs farthest_;
  LargestPairs first_largest_;
  LargestPairs second_largest_;
};

}  // namespace hookflow::pipeline

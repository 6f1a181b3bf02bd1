#pragma once
#include <cmath>
#include <cstdint>
#include <span>

#include "stages/statistics/welford.hpp"

namespace hookflow::stages {

/// Welford's recurrence for pairs: the moments of both sides and the sum of the products of their distances
/// from the means, in one pass.
struct PairMoments {
  Welford a;
  Welford b;
  long double products = 0;

  void add(double value, double partner) {
    const long double distance = a.add(value);
    b.add(partner);
    products += distance * (static_cast<long double>(partner) - b.first - b.centre);
  }
};

/// A correlation coefficient with its two-sided p-value. What is undefined is NaN, and the note says why.
struct Correlation {
  enum Note : std::int64_t { regular, constant, too_few, two_values, infinite };
  double r = std::nan("");
  double p = std::nan("");
  Note note = regular;
};

/// The meanings of Correlation::Note, for a long_name.
inline constexpr const char* kCorrelationNotes =
    "0 regular; 1 one side is constant: no r; 2 fewer than two values: no r; 3 two values, always on a line: "
    "p 1; 4 an infinite value among them: no r";

/// Pearson's r; p as scipy.stats.pearsonr: t = r sqrt(df / (1 - r^2)) with df = n - 2 is Student's.
Correlation pearson(const PairMoments& pairs);
/// Spearman's: Pearson's of the ranks, of which equal values get the mean. As scipy.stats.spearmanr. `a` and
/// `b` are of equal length, without NaN; infinite values have a rank.
Correlation spearman(std::span<const double> a, std::span<const double> b);

}  // namespace hookflow::stages

#pragma once
#include <cmath>
#include <cstdint>
#include <vector>

#include "stages/statistics/welford.hpp"

namespace hookflow::stages {

/// What a t-test found. What is undefined is NaN, and the note says why.
struct TTest {
  enum Note : std::int64_t { regular, no_difference, no_variance, too_few, infinite };
  double t = std::nan("");
  double df = std::nan("");
  double p = std::nan("");  // two-sided
  double mean_difference = std::nan("");
  double ci_low = std::nan("");  // confidence interval of mean_difference
  double ci_high = std::nan("");
  double cohens_d = std::nan("");
  Note note = regular;
};

/// The meanings of TTest::Note, for a long_name.
inline constexpr const char* kTTestNotes =
    "0 regular; 1 no variance and no difference: t 0, p 1; 2 no variance but a difference: t infinite, p 0; "
    "3 fewer than two values: no test; 4 an infinite value among them: no test";

/// Student's test that the values (or the differences of pairs) have this mean. As scipy.stats.ttest_1samp;
/// cohens_d is the mean difference over the unbiased standard deviation.
TTest one_sample_t_test(const Welford& values, double mean, double confidence);
/// Welch's test that two independent samples have equal means, without assuming equal variances. As
/// scipy.stats.ttest_ind(equal_var=False); cohens_d is the mean difference over sqrt((s1^2 + s2^2) / 2).
TTest welch_t_test(const Welford& a, const Welford& b, double confidence);

}  // namespace hookflow::stages

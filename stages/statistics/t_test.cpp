#include "stages/statistics/t_test.hpp"

#include <limits>

#include "stages/statistics/student_t.hpp"

namespace hookflow::stages {
namespace {

/// A mean difference with its standard error.
struct Estimate {
  long double difference;
  long double error;
  long double df;
  long double spread;  // the standard deviation that Cohen's d is measured in
};

TTest without_variance(const Estimate& estimate) {
  TTest test;
  const bool differs = estimate.difference != 0;
  const double infinity = estimate.difference < 0 ? -std::numeric_limits<double>::infinity()
                                                  : std::numeric_limits<double>::infinity();
  test.note = differs ? TTest::no_variance : TTest::no_difference;
  test.df = static_cast<double>(estimate.df);
  test.t = differs ? infinity : 0;
  test.p = differs ? 0 : 1;
  test.cohens_d = test.t;
  test.mean_difference = test.ci_low = test.ci_high = static_cast<double>(estimate.difference);
  return test;
}

TTest with_variance(const Estimate& estimate, double confidence) {
  TTest test;
  test.t = static_cast<double>(estimate.difference / estimate.error);
  test.df = static_cast<double>(estimate.df);
  test.p = two_sided_p(test.t, test.df);
  const long double reach = central_t(confidence, test.df) * estimate.error;
  test.mean_difference = static_cast<double>(estimate.difference);
  test.ci_low = static_cast<double>(estimate.difference - reach);
  test.ci_high = static_cast<double>(estimate.difference + reach);
  test.cohens_d = static_cast<double>(estimate.difference / estimate.spread);
  return test;
}

}  // namespace

TTest one_sample_t_test(const Welford& values, double mean, double confidence) {
  TTest none;
  none.note = values.infinite ? TTest::infinite : TTest::too_few;
  if (values.infinite || values.count == 0) return none;
  Estimate estimate{values.mean_above(mean), 0, 0, 0};
  none.mean_difference = static_cast<double>(estimate.difference);
  if (values.count < 2) return none;
  const auto n = static_cast<long double>(values.count);
  estimate.df = n - 1;
  estimate.spread = std::sqrt(values.variance());
  estimate.error = estimate.spread / std::sqrt(n);
  return estimate.spread == 0 ? without_variance(estimate) : with_variance(estimate, confidence);
}

TTest welch_t_test(const Welford& a, const Welford& b, double confidence) {
  TTest none;
  none.note = a.infinite || b.infinite ? TTest::infinite : TTest::too_few;
  if (none.note == TTest::infinite || a.count == 0 || b.count == 0) return none;
  Estimate estimate{a.mean_above(b.first) - b.centre, 0, 0, 0};
  none.mean_difference = static_cast<double>(estimate.difference);
  if (a.count < 2 || b.count < 2) return none;
  const auto n_a = static_cast<long double>(a.count);
  const auto n_b = static_cast<long double>(b.count);
  const long double share_a = a.variance() / n_a;
  const long double share_b = b.variance() / n_b;
  const long double both = share_a + share_b;
  estimate.df = n_a + n_b - 2;  // Welch's are 0 / 0 without variance
  if (both == 0) return without_variance(estimate);
  // Welch-Satterthwaite, in shares of the variance so that no square leaves the range.
  estimate.df =
      1 / ((share_a / both) * (share_a / both) / (n_a - 1) + (share_b / both) * (share_b / both) / (n_b - 1));
  estimate.error = std::sqrt(both);
  estimate.spread = std::sqrt((a.variance() + b.variance()) / 2);
  return with_variance(estimate, confidence);
}

}  // namespace hookflow::stages

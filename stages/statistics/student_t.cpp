#include "stages/statistics/student_t.hpp"

#include <cmath>

#include <boost/math/distributions/students_t.hpp>

namespace hookflow::stages {

using boost::math::complement;
using boost::math::students_t;

// The tail itself, not 1 minus the rest, so that small probabilities keep their digits.
double two_sided_p(double t, double df) {
  return std::isinf(t) ? 0.0 : 2 * cdf(complement(students_t(df), std::abs(t)));
}

double central_t(double probability, double df) {
  return quantile(complement(students_t(df), (1 - probability) / 2));
}

}  // namespace hookflow::stages

#pragma once

namespace hookflow::stages {

/// The probability that Student's t with `df` > 0 degrees of freedom lies at least as far from 0 as `t`, on
/// either side. 0 for an infinite t.
double two_sided_p(double t, double df);
/// What |t| does not exceed with this probability, between 0 and 1.
double central_t(double probability, double df);

}  // namespace hookflow::stages

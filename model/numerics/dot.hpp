#pragma once
#include <cstddef>
#include <span>

namespace hookflow {

/// The product of two vectors of one length, summed in double from the first on.
inline double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

}  // namespace hookflow

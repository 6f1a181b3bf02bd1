#include "pipeline/array.hpp"

namespace hookflow::pipeline {

std::size_t cell_count(const std::vector<Axis>& axes) {
  std::size_t count = 1;
  for (const Axis& axis : axes) count *= axis.size();
  return count;
}

std::size_t size_of(Dtype dtype) { return dtype == Dtype::float32 ? sizeof(float) : sizeof(double); }

}  // namespace hookflow::pipeline

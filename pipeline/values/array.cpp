#include "pipeline/values/array.hpp"

#include <functional>
#include <numeric>
#include <stdexcept>

namespace hookflow::pipeline {

Axis numbered_axis(const std::string& name, std::size_t size, const std::string& long_name) {
  std::vector<std::int64_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return {name, std::move(numbers), long_name, ""};
}

std::size_t cell_count(const std::vector<Axis>& axes) {
  return std::transform_reduce(axes.begin(), axes.end(), std::size_t{1}, std::multiplies<>(),
                               std::mem_fn(&Axis::size));
}

std::size_t size_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::float32:
      return 4;
    case Dtype::float64:
    case Dtype::int64:
      return 8;
  }
  throw std::logic_error("size_of: no such dtype");
}

}  // namespace hookflow::pipeline

#include "pipeline/parallel/for_each_of.hpp"

#include <tbb/parallel_for.h>

namespace hookflow::pipeline {

void for_each_of(std::size_t count, const std::function<void(std::size_t)>& body) {
  tbb::parallel_for(std::size_t{0}, count, body);
}

}  // namespace hookflow::pipeline

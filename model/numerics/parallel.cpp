#include "model/numerics/parallel.hpp"

#include <tbb/parallel_for.h>
#include <tbb/partitioner.h>
#include <tbb/task_arena.h>

namespace hookflow {

void parallel_blocks(std::size_t count, const std::function<void(std::size_t)>& body) {
  if (count == 1) {
    body(0);
  } else if (count > 1) {
    tbb::this_task_arena::isolate(
        [&] { tbb::parallel_for(std::size_t{0}, count, body, tbb::simple_partitioner()); });
  }
}

}  // namespace hookflow

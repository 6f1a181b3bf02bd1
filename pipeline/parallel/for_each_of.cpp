#include "pipeline/parallel/for_each_of.hpp"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace hookflow::pipeline {

void for_each_of(std::size_t count, const std::function<void(std::size_t)>& body) {
  // Its own context: where what calls it is called off, it still ends, as its caller counts on all of it.
  tbb::task_group_context own(tbb::task_group_context::isolated);
  tbb::this_task_arena::isolate([&] { tbb::parallel_for(std::size_t{0}, count, body, own); });
}

}  // namespace hookflow::pipeline

#include "pipeline/h5/memory.hpp"

#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {

void free_unused() {
  detail::quiet();
  H5garbage_collect();
}

}  // namespace hookflow::pipeline::h5

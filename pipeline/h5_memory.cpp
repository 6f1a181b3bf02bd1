#include "pipeline/h5_memory.hpp"

#include "pipeline/h5_detail.hpp"

namespace hookflow::pipeline::h5 {

void free_unused() {
  detail::quiet();
  H5garbage_collect();
}

}  // namespace hookflow::pipeline::h5

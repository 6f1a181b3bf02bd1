#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {

std::string library_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  detail::call("HDF5", "asking its version", H5get_libversion, &major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

void free_unused() {
  detail::quiet();
  H5garbage_collect();
}

}  // namespace hookflow::pipeline::h5

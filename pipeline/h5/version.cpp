#include "pipeline/h5/detail.hpp"

namespace hookflow::pipeline::h5 {

std::string library_version() {
  detail::quiet();
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  if (H5get_libversion(&major, &minor, &release) < 0) return "unknown";
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

}  // namespace hookflow::pipeline::h5

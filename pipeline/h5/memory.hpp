#pragma once

namespace hookflow::pipeline::h5 {

/// Frees memory that HDF5 has no use for but keeps.
void free_unused();

}  // namespace hookflow::pipeline::h5

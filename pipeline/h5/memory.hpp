#pragma once

namespace hookflow::pipeline::h5 {

/// Returns memory that the library keeps for later use.
void free_unused();

}  // namespace hookflow::pipeline::h5

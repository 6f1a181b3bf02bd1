#pragma once

namespace hookflow::pipeline {

/// Bytes of memory that this process may have: the machine's, or its container's where that has less.
double machine_memory();

}  // namespace hookflow::pipeline

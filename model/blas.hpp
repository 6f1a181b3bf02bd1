#pragma once
#include <string>

#include "model/tensor.hpp"

namespace hookflow {

// Matrix products on the calling thread alone; whoever calls them divides the work.

enum class Into { overwrite, add };

/// (m, k) · (k, n) -> (m, n)
void multiply(View a, View b, MutableView out, Into into);

/// (m, k) · (n, k)ᵀ -> (m, n)
void multiply_transposed(View a, View b, MutableView out, Into into);

/// Name, version and kernel of the library in use.
std::string blas_version();

}  // namespace hookflow

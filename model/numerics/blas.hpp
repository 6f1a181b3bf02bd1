#pragma once
#include <cstddef>
#include <span>
#include <string>

#include "model/memory/tensor.hpp"

namespace hookflow {

// Matrix products on the calling thread alone; whoever calls them divides the work. They throw ModelError for
// matrices that are too large for the library, which counts in int.

enum class Into { overwrite, add };

/// (m, k) · (k, n) -> (m, n)
void multiply(View a, View b, MutableView out, Into into);

/// (m, k) · (n, k)ᵀ -> (m, n)
void multiply_transposed(View a, View b, MutableView out, Into into);

/// In double precision, dense and row-major: (m, k) · (n, k)ᵀ -> (m, n). m and n follow from the sizes.
void multiply_transposed(std::span<const double> a, std::span<const double> b, std::size_t k,
                         std::span<double> out);

/// Name, version and kernel of the library in use.
std::string blas_version();

}  // namespace hookflow

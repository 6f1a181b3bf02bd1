#include "model/numerics/blas.hpp"

#include <algorithm>
#include <cblas.h>
#include <limits>
#include <span>

#include "model/error.hpp"

// OpenBLAS's own; the reference cblas.h, which may stand before it, does not declare them.
// NOLINTBEGIN(readability-redundant-declaration)
extern "C" void openblas_set_num_threads(int threads);
extern "C" char* openblas_get_config();
extern "C" [[gnu::weak]] int blas_thread_shutdown_();  // not in a build without threads
// NOLINTEND(readability-redundant-declaration)

namespace hookflow {
namespace {

// Up to so many rows it is faster to multiply one after the other: that reads the matrix without packing it
// first.
constexpr std::size_t kVectorRows = 2;

int size(std::size_t value) {
  constexpr auto kMost = static_cast<std::size_t>(std::numeric_limits<int>::max());
  if (value > kMost) {
    throw ModelError("a matrix product with a side or stride of " + std::to_string(value) +
                     ": the BLAS library counts up to " + std::to_string(kMost));
  }
  return static_cast<int>(value);
}

// row · b, or row · bᵀ, added to out
void add_vector_product(CBLAS_TRANSPOSE transpose_b, std::span<const float> row, View b,
                        std::span<float> out) {
  const CBLAS_TRANSPOSE to_vector = transpose_b == CblasTrans ? CblasNoTrans : CblasTrans;
  cblas_sgemv(CblasRowMajor, to_vector, size(b.rows), size(b.columns), 1.0F, b.data, size(b.stride),
              row.data(), 1, 1.0F, out.data(), 1);
}

// Two pools of threads would fight each other for the cores. OpenBLAS starts its own when it is loaded, one
// for every core, and each takes all that it can get of one for the first 30 ms.
const bool kSingleThreaded = [] {
  openblas_set_num_threads(1);
  if (blas_thread_shutdown_ != nullptr) blas_thread_shutdown_();
  return true;
}();

void product(CBLAS_TRANSPOSE transpose_b, View a, View b, MutableView out, Into into) {
  if (out.rows == 0 || out.columns == 0) {
    return;
  }
  if (out.rows > kVectorRows) {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, transpose_b, size(out.rows), size(out.columns), size(a.columns),
                1.0F, a.data, size(a.stride), b.data, size(b.stride), into == Into::add ? 1.0F : 0.0F,
                out.data, size(out.stride));
    return;
  }
  for (std::size_t row = 0; row < out.rows; ++row) {
    if (into == Into::overwrite) {
      std::ranges::fill(out.row(row), 0.0F);
    }
    add_vector_product(transpose_b, a.row(row), b, out.row(row));
  }
}

}  // namespace

void multiply(View a, View b, MutableView out, Into into) { product(CblasNoTrans, a, b, out, into); }

void multiply_transposed(View a, View b, MutableView out, Into into) { product(CblasTrans, a, b, out, into); }

void multiply_transposed(std::span<const double> a, std::span<const double> b, std::size_t k,
                         std::span<double> out) {
  if (out.empty() || k == 0) {
    std::ranges::fill(out, 0.0);
    return;
  }
  const int m = size(a.size() / k), n = size(b.size() / k);
  cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, size(k), 1.0, a.data(), size(k), b.data(),
              size(k), 0.0, out.data(), n);
}

std::string blas_version() { return openblas_get_config(); }

}  // namespace hookflow

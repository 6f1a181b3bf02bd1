#include "model/blas.hpp"

#include <cblas.h>

// OpenBLAS's own; the reference cblas.h, which may stand before it, does not declare it.
extern "C" void openblas_set_num_threads(int threads);

namespace hookflow {
namespace {

void sgemm(CBLAS_TRANSPOSE transpose_b, View a, View b, MutableView out, Into into) {
  // Two pools of threads would fight each other for the cores.
  [[maybe_unused]] static const bool single_threaded = (openblas_set_num_threads(1), true);
  if (out.rows == 0 || out.columns == 0) {
    return;
  }
  const auto size = [](std::size_t value) { return static_cast<int>(value); };
  cblas_sgemm(CblasRowMajor, CblasNoTrans, transpose_b, size(out.rows), size(out.columns), size(a.columns), 1.0F, a.data,
              size(a.stride), b.data, size(b.stride), into == Into::add ? 1.0F : 0.0F, out.data, size(out.stride));
}

}  // namespace

void multiply(View a, View b, MutableView out, Into into) { sgemm(CblasNoTrans, a, b, out, into); }

void multiply_transposed(View a, View b, MutableView out, Into into) { sgemm(CblasTrans, a, b, out, into); }

}  // namespace hookflow

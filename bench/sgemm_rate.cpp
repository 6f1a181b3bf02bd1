#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include "model/numerics/blas.hpp"

// The machine's own limit: every thread multiplies square matrices of its own, large enough that the library
// is at its best. Prints the sum of their rates; the arguments are the number of threads and about how many
// seconds it takes.
int main(int count, char** words) {
  using hookflow::Tensor;
  const int threads = count > 1 ? std::atoi(words[1]) : 1;
  const double seconds = count > 2 ? std::atof(words[2]) : 1;
  constexpr std::size_t kSide = 2048;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  struct Product {
    Tensor a{{kSide, kSide}}, b{{kSide, kSide}}, out{{kSide, kSide}};
  };
  std::vector<Product> products(static_cast<std::size_t>(threads));
  for (Product& product : products) {
    std::ranges::fill(product.a.values, 0.5F);
    std::ranges::fill(product.b.values, 0.25F);
  }
  const auto multiply_all = [&] {
    tbb::parallel_for(
        std::size_t{0}, products.size(),
        [&](std::size_t i) {
          Product& at = products[i];
          multiply(at.a.matrix(), at.b.matrix(), at.out.matrix(), hookflow::Into::overwrite);
        },
        tbb::simple_partitioner());
  };
  multiply_all();  // the library wakes up, and the pages are there
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::size_t rounds = 0;
  std::chrono::duration<double> elapsed{};
  do {
    multiply_all();
    ++rounds;
    elapsed = Clock::now() - start;
  } while (elapsed.count() < seconds);
  const double flop = 2.0 * kSide * kSide * kSide * static_cast<double>(rounds) * threads;
  std::printf("{\"threads\": %d, \"flop_per_second\": %.4g}\n", threads, flop / elapsed.count());
  return 0;
}

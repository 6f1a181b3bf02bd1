#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include "model/numerics/blas.hpp"

// The machine's own limit: every thread multiplies matrices of its own, of a layer's shape at GPT-2 small's
// width, for about two seconds. Prints the sum of their rates; the argument is the number of threads.
int main(int count, char** words) {
  using hookflow::Tensor;
  const int threads = count > 1 ? std::atoi(words[1]) : 1;
  constexpr std::size_t kRows = 576;
  constexpr std::size_t kWidth = 768;
  constexpr std::size_t kMlp = 3072;
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  std::vector<Tensor> in;
  std::vector<Tensor> weight;
  std::vector<Tensor> out;
  for (int i = 0; i < threads; ++i) {
    in.emplace_back(std::vector<std::size_t>{kRows, kWidth});
    weight.emplace_back(std::vector<std::size_t>{kWidth, kMlp});
    out.emplace_back(std::vector<std::size_t>{kRows, kMlp});
    std::fill(in.back().values.begin(), in.back().values.end(), 0.5F);
    std::fill(weight.back().values.begin(), weight.back().values.end(), 0.25F);
  }
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  std::size_t rounds = 0;
  std::chrono::duration<double> elapsed{};
  while (elapsed.count() < 2) {
    tbb::parallel_for(
        0, threads,
        [&](int i) {
          const auto at = static_cast<std::size_t>(i);
          for (int repeat = 0; repeat < 10; ++repeat) {
            multiply(in[at].matrix(), weight[at].matrix(), out[at].matrix(), hookflow::Into::overwrite);
          }
        },
        tbb::simple_partitioner());
    rounds += 10;
    elapsed = Clock::now() - start;
  }
  const double flop = 2.0 * kRows * kWidth * kMlp * static_cast<double>(rounds) * threads;
  std::printf("{\"threads\": %d, \"flop_per_second\": %.4g}\n", threads, flop / elapsed.count());
  return 0;
}

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include "bench/gpt2_small.hpp"
#include "model/numerics/blas.hpp"
#include "model/numerics/ops.hpp"
#include "model/pass/cost.hpp"
#include "model/pass/forward.hpp"

// The forward pass and its parts at GPT-2 small's sizes. Arguments are in the names; GFLOP/s count
// multiplications and additions of the matrix products alone. `sgemm` is the same product as one call of the
// library on one thread.

namespace hookflow {
namespace {

using Counter = benchmark::Counter;

void count_flops(benchmark::State& state, double flops) {
  state.counters["FLOP/s"] = Counter(flops, Counter::kIsIterationInvariantRate, Counter::kIs1000);
}

Tensor filled(std::vector<std::size_t> shape) {
  Tensor tensor(std::move(shape));
  for (std::size_t i = 0; i < tensor.values.size(); ++i) {
    tensor.values[i] = static_cast<float>(i % 1013) * 1e-3F - 0.5F;
  }
  return tensor;
}

struct Product {
  explicit Product(const benchmark::State& state)
      : rows(static_cast<std::size_t>(state.range(0))),
        in(static_cast<std::size_t>(state.range(1))),
        out(static_cast<std::size_t>(state.range(2))) {}
  [[nodiscard]] double flops() const {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(in * out);
  }
  std::size_t rows, in, out;
};

void linear_layer(benchmark::State& state) {
  const Product product(state);
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(state.range(3)));
  const Tensor in = filled({product.rows, product.in});
  const Tensor bias = filled({product.out});
  Tensor out({product.rows, product.out});
  const bool unembedding = product.out == 50257;
  const Tensor weight = unembedding ? filled({product.out, product.in}) : filled({product.in, product.out});
  for (auto _ : state) {
    if (unembedding) {
      linear_transposed(in.matrix(), weight.matrix(), {}, out.matrix());
    } else {
      linear(in.matrix(), {weight.matrix(), bias.values}, out.matrix());
    }
  }
  count_flops(state, product.flops());
}

void sgemm(benchmark::State& state) {
  const Product product(state);
  const Tensor in = filled({product.rows, product.in});
  Tensor out({product.rows, product.out});
  const bool transposed = product.out == 50257;
  const Tensor weight = filled({product.in, product.out});
  for (auto _ : state) {
    if (transposed) {
      multiply_transposed(in.matrix(), View(weight.values.data(), product.out, product.in), out.matrix(),
                          Into::overwrite);
    } else {
      multiply(in.matrix(), weight.matrix(), out.matrix(), Into::overwrite);
    }
  }
  count_flops(state, product.flops());
}

void products(benchmark::internal::Benchmark* made, const std::vector<std::int64_t>& threads) {
  for (const std::int64_t rows : {6, 24, 144, 288, 576, 1728}) {
    for (const auto& [in, out] : std::vector<std::pair<std::int64_t, std::int64_t>>{
             {768, 2304}, {768, 768}, {768, 3072}, {3072, 768}, {768, 50257}}) {
      for (const std::int64_t count : threads) {
        if (out != 50257 || rows <= 288) {
          made->Args({rows, in, out, count});
        }
      }
    }
  }
  made->ArgNames({"rows", "in", "out", "threads"})
      ->Unit(benchmark::kMillisecond)
      ->MeasureProcessCPUTime()
      ->UseRealTime();
}

BENCHMARK(linear_layer)->Apply([](auto* made) { products(made, {1, 2}); });
BENCHMARK(sgemm)->Apply([](auto* made) { products(made, {1}); });

void activation(benchmark::State& state) {
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 1);
  const Tensor in = filled({static_cast<std::size_t>(state.range(0)), 3072});
  Tensor values = in;
  for (auto _ : state) {
    std::copy(in.values.begin(), in.values.end(), values.values.begin());
    activate(static_cast<Activation>(state.range(1)), values.matrix());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(in.values.size()));
}
BENCHMARK(activation)
    ->ArgNames({"rows", "kind"})
    ->ArgsProduct({{288, 1728}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

void normalization(benchmark::State& state) {
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism, 1);
  const auto rows = static_cast<std::size_t>(state.range(0));
  const Tensor in = filled({rows, 768});
  const Tensor weight = filled({768});
  Tensor scale({rows, 1});
  Tensor out({rows, 768});
  for (auto _ : state) {
    layer_norm(in.matrix(), {weight.values, weight.values}, 1e-5F, scale.matrix(), out.matrix());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(in.values.size()));
}
BENCHMARK(normalization)->ArgNames({"rows"})->Arg(288)->Arg(1728)->Unit(benchmark::kMicrosecond);

void attention_head(benchmark::State& state) {
  const auto p = static_cast<std::size_t>(state.range(0));
  const Tensor qkv = filled({p, 2304});
  Tensor scores({p, p});
  Tensor z({p, 768});
  std::vector<std::size_t> positions = Positions::all().resolve(p);
  for (auto _ : state) {
    attention_scores(qkv.matrix().column_range(0, 64), qkv.matrix().column_range(768, 64), scores.matrix());
    scale_and_mask(0.125F, positions, scores.matrix());
    causal_softmax(positions, scores.matrix());
    mix_values(scores.matrix(), qkv.matrix().column_range(1536, 64), z.matrix().column_range(0, 64));
  }
  count_flops(state, 4.0 * static_cast<double>(p * p * 64));
}
BENCHMARK(attention_head)
    ->ArgNames({"positions"})
    ->Arg(6)
    ->Arg(16)
    ->Arg(38)
    ->Arg(128)
    ->Arg(1024)
    ->Unit(benchmark::kMicrosecond);

const Model& gpt2_small() {
  static const bench::Gpt2Small weights;
  return weights.model;
}

ForwardPlan last_logits() {
  ForwardPlan plan;
  plan.logits = {Positions::last()};
  return plan;
}

/// Logits are made when they are read.
void read_logits(std::span<const PassResult> results) {
  for (const PassResult& result : results) benchmark::DoNotOptimize(result.logits.row(0));
}

// Every head of every layer silenced by zero and by its mean; logits at the last position.
void head_sweep(benchmark::State& state) {
  const Model& model = gpt2_small();
  const auto chunk = static_cast<std::size_t>(state.range(0));
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(state.range(1)));
  const bool chunks_at_once = state.range(2) != 0;
  const std::vector<std::vector<std::int32_t>> prompts = {{24814, 2815, 318, 262, 3139, 286}};
  std::vector<Variant> variants;
  for (std::size_t layer = 0; layer < 12; ++layer) {
    for (std::size_t head = 0; head < 12; ++head) {
      for (const Replacement& with : {Replacement(), Replacement("mean", "head")}) {
        variants.push_back({{{HookKind::z, layer}, head, Positions::all(), with}});
      }
    }
  }
  const ForwardPlan plan = last_logits();
  ForwardPlan of_clean = plan;
  of_clean.edits.push_back(
      {std::make_shared<const std::vector<Variant>>(variants), std::make_shared<const ForwardPlan>(plan)});
  std::vector<EditedPrompt> edited;
  for (const Variant& variant : variants) {
    edited.push_back({0, &variant});
  }
  const std::vector<FedPrompt> fed = {{prompts[0].size()}};
  const RowPlan clean_rows = plan_clean(model.config, prompts, fed, of_clean);
  const double flops = PassCost(model.config, plan_edited(model.config, clean_rows, edited, plan)).flops();
  for (auto _ : state) {
    const CleanPass clean = run_clean(model, prompts, of_clean);
    const auto run_chunk = [&](std::size_t index) {
      const std::size_t first = index * chunk;
      const std::size_t count = std::min(chunk, edited.size() - first);
      read_logits(run_edited(model, clean, std::span(edited).subspan(first, count), plan));
    };
    const std::size_t chunks = (edited.size() + chunk - 1) / chunk;
    if (chunks_at_once) {
      tbb::parallel_for(std::size_t{0}, chunks, run_chunk);
    } else {
      for (std::size_t index = 0; index < chunks; ++index) {
        run_chunk(index);
      }
    }
  }
  count_flops(state, flops);
}
BENCHMARK(head_sweep)
    ->ArgNames({"chunk", "threads", "at_once"})
    ->ArgsProduct({{24, 48, 96, 144, 288}, {1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

void clean_pass(benchmark::State& state) {
  const Model& model = gpt2_small();
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(state.range(1)));
  const std::vector<std::vector<std::int32_t>> prompts(
      1, std::vector<std::int32_t>(static_cast<std::size_t>(state.range(0)), 11));
  for (auto _ : state) {
    read_logits(run_clean(model, prompts, last_logits()).results);
  }
}
BENCHMARK(clean_pass)
    ->ArgNames({"positions", "threads"})
    ->ArgsProduct({{6, 35, 1024}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->MeasureProcessCPUTime()
    ->UseRealTime();

}  // namespace
}  // namespace hookflow

BENCHMARK_MAIN();

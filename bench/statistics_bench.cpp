#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "pipeline/stage/registry.hpp"

// aggregate.density as a run executes it, from stored rows to written results, without the file: a million
// normal values on 300 points from -4 to 4, on one thread. The argument is the bandwidth in thousandths of
// the standard deviation, 0 for Scott's (63): the wider the kernels, the more points each value reaches.

namespace hookflow {
namespace {

using namespace pipeline;

struct LastWritten : FoldSink {
  Column last;
  void write(VariableId /*variable*/, std::size_t /*first_row*/, const Column& values) override {
    last = values;
  }
};

struct NoSubject : Subject {
  std::vector<std::pair<std::string, std::string>> identity(std::stop_token) override { return {}; }
  std::map<std::string, std::string> provenance() override { return {}; }
  [[nodiscard]] std::string description() const override { return {}; }
};

std::unique_ptr<StoredRows> normal_values(std::size_t count) {
  std::mt19937_64 generator(1);
  std::normal_distribution<double> normal;
  std::vector<double> values(count);
  for (double& value : values) value = normal(generator);
  const std::vector<std::int64_t> labels(count);
  return std::make_unique<RowsInMemory>(
      Variable{"x", Dtype::float64, {{"sample", labels, "sample", ""}}, "1", "x"}, std::move(values));
}

void density(benchmark::State& state) {
  const StageDecl* declaration = find_stage("aggregate.density");
  const std::unique_ptr<Stage> stage = declaration->make();
  const std::string bandwidth = state.range(0) == 0 ? "scott" : std::to_string(state.range(0)) + "e-3";
  const Node params =
      parse_yaml_value("{over: sample, grid: {from: -4, to: 4}, bandwidth: " + bandwidth + "}");
  for (const ParamDecl& param : declaration->params) param.read(*stage, *params.find(param.name));
  std::vector<std::vector<std::unique_ptr<StoredRows>>> inputs(1);
  inputs[0].push_back(normal_values(1'000'000));
  NoSubject subject;
  const Output source;
  (void)stage->plan({{}, subject, {{"source", &source, {inputs[0][0]->variable()}}}, {}, 1});
  LastWritten sink;
  for (auto _ : state) {
    dynamic_cast<const FoldStage&>(*stage).fold(inputs, sink);
    benchmark::DoNotOptimize(sink.last);
  }
  state.SetItemsProcessed(state.iterations() * 1'000'000);
}
BENCHMARK(density)->ArgName("bandwidth")->Arg(0)->Arg(1)->Arg(10)->Arg(1000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace hookflow

BENCHMARK_MAIN();

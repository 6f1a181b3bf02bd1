#include <numbers>

#include "pipeline/yaml/param.hpp"
#include "tests/support/fold_run.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;
using nlohmann::json;

const double kNone = std::nan("");

FoldRun density(const std::string& params, const std::vector<Stored>& in) {
  return run_fold("aggregate.density", "{" + params + "}", {in});
}

Stored sample(const std::vector<double>& values) { return stored("x", {{"pair", values.size()}}, values); }

std::string grid_of(double from, double to, std::size_t count) {
  return "grid: " + to_json(Node::map({{"from", write_param(from)},
                                       {"to", write_param(to)},
                                       {"count", write_param(static_cast<std::int64_t>(count))}}));
}

/// The sum of the kernels, term by term.
double plain_density(const std::vector<double>& values, double bandwidth, double at) {
  double sum = 0;
  for (const double value : values) sum += std::exp(-std::pow((at - value) / bandwidth, 2) / 2);
  return sum / (static_cast<double>(values.size()) * bandwidth * std::sqrt(2 * std::numbers::pi));
}

double variance(const std::vector<double>& values) {
  double mean = 0;
  double squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean);
  return squares / static_cast<double>(values.size() - 1);
}

TEST(Density, AgreesWithScipy) {
  std::size_t compared = 0;
  for (const json& entry : statistics_reference("density")) {
    if (entry["name"].get<std::string>().starts_with("degenerate_")) continue;
    SCOPED_TRACE(entry["name"].get<std::string>() + " " + entry["bandwidth"].dump());
    const std::vector<double> values = numbers(entry["values"]);
    const json& grid = entry["grid"];
    const FoldRun run = density(
        "over: pair, bandwidth: " + entry["bandwidth"].dump() + ", " + grid_of(grid[0], grid[1], grid[2]),
        {sample(values)});
    expect_values(run.values.at("x_density"), numbers(entry["density"]), 1e-8);
    EXPECT_TRUE(close(run.values.at("x_bandwidth").at(0),
                      number(entry["factor"]) * std::sqrt(variance(values)), 1e-8));
    EXPECT_EQ(run.values.at("x_note").at(0), 0);
    ++compared;
  }
  EXPECT_GT(compared, 10U);
}

// Bandwidths from far smaller than the grid's step to far larger than the grid, values inside and outside of
// it.
TEST(Density, IsThePlainSumForAnyBandwidth) {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(std::sin(i * 1.7) * 3 + (i % 7) * 0.3);
  const double deviation = std::sqrt(variance(values));
  for (const double bandwidth : {1e-4, 1e-3, 3e-3, 0.02, 0.1, 0.7, 5.0, 400.0}) {
    SCOPED_TRACE(bandwidth);
    const FoldRun run = density("over: pair, bandwidth: " + write_param(bandwidth / deviation).text +
                                    ", grid: {from: -2, to: 2.5, count: 91}",
                                {sample(values)});
    const auto points =
        std::get<std::vector<double>>(run.variables.at("x_density").axes.back().coordinates.labels());
    const double used = run.values.at("x_bandwidth").at(0);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const double wanted = plain_density(values, used, points[i]);
      if (wanted > 1e-280) {
        EXPECT_TRUE(close(run.values.at("x_density")[i], wanted, 1e-9)) << i;
      } else {
        EXPECT_LT(run.values.at("x_density")[i], 1e-270) << i;
      }
    }
  }
}

TEST(Density, KeepsTheOtherAxes) {
  const std::vector<double> values = {1, 2, kNone, 4, 8, 6, 2, 2, 2, 5, kNone, kNone};
  const Stored y = stored("y", {{"prompt", 2}, {"layer", 2}, {"pair", 3}}, values);
  const FoldRun run = density("over: pair, grid: {from: 0, to: 8, count: 5}", {y});
  const Variable& found = run.variables.at("y_density");
  ASSERT_EQ(found.axes.size(), 3U);
  EXPECT_EQ(found.axes[1].name, "layer");
  EXPECT_EQ(found.axes[2].name, "value");
  EXPECT_EQ(found.axes[2].coordinates, Coordinates(std::vector<double>{0, 2, 4, 6, 8}));
  EXPECT_EQ(found.units, "1/(nat)");
  EXPECT_EQ(run.variables.at("y_bandwidth").units, "nat");
  expect_values(run.values.at("y_count"), {2, 3, 3, 1});
  expect_values(run.values.at("y_note"), {0, 0, 1, 2});
  const double bandwidth = 2 * std::pow(3, -0.2);
  expect_values({run.values.at("y_bandwidth")[1]}, {bandwidth});
  expect_values({run.values.at("y_density")[5 + 3]}, {plain_density({4, 8, 6}, bandwidth, 6)});
  for (std::size_t i = 10; i < 20; ++i) EXPECT_TRUE(std::isnan(run.values.at("y_density")[i]));

  const FoldRun folded = density("over: [prompt, pair], grid: {from: 0, to: 8, count: 5}", {y});
  expect_values(folded.values.at("y_count"), {5, 4});
  const double wider = std::pow(5, -0.2) * std::sqrt(variance({1, 2, 2, 2, 2}));
  expect_values({folded.values.at("y_density")[1]}, {plain_density({1, 2, 2, 2, 2}, wider, 2)});
}

TEST(Density, InfiniteValuesAreNoted) {
  const FoldRun run = density("over: pair, grid: {from: 0, to: 1, count: 2}", {sample({1, HUGE_VAL, 2})});
  EXPECT_EQ(run.values.at("x_note").at(0), 3);
  EXPECT_TRUE(std::isnan(run.values.at("x_density").at(0)));
}

TEST(Density, GridHas300PointsByDefault) {
  const FoldRun run = density("over: pair, grid: {from: 0, to: 1}", {sample({0.1, 0.7})});
  EXPECT_EQ(run.values.at("x_density").size(), 300U);
}

TEST(Density, RefusesParametersThatDoNotFit) {
  const auto refused = [](const std::string& params) {
    return refusal<ParamError>([&] { density("over: pair, " + params, {sample({1, 2})}); });
  };
  const std::string grid = "grid: {from: 0, to: 1}, ";
  EXPECT_TRUE(names(refused(grid + "bandwidth: 0"), {"0 is not a bandwidth", "above 0"}));
  EXPECT_TRUE(names(refused(grid + "bandwidth: -0.5"), {"-0.5 is not a bandwidth"}));
  EXPECT_TRUE(names(refused(grid + "bandwidth: scot"), {"'scot'", "did you mean 'scott'"}));
  EXPECT_TRUE(names(refused("grid: {from: 1, to: 1}"), {"from 1 to 1 is not a range of 300 points"}));
  EXPECT_TRUE(names(refused("grid: {from: 0, to: 1, count: 0}"), {"count: 0 is too small"}));
  EXPECT_TRUE(names(refused("grid: {from: 0, to: 1, count: 1000001}"),
                    {"count: 1000001 is too large", "1 to 1000000"}));
  EXPECT_TRUE(names(refused("grid: {from: 0}"), {"'to' is missing"}));
  EXPECT_TRUE(names(refused("grid: {from: 0, to: 1, cont: 3}"), {"unknown key 'cont'", "'count'"}));
  EXPECT_TRUE(names(refused("grid: 3"), {"3 is not a grid"}));
  EXPECT_TRUE(names(refusal<ParamError>([&] {
                      density("over: pairs, grid: {from: 0, to: 1}", {sample({1, 2})});
                    }),
                    {"over: unknown axis 'pairs'"}));
  EXPECT_TRUE(names(
      refusal<ParamError>([&] {
        density("over: pair, grid: {from: 0, to: 1}", {stored("y", {{"value", 2}, {"pair", 1}}, {1, 2})});
      }),
      {"would keep its axis 'value'"}));
}

}  // namespace
}  // namespace hookflow::stages

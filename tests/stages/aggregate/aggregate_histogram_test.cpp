#include "pipeline/yaml/param.hpp"
#include "tests/support/fold_run.hpp"

namespace hookflow::stages {
namespace {

using namespace pipeline;
using namespace testing_support;
using nlohmann::json;

const double kNone = std::nan("");

FoldRun histogram(const std::string& params, const std::vector<Stored>& in) {
  return run_fold("aggregate.histogram", "{" + params + "}", {in});
}

/// The stage's parameters for the edges of a reference.
std::string parameters(const json& edges) {
  if (edges.is_array()) return "edges: " + edges.dump();
  const std::string bins = "bins: " + edges["count"].dump();
  if (!edges.contains("from")) return bins;
  return bins + ", range: [" + edges["from"].dump() + ", " + edges["to"].dump() + "]";
}

TEST(Histogram, AgreesWithNumpy) {
  std::size_t compared = 0;
  for (const json& entry : statistics_reference("histogram")) {
    std::vector<double> values = numbers(entry["values"]);
    if (values.empty()) values = {kNone};
    SCOPED_TRACE(entry["name"]);
    const FoldRun run = histogram("over: prompt, " + parameters(entry["edges"]),
                                  {stored("x", {{"prompt", values.size()}}, values)});
    const std::vector<double> counts = numbers(entry["counts"]);
    expect_values(run.values.at("x_count"), counts, 0);
    expect_values(run.values.at("x_density"), numbers(entry["density"]));
    expect_values(run.values.at("x_edges"), numbers(entry["edges_out"]), 0);
    double total = run.values.at("x_outside").at(0);
    for (const double count : counts) total += count;
    EXPECT_EQ(total, static_cast<double>(std::count_if(values.begin(), values.end(),
                                                       [](double x) { return !std::isnan(x); })));
    ++compared;
  }
  EXPECT_GT(compared, 15U);
}

/// y [prompt 2, layer 2, head 3]
const std::vector<std::pair<std::string, std::size_t>> kAxes = {{"prompt", 2}, {"layer", 2}, {"head", 3}};
const std::vector<double> kValues = {0, 1, 2, 3, 4, kNone, 0, 0, 9, 1, 1, 2};

TEST(Histogram, KeepsTheOtherAxes) {
  const FoldRun run = histogram("over: [head, prompt], edges: [0, 1, 4]", {stored("y", kAxes, kValues)});
  const Variable& count = run.variables.at("y_count");
  ASSERT_EQ(count.axes.size(), 2U);
  EXPECT_EQ(count.axes[0].name, "layer");
  EXPECT_EQ(count.axes[1].coordinates, Coordinates(std::vector<double>{0.5, 2.5}));
  EXPECT_EQ(count.dtype, Dtype::int64);
  EXPECT_EQ(run.variables.at("y_edges").units, "nat");
  EXPECT_EQ(run.variables.at("y_density").units, "1/(nat)");
  expect_values(run.values.at("y_count"), {3, 2, 0, 5});
  expect_values(run.values.at("y_outside"), {1, 0});
  expect_values(run.values.at("y_density"), {3.0 / 5, 2.0 / 15, 0, 1.0 / 3});
}

TEST(Histogram, WithoutARangeAllCellsShareOne) {
  const FoldRun run = histogram("over: head, bins: 3", {stored("y", kAxes, kValues)});
  EXPECT_EQ(run.variables.at("y_count").axes.back().coordinates,
            Coordinates(std::vector<std::int64_t>{0, 1, 2}));
  expect_values(run.values.at("y_edges"), {0, 3, 6, 9});
  expect_values(run.values.at("y_count"), {3, 0, 0, 0, 2, 0, 2, 0, 1, 3, 0, 0});
}

TEST(Histogram, ReadsMoreThanOneSlab) {
  std::vector<double> values(3000 * 1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i % 10);
  const Stored many = stored("y", {{"prompt", 3000}, {"head", 1000}}, values);
  expect_values(histogram("over: [prompt, head], bins: 5", {many}).values.at("y_count"),
                std::vector<double>(5, 600000));
  const FoldRun kept = histogram("over: head, bins: 5", {many});
  expect_values(kept.values.at("y_count"), std::vector<double>(15000, 200));
}

TEST(Histogram, HugeRangesDoNotOverflow) {
  const FoldRun run = histogram("over: x, bins: 2", {stored("y", {{"x", 3}}, {-1.5e308, 1.0, 1.5e308})});
  expect_values(run.values.at("y_count"), {1, 2});
}

TEST(Histogram, RefusesBinsThatAreNone) {
  const auto refused = [](const std::string& params) {
    return refusal<ParamError>([&] { histogram("over: head, " + params, {stored("y", kAxes, kValues)}); });
  };
  EXPECT_TRUE(names(refused("edges: [0, 2, 1]"), {"1 comes after 2", "ascending"}));
  EXPECT_TRUE(names(refused("edges: [0, 1, 1]"), {"1 comes after 1", "ascending"}));
  EXPECT_TRUE(names(refused("edges: [0]"), {"the list has 1 number;", "two or more"}));
  EXPECT_TRUE(names(refused("bins: 0"), {"0 is too small", "1 to 1000000"}));
  EXPECT_TRUE(names(refused("bins: 9000000000000000000"), {"is too large", "1 to 1000000"}));
  EXPECT_TRUE(names(refused("bins: 3, range: [1, 1]"), {"1 comes after 1", "two numbers"}));
  EXPECT_TRUE(names(refused("bins: 3, range: [1, 0]"), {"0 comes after 1"}));
  EXPECT_TRUE(names(refused("bins: 3, range: [1, 2, 3]"), {"the list has 3 numbers;"}));
  EXPECT_TRUE(names(refused("range: [1, 2], edges: [0, 1]"), {"edges: ", "range"}));
  EXPECT_TRUE(names(refused("bins: 1, edges: [0, 1]"), {"edges: ", "bins"}));
  EXPECT_TRUE(names(refused("range: [0, 1]"), {"bins: is missing"}));
  EXPECT_TRUE(
      names(refused("bins: 10, range: [1, 1.0000000000000002]"), {"bins: 10 do not fit between 1 and"}));
}

TEST(Histogram, RefusesAxesThatDoNotFit) {
  const auto refused = [](const std::string& params, const Stored& in) {
    return refusal<ParamError>([&] { histogram(params, {in}); });
  };
  EXPECT_TRUE(names(refused("over: heads, bins: 2", stored("y", kAxes, kValues)),
                    {"over: unknown axis 'heads'", "did you mean 'head'"}));
  EXPECT_TRUE(names(refused("over: head, bins: 2", stored("y", {{"bin", 1}, {"head", 2}}, {1, 2})),
                    {"over: 'y' would keep its axis 'bin'"}));
}

}  // namespace
}  // namespace hookflow::stages

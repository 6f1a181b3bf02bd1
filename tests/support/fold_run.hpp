#pragma once
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/stage_inputs.hpp"

// Running a fold on variables in memory, and what scipy says of the same numbers.
namespace hookflow::testing_support {

struct Stored {
  pipeline::Variable variable;
  std::vector<double> values;
};

/// What a fold declared and wrote, by name.
struct FoldRun {
  std::map<std::string, pipeline::Variable> variables;
  std::map<std::string, std::vector<double>> values;
};

/// Plans and runs a fold. `ports`: the variables of each input, none for one that is not wired.
inline FoldRun run_fold(const std::string& stage_name, const std::string& params,
                        const std::vector<std::vector<Stored>>& ports,
                        const pipeline::Prompts& prompts = {}) {
  const std::unique_ptr<pipeline::Stage> stage = make_stage(stage_name, params);
  NoSubject subject;
  const pipeline::Output source;
  std::vector<pipeline::PlannedInput> planned;
  std::vector<std::vector<std::unique_ptr<pipeline::StoredRows>>> inputs;
  for (const std::vector<Stored>& port : ports) {
    planned.push_back({"source", port.empty() ? nullptr : &source, {}});
    inputs.emplace_back();
    for (const Stored& stored : port) {
      planned.back().variables.push_back(stored.variable);
      inputs.back().push_back(std::make_unique<MemoryRows>(stored.variable, stored.values));
    }
  }
  const pipeline::Output output = plan_stage(stage_name, *stage, {prompts, subject, planned, {}, 1});
  MemorySink sink(output.variables);
  dynamic_cast<const pipeline::FoldStage&>(*stage).fold(inputs, sink);
  FoldRun run;
  for (std::size_t i = 0; i < output.variables.size(); ++i) {
    run.variables[output.variables[i].name] = output.variables[i];
    run.values[output.variables[i].name] = sink.values[i];
  }
  return run;
}

/// A float64 variable with axes numbered from 0.
inline Stored stored(const std::string& name, const std::vector<std::pair<std::string, std::size_t>>& axes,
                     std::vector<double> values) {
  pipeline::Variable variable{name, pipeline::Dtype::float64, {}, "nat", "an " + name};
  for (const auto& [axis, size] : axes) variable.axes.push_back(numbered(axis, size));
  return {variable, std::move(values)};
}

/// A number of the stored references, where infinities and NaN are texts and null is NaN.
inline double number(const nlohmann::json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "inf") return std::numeric_limits<double>::infinity();
  if (value == "-inf") return -std::numeric_limits<double>::infinity();
  return std::nan("");
}

inline std::vector<double> numbers(const nlohmann::json& values) {
  std::vector<double> list;
  for (const nlohmann::json& value : values) list.push_back(number(value));
  return list;
}

/// The cases that tests/golden/statistics.json has under that key.
inline nlohmann::json statistics_reference(const std::string& key) {
  std::ifstream file(std::string(HOOKFLOW_SOURCE_DIR) + "/tests/golden/statistics.json");
  return nlohmann::json::parse(file).at(key);
}

/// Equal within a relative error; NaN only to NaN.
inline ::testing::AssertionResult close(double found, double wanted, double relative) {
  if (std::isnan(wanted) ? std::isnan(found)
                         : found == wanted || std::abs(found - wanted) <= relative * std::abs(wanted))
    return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << found << " is not " << wanted;
}

inline void expect_values(const std::vector<double>& found, const std::vector<double>& wanted,
                          double relative = 1e-12) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(close(found[i], wanted[i], relative)) << i;
}

}  // namespace hookflow::testing_support

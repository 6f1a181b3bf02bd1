#pragma once
#include <algorithm>
#include <initializer_list>
#include <map>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/stage.hpp"

namespace hookflow::testing_support {

/// Tells a refusal that no user could find: one without a line that names no parameter of the stage, nor
/// `in`.
template <typename Action>
auto with_place(const pipeline::StageDecl& declaration, const Action& action) {
  try {
    return action();
  } catch (const pipeline::ParamError& error) {
    const bool named =
        error.param == "in" ||
        std::any_of(declaration.params.begin(), declaration.params.end(),
                    [&](const pipeline::ParamDecl& param) { return param.name == error.param; });
    EXPECT_TRUE(named || error.line != 0) << declaration.name << ": no line for: " << error.what();
    throw;
  }
}

struct NoSubject : pipeline::Subject {
  std::vector<std::pair<std::string, std::string>> identity(std::stop_token) override { return {}; }
  std::map<std::string, std::string> provenance() override { return {}; }
  [[nodiscard]] std::string description() const override { return ""; }
};

/// Refuses, as a planner does, the prompts that stages refused: those of the first parameter.
inline void raise_refusals(const pipeline::PlanContext& context) {
  const auto& refused = context.findings->refused();
  if (refused.empty()) return;
  const std::string text = pipeline::refusals_text(refused, context.prompts, "");
  if (refused.front().param.empty()) throw pipeline::InputError(text);
  throw pipeline::ParamError(refused.front().param, "\n" + text);
}

/// Plans a stage of that name.
inline pipeline::Output plan_stage(const std::string& name, pipeline::Stage& stage,
                                   const pipeline::PlanContext& context) {
  return with_place(*pipeline::find_stage(name), [&] {
    pipeline::Output output = stage.plan(context);
    raise_refusals(context);
    return output;
  });
}

/// A stage of that name with the given parameters, as a workflow would make it.
inline std::unique_ptr<pipeline::Stage> make_stage(const std::string& name,
                                                   const std::string& params_yaml = "{}") {
  const pipeline::StageDecl* declaration = pipeline::find_stage(name);
  if (declaration == nullptr) throw std::logic_error("no stage " + name);
  std::unique_ptr<pipeline::Stage> stage = declaration->make();
  const pipeline::Node params = pipeline::parse_yaml(params_yaml, "params");
  for (const auto& [key, value] : params.entries) {
    bool known = false;
    for (const pipeline::ParamDecl& param : declaration->params) {
      if (param.name != key) continue;
      with_place(*declaration, [&] { param.read(*stage, value); });
      known = true;
    }
    if (!known) throw std::logic_error(name + " has no parameter " + key);
  }
  return stage;
}

/// The message with which an action is refused as an Error; a test failure, and empty, when it is not.
template <typename Error, typename Action>
std::string refusal(Action&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "was not refused";
  return {};
}

/// Whether a message names all of these: the place, the value, the rule.
inline ::testing::AssertionResult names(const std::string& message,
                                        std::initializer_list<std::string> parts) {
  for (const std::string& part : parts) {
    if (message.find(part) == std::string::npos) {
      return ::testing::AssertionFailure() << "no '" << part << "' in: " << message;
    }
  }
  return ::testing::AssertionSuccess();
}

using MemoryRows = pipeline::RowsInMemory;

/// Keeps what a fold writes, as doubles.
class MemorySink : public pipeline::FoldSink {
 public:
  explicit MemorySink(const std::vector<pipeline::Variable>& variables) {
    for (const auto& variable : variables) values.emplace_back(pipeline::cell_count(variable.axes), -999.0);
    rows_.reserve(variables.size());
    for (const auto& variable : variables)
      rows_.push_back(variable.axes.empty() ? 1 : variable.axes.front().size());
  }
  void write(pipeline::VariableId variable, std::size_t first_row, const pipeline::Column& column) override {
    std::vector<double>& target = values.at(variable.index);
    std::size_t at = first_row * (target.size() / rows_.at(variable.index));
    std::visit(
        [&](const auto& cells) {
          for (const auto cell : cells) target.at(at++) = static_cast<double>(cell);
        },
        column);
  }
  std::vector<std::vector<double>> values;  // [variable][cell]

 private:
  std::vector<std::size_t> rows_;
};

/// An axis numbered from 0.
inline pipeline::Axis numbered(const std::string& name, std::size_t size) {
  std::vector<std::int64_t> labels(size);
  for (std::size_t i = 0; i < size; ++i) labels[i] = static_cast<std::int64_t>(i);
  return {name, std::move(labels), name, ""};
}

}  // namespace hookflow::testing_support

#include "pipeline/workflow/check_names.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::numbered;
using testing_support::refusal;

Variable variable(const std::string& name, const std::vector<Axis>& axes) {
  return {name, Dtype::float64, axes, "1", name};
}

TEST(CheckNames, EachNameOfAGroupIsOneEntry) {
  const Axis kind = numbered("kind", 2), head = numbered("head", 3);
  EXPECT_NO_THROW(
      check_names({variable("mean", {kind, head}), variable("count", {kind}), variable("all", {})}));
  const auto refused = [](const std::vector<Variable>& variables) {
    return refusal<ParamError>([&] { check_names(variables); });
  };
  EXPECT_TRUE(names(refused({variable("kind", {}), variable("mean", {kind})}),
                    {"'kind' would be given to both an axis and a variable", "another name"}));
  EXPECT_TRUE(names(refused({variable("mean", {kind, kind})}), {"'kind' would be given to two axes"}));
  EXPECT_TRUE(names(refused({variable("mean", {kind}), variable("std", {numbered("kind", 4)})}),
                    {"'kind' would be given to two axes"}));
}

}  // namespace
}  // namespace hookflow::pipeline

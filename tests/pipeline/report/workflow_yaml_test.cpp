#include "pipeline/report/workflow_yaml.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(WorkflowYaml, HasAStageALine) {
  const Node workflow = parse_yaml_value(
      R"({"workflow":"w","about":"It: a # b","batch_tokens":256,"stages":{"a":{"stage":"x","with":["zero",{"mean":"head"}],"off":false},"b":{"stage":"y","none":null,"text":"5"}},"keep":["a","true"]})");
  const std::string yaml = workflow_yaml(workflow);
  EXPECT_EQ(yaml, R"(workflow: w
about: "It: a # b"
batch_tokens: 256
stages:
  a: {stage: x, with: [zero, {mean: head}], off: false}
  b: {stage: y, none: null, text: "5"}
keep: [a, "true"]
)");
  EXPECT_EQ(to_json(parse_yaml(yaml, "w")), to_json(workflow)) << "it is read back as it was";
}

}  // namespace
}  // namespace hookflow::pipeline

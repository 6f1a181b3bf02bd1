// The schema tells what is declared, all of it: nothing has to be said of a stage, a parameter or a key
// twice.
#include "pipeline/schema/workflow_schema.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "pipeline/stage/registry.hpp"
#include "pipeline/workflow/workflow_settings.hpp"

namespace hookflow::pipeline {
namespace {

using Json = nlohmann::ordered_json;

Json schema() { return Json::parse(to_json(workflow_schema())); }

std::vector<std::string> keys_of(const Json& map) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : map.items()) keys.push_back(key);
  std::ranges::sort(keys);
  return keys;
}

/// What is said of an entry that names the stage.
Json entry_of(const std::string& stage) {
  const Json whole = schema();
  for (const Json& rule : whole["properties"]["stages"]["additionalProperties"]["allOf"])
    if (rule["if"]["properties"]["stage"]["const"] == stage) return rule["then"];
  ADD_FAILURE() << stage << " is not in the schema";
  return {};
}

TEST(WorkflowSchema, HasTheKeysThatTheReaderKnows) {
  std::vector<std::string> known = workflow_keys();
  std::ranges::sort(known);
  EXPECT_EQ(keys_of(schema()["properties"]), known);
  EXPECT_EQ(schema()["additionalProperties"], false);
  const Json properties = schema()["properties"];
  for (const auto& [key, value] : properties.items())
    EXPECT_FALSE(value.value("description", "").empty()) << key;
}

TEST(WorkflowSchema, HasEveryStageWithEveryParameter) {
  for (const StageDecl* stage : registered_stages()) {
    const Json entry = entry_of(stage->name);
    EXPECT_EQ(entry["additionalProperties"], false) << stage->name;
    std::vector<std::string> expected = {"stage"};
    if (!stage->inputs.empty()) expected.emplace_back("in");
    for (const ParamDecl& param : stage->params) {
      expected.push_back(param.name);
      const Json said = entry["properties"].value(param.name, Json());
      EXPECT_TRUE(said.value("description", "").starts_with(param.doc)) << stage->name << ": " << param.name;
      if (!param.required) {
        EXPECT_EQ(said.value("default", Json("none")), Json::parse(param.default_value));
      }
      const auto required = entry["required"].get<std::vector<std::string>>();
      EXPECT_EQ(std::ranges::count(required, param.name), param.required ? 1 : 0) << param.name;
      for (const Choice& choice : param.choices)
        EXPECT_NE(said["description"].get<std::string>().find(choice.meaning), std::string::npos)
            << choice.name;
    }
    std::ranges::sort(expected);
    EXPECT_EQ(keys_of(entry["properties"]), expected) << stage->name;
  }
}

/// A stage of this file alone, with a rule of its own.
class Sized : public PromptStage {
 public:
  std::int64_t size = 3;
  std::vector<std::string> of;
  std::optional<double> share;
  Output plan(const PlanContext& /*context*/) override { return {}; }
  ValuePtr run(const Inputs& /*inputs*/) const override { return nullptr; }
};

const bool kSized = register_stage(Declaration<Sized>("test.sized", "A stage with a size")
                                       .input("left", "left_kind", "one side")
                                       .optional_input("right", "right_kind", "the other")
                                       .output(kMeasures, "sizes")
                                       .param("size", &Sized::size, "How large", countable())
                                       .required("of", &Sized::of, "Of what", each_of({"a", "b"}))
                                       .param("share", &Sized::share, "How much of it"));

TEST(WorkflowSchema, SaysLimitsChoicesAndTypesOfANewStage) {
  Json properties = entry_of("test.sized")["properties"];
  for (Json& property : properties) property.erase("description");
  EXPECT_EQ(properties["size"],
            Json::parse(R"({"type": "integer", "minimum": 1, "maximum": 1000000, "default": 3})"));
  EXPECT_EQ(properties["of"], Json::parse(R"({"anyOf": [{"enum": ["a", "b"]}, {"type": "array", "items":
      {"enum": ["a", "b"]}, "minItems": 1, "uniqueItems": true}]})"));
  EXPECT_EQ(properties["share"],
            Json::parse(R"({"anyOf": [{"type": "number"}, {"type": "null"}], "default": null})"));
}

TEST(WorkflowSchema, SaysWhichInputsANewStageTakes) {
  const Json forms = entry_of("test.sized")["properties"]["in"]["anyOf"];
  ASSERT_EQ(forms.size(), 3U) << "a name, a list, a map";
  EXPECT_EQ(forms[1]["minItems"], 1);
  EXPECT_EQ(forms[1]["maxItems"], 2);
  EXPECT_EQ(forms[2]["required"], Json::parse(R"(["left"])"));
  EXPECT_EQ(keys_of(forms[2]["properties"]), (std::vector<std::string>{"left", "right"}));
}

}  // namespace
}  // namespace hookflow::pipeline

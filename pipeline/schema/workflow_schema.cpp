#include "pipeline/schema/workflow_schema.hpp"

#include "pipeline/prompts/prompts_schema.hpp"
#include "pipeline/schema/stage_schema.hpp"
#include "pipeline/stage/subject.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/workflow/figure_request.hpp"
#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

using namespace schema;

constexpr const char* kStageId = "^[A-Za-z0-9_-]+$";

Node stages_schema() {
  Node stages = of_type("object");
  stages["minProperties"] = write_param(std::int64_t{1});
  stages["propertyNames"] =
      Node::map({{"pattern", write_param(std::string(kStageId))}, {"not", words(reserved_names())}});
  stages["additionalProperties"] = stage_schema();
  return stages;
}

Node model_schema() {
  Node model = text();
  model["examples"] = write_param(subject_type().built_in());
  return model;
}

}  // namespace

Node workflow_schema() {
  const Node id = text_like(kStageId);
  Node workflow = map_of({
      {"workflow", with_doc(text_like("^[^/]+$"), "The workflow's name, after which the run file is named"),
       true},
      {"about", with_doc(text(), "What it asks, in a sentence")},
      {"model",
       with_doc(model_schema(),
                "A built-in model, a directory (a relative path starts from the workflow's "
                "folder), or a name in the Hugging Face cache"),
       true},
      {"plugins", with_doc(any_of({text(), set_of(text(), 1)}),
                           "Shared libraries with stages of your own, found from the workflow's folder")},
      {"prompts",
       with_doc(prompts_schema(), "A list of prompts, {file: prompts.jsonl}, or what they are made from"),
       true},
      {"batch_tokens", with_doc(countable().schema,
                                "Prompts are run together as long as they are not longer than this in all")},
      {"stages",
       with_doc(stages_schema(),
                "The stages, each under a name of your own: what it is, whose "
                "values it takes, and its parameters"),
       true},
      {"keep", with_doc(any_of({id, set_of(id, 1)}), "The stages whose results are stored"), true},
      {"show", with_doc(text(), "The variable that a viewer draws first, as stage.variable")},
      {"figures", with_doc(figures_schema(), "What a report draws first; the rest it chooses by the axes")},
  });
  Node whole = Node::map({{"$schema", write_param(std::string("http://json-schema.org/draft-07/schema#"))},
                          {"title", write_param(std::string("hookflow workflow"))}});
  for (auto& [key, value] : workflow.entries) whole[key] = std::move(value);
  return whole;
}

}  // namespace hookflow::pipeline

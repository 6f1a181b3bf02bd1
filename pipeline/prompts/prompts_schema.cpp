#include "pipeline/prompts/prompts_schema.hpp"

#include <utility>
#include <vector>

#include "pipeline/prompts/prompt_source.hpp"
#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

using namespace schema;

/// A text that is not empty.
Node some_text() {
  Node node = text();
  node["minLength"] = write_param(std::int64_t{1});
  return node;
}

Node prompt_schema() {
  Node prompt = of_type("object");
  prompt["properties"] =
      Node::map({{"id", with_doc(text_like(R"(^[^ \x00-\x1f\x7f]([^\x00-\x1f\x7f]*[^ \x00-\x1f\x7f])?$)"),
                                 "The prompt's name, its label in the results; default: its number, from 0")},
                 {"text", with_doc(some_text(), "The prompt; or `ids`, only one of the two")},
                 {"ids", with_doc(list_of(whole_number(0), 1), "The prompt as ids, instead of `text`")}});
  Node column = Node::map(
      {{"pattern", write_param(std::string(R"(^[^/\x00-\x1f\x7f]+$)"))}, {"not", words({"prompt"})}});
  prompt["propertyNames"] = std::move(column);
  const auto with = [](const std::string& key) {
    return Node::map({{"required", write_param(std::vector<std::string>{key})}});
  };
  prompt["oneOf"] = Node::list({with("text"), with("ids")});
  return with_doc(std::move(prompt), "A prompt: its text or ids, and any columns that stages name");
}

}  // namespace

Node prompts_schema() {
  std::vector<Node> ways = {list_of(prompt_schema(), 1)};
  for (const auto& [key, source] : prompt_sources()) ways.push_back(source.schema());
  return any_of(std::move(ways));
}

}  // namespace hookflow::pipeline

#include "pipeline/prompts/prompts_schema.hpp"

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

Node file_schema() {
  const Node name = text_like(R"(\.([jJ][sS][oO][nN][lL]|[nN][dD][jJ][sS][oO][nN]|[cC][sS][vV])$)");
  return map_of({{"file",
                  with_doc(name,
                           "JSON Lines (.jsonl, .ndjson) or CSV with a header row (.csv), found from the "
                           "workflow's folder"),
                  true},
                 {"limit", with_doc(whole_number(1), "Only the first so many, to try out a long run")}});
}

}  // namespace

Node prompts_schema() { return any_of({list_of(prompt_schema(), 1), file_schema()}); }

}  // namespace hookflow::pipeline

#include "pipeline/yaml/json_schema.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline::schema {
namespace {

constexpr const char* kAnyOf = "anyOf";

Node with_size(Node schema, std::size_t least, std::size_t most) {
  if (least > 0) schema["minItems"] = write_param(static_cast<std::int64_t>(least));
  if (most != kAnyNumber) schema["maxItems"] = write_param(static_cast<std::int64_t>(most));
  return schema;
}

}  // namespace

Node of_type(const std::string& type) { return Node::map({{"type", write_param(type)}}); }

Node text() { return Node::map({{"type", write_param(std::vector<std::string>{"string", "number"})}}); }

Node text_like(const std::string& pattern) {
  Node schema = text();
  schema["pattern"] = write_param(pattern);
  return schema;
}

Node whole_number(std::int64_t least, std::int64_t most) {
  Node schema = of_type("integer");
  if (least != std::numeric_limits<std::int64_t>::min()) schema["minimum"] = write_param(least);
  if (most != std::numeric_limits<std::int64_t>::max()) schema["maximum"] = write_param(most);
  return schema;
}

Node words(const std::vector<std::string>& all) { return Node::map({{"enum", write_param(all)}}); }

Node list_of(Node item, std::size_t least, std::size_t most) {
  Node schema = of_type("array");
  schema["items"] = std::move(item);
  return with_size(std::move(schema), least, most);
}

Node set_of(Node item, std::size_t least) {
  Node schema = list_of(std::move(item), least);
  schema["uniqueItems"] = write_param(true);
  return schema;
}

Node any_of(std::vector<Node> schemas) {
  std::vector<Node> all;
  for (Node& schema : schemas) {
    const bool alternatives = schema.entries.size() == 1 && schema.entries.front().first == kAnyOf;
    if (alternatives) {
      std::ranges::move(schema.entries.front().second.items, std::back_inserter(all));
    } else {
      all.push_back(std::move(schema));
    }
  }
  return Node::map({{kAnyOf, Node::list(std::move(all))}});
}

Node map_of(const std::vector<Key>& keys) {
  Node properties = Node::map({});
  std::vector<std::string> required;
  for (const Key& key : keys) {
    properties[key.name] = key.schema;
    if (key.required) required.push_back(key.name);
  }
  Node schema = of_type("object");
  schema["properties"] = std::move(properties);
  if (!required.empty()) schema["required"] = write_param(required);
  schema["additionalProperties"] = write_param(false);
  return schema;
}

Node map_to(Node value) {
  Node schema = of_type("object");
  schema["additionalProperties"] = std::move(value);
  return schema;
}

Node with_doc(Node schema, const std::string& text) {
  schema["description"] = write_param(text);
  return schema;
}

}  // namespace hookflow::pipeline::schema

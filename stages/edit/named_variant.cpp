#include "stages/edit/named_variant.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "pipeline/text/nearest.hpp"
#include "stages/edit/label_param.hpp"
#include "stages/edit/replacement_param.hpp"
#include "stages/params/positions_param.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Node;
using pipeline::ParamError;

/// A key of a map, what reads its value, and what that may be.
struct Key {
  std::string name;
  std::function<void(const Node&)> read;
  Node schema;
  bool required = false;
};

/// Reads a map of these keys. `what` says what the map is.
void read_map(const Node& node, const std::string& what, const std::vector<Key>& keys) {
  if (node.kind != Node::Kind::map) {
    throw ParamError(pipeline::to_json(node) + " is not " + what, node.line);
  }
  for (const auto& [name, value] : node.entries) {
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) {
      throw ParamError(
          "unknown key '" + name + "'" + pipeline::suggestion(name, keys, &Key::name) + " in " + what,
          value.line);
    }
    key->read(value);
  }
  for (const Key& key : keys) {
    if (key.required && node.find(key.name) == nullptr)
      throw ParamError("the key '" + key.name + "' is missing in " + what, node.line);
  }
}

Node schema_of(const std::vector<Key>& keys) {
  std::vector<pipeline::schema::Key> all;
  for (const Key& key : keys) all.push_back({key.name, key.schema, key.required});
  return pipeline::schema::map_of(all);
}

template <typename T>
Key key_of(const std::string& name, T& value) {
  using pipeline::param_schema;
  using pipeline::read_param;
  return {name, [&value](const Node& node) { read_param(node, value); },
          param_schema(std::type_identity<T>{})};
}

/// A key whose value is one or more.
template <typename T>
Key required_key(const std::string& name, std::vector<T>& values) {
  using pipeline::param_schema;
  Key key = key_of(name, values);
  const Node item = param_schema(std::type_identity<T>{});
  key.schema = pipeline::schema::any_of({item, pipeline::schema::list_of(item, 1)});
  key.required = true;
  return key;
}

std::vector<Key> keys_of(NamedEdit& edit) {
  return {required_key("at", edit.at), key_of("except", edit.except), key_of("with", edit.with),
          key_of("positions", edit.positions), key_of("keys", edit.keys)};
}

std::vector<Key> keys_of(NamedVariant& variant) {
  return {{"name", [&variant](const Node& name) { variant.name = read_label(name); }, label_schema(), true},
          required_key("edits", variant.edits)};
}

template <typename T>
void expect_some(const std::vector<T>& values, const std::string& key, std::size_t line) {
  if (values.empty()) throw ParamError(key + ": the list is empty", line);
}

}  // namespace

void read_param(const Node& node, NamedEdit& edit) {
  edit = {};
  read_map(node, "an edit, such as {at: \"blocks.0.attn.hook_z[3]\", with: zero, positions: all}",
           keys_of(edit));
  expect_some(edit.at, "at", node.line);
}

Node param_schema(std::type_identity<NamedEdit> /*type*/) {
  NamedEdit edit;
  return schema_of(keys_of(edit));
}

Node write_param(const NamedEdit& edit) {
  Node node = Node::map({{"at", pipeline::write_param(edit.at)},
                         {"except", pipeline::write_param(edit.except)},
                         {"with", write_param(edit.with)},
                         {"positions", write_param(edit.positions)}});
  if (edit.keys) node["keys"] = write_param(*edit.keys);
  return node;
}

void read_param(const Node& node, NamedVariant& variant) {
  variant = {};
  read_map(node, "a variant, such as {name: both, edits: [{at: ...}, {at: ...}]}", keys_of(variant));
  expect_some(variant.edits, "edits", node.line);
}

Node param_schema(std::type_identity<NamedVariant> /*type*/) {
  NamedVariant variant;
  return schema_of(keys_of(variant));
}

Node write_param(const NamedVariant& variant) {
  return Node::map(
      {{"name", pipeline::write_param(variant.name)}, {"edits", pipeline::write_param(variant.edits)}});
}

pipeline::Rule<std::vector<NamedVariant>> distinct_names() {
  return {"variants that each have a name of their own",
          [](const std::vector<NamedVariant>& variants) {
            std::set<std::string> names;
            std::optional<std::string> problem;
            for (const NamedVariant& variant : variants) {
              if (!names.insert(variant.name).second) problem = "two are named '" + variant.name + "'";
            }
            return problem;
          },
          {}};
}

}  // namespace hookflow::stages

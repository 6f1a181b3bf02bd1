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

/// The keys of a map, each with what reads its value.
using Keys = std::vector<std::pair<std::string, std::function<void(const Node&)>>>;

/// Reads a map of these keys, of which the first `needed` must be there. `what` says what the map is.
void read_map(const Node& node, const std::string& what, const Keys& keys, std::size_t needed) {
  const auto name_of = [](const auto& key) { return key.first; };
  if (node.kind != Node::Kind::map) {
    throw ParamError(pipeline::to_json(node) + " is not " + what, node.line);
  }
  for (const auto& [name, value] : node.entries) {
    const auto key = std::ranges::find(keys, name, name_of);
    if (key == keys.end()) {
      throw ParamError(
          "unknown key '" + name + "'" + pipeline::suggestion(name, keys, name_of) + " in " + what,
          value.line);
    }
    key->second(value);
  }
  for (std::size_t i = 0; i < needed; ++i) {
    if (node.find(keys[i].first) == nullptr) {
      throw ParamError("the key '" + keys[i].first + "' is missing in " + what, node.line);
    }
  }
}

template <typename T>
auto reader_of(T& value) {
  return [&value](const Node& node) { read_param(node, value); };
}

template <typename T>
void expect_some(const std::vector<T>& values, const std::string& key, std::size_t line) {
  if (values.empty()) throw ParamError(key + ": the list is empty", line);
}

}  // namespace

void read_param(const Node& node, NamedEdit& edit) {
  using pipeline::read_param;
  edit = {};
  read_map(node, "an edit, such as {at: \"blocks.0.attn.hook_z[3]\", with: zero, positions: all}",
           {{"at", reader_of(edit.at)},
            {"except", reader_of(edit.except)},
            {"with", reader_of(edit.with)},
            {"positions", reader_of(edit.positions)}},
           1);
  expect_some(edit.at, "at", node.line);
}

Node write_param(const NamedEdit& edit) {
  return Node::map({{"at", pipeline::write_param(edit.at)},
                    {"except", pipeline::write_param(edit.except)},
                    {"with", write_param(edit.with)},
                    {"positions", write_param(edit.positions)}});
}

void read_param(const Node& node, NamedVariant& variant) {
  variant = {};
  read_map(node, "a variant, such as {name: both, edits: [{at: ...}, {at: ...}]}",
           {{"name", [&](const Node& name) { variant.name = read_label(name); }},
            {"edits", [&](const Node& edits) { pipeline::read_param(edits, variant.edits); }}},
           2);
  expect_some(variant.edits, "edits", node.line);
}

Node write_param(const NamedVariant& variant) {
  return Node::map(
      {{"name", pipeline::write_param(variant.name)}, {"edits", pipeline::write_param(variant.edits)}});
}

pipeline::Rule<std::vector<NamedVariant>> distinct_names() {
  return {"variants that each have a name of their own", [](const std::vector<NamedVariant>& variants) {
            std::set<std::string> names;
            std::optional<std::string> problem;
            for (const NamedVariant& variant : variants) {
              if (!names.insert(variant.name).second) problem = "two are named '" + variant.name + "'";
            }
            return problem;
          }};
}

}  // namespace hookflow::stages

#include "pipeline/schema/stage_schema.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/yaml/json_schema.hpp"

namespace hookflow::pipeline {
namespace {

using namespace schema;

/// A stage, maybe with one variable of it and labels along axes: parse_input_ref's form.
Node input_text() {
  return text_like(R"(^[A-Za-z0-9_-]+(\.[^\[\]]+)?(\[[^=,\]]+=[^=,]+(,[^=,]+=[^=,]+)*\])?$)");
}

std::string explanation_of(const std::vector<PortDecl>& ports) {
  std::string text = "The stages whose values it takes: a name, a list of names, or a map of port: name";
  for (const PortDecl& port : ports)
    text += "\n" + port.name + (port.optional ? " (optional)" : "") + ": " + taken_by(port) + ": " + port.doc;
  return text;
}

/// What a stage with these ports may have as its `in:`.
Key input_key(const std::vector<PortDecl>& ports) {
  const auto needed = static_cast<std::size_t>(
      std::ranges::count_if(ports, [](const PortDecl& port) { return !port.optional; }));
  std::vector<Node> forms;
  if (needed < 2) forms.push_back(input_text());
  forms.push_back(list_of(input_text(), needed, ports.size()));
  std::vector<Key> by_name;
  for (const PortDecl& port : ports)
    by_name.push_back({port.name, with_doc(input_text(), taken_by(port) + ": " + port.doc), !port.optional});
  forms.push_back(map_of(by_name));
  return {"in", with_doc(any_of(std::move(forms)), explanation_of(ports)), needed > 0};
}

Key param_key(const ParamDecl& param) {
  Node schema = with_doc(param.schema(), explanation_of(param));
  if (!param.required) schema["default"] = parse_yaml_value(param.default_value);
  return {param.name, std::move(schema), param.required};
}

Node keys_schema(const StageDecl& stage) {
  const Node name = Node::map({{"const", write_param(stage.name)}});
  std::vector<Key> keys = {{"stage", with_doc(name, stage.doc + "\nGives: " + stage.output_doc), true}};
  if (!stage.inputs.empty()) keys.push_back(input_key(stage.inputs));
  for (const ParamDecl& param : stage.params) keys.push_back(param_key(param));
  return map_of(keys);
}

/// Applies to an entry that names the stage.
Node if_named(const StageDecl& stage) {
  Node named = Node::map({{"stage", Node::map({{"const", write_param(stage.name)}})}});
  return Node::map({{"if", Node::map({{"properties", std::move(named)},
                                      {"required", write_param(std::vector<std::string>{"stage"})}})},
                    {"then", keys_schema(stage)}});
}

}  // namespace

std::string explanation_of(const ParamDecl& param) {
  std::string text = param.doc;
  if (!param.rule.empty() && param.choices.empty()) text += "; " + param.rule;
  for (const Choice& choice : param.choices) text += "\n" + choice.name + ": " + choice.meaning;
  if (param.listed)
    for (const std::string& value : param.listed()) text += "\n" + value;
  return text;
}

Node stage_schema() {
  std::vector<std::string> names;
  std::vector<std::string> docs;
  std::vector<Node> each;
  for (const StageDecl* stage : registered_stages()) {
    names.push_back(stage->name);
    docs.push_back(stage->doc);
    each.push_back(if_named(*stage));
  }
  Node name = words(names);
  name["enumDescriptions"] = write_param(docs);
  Node stage = of_type("object");
  stage["properties"] = Node::map({{"stage", std::move(name)}});
  stage["required"] = write_param(std::vector<std::string>{"stage"});
  stage["allOf"] = Node::list(std::move(each));
  return stage;
}

}  // namespace hookflow::pipeline

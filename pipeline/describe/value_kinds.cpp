#include "pipeline/describe/value_kinds.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace hookflow::pipeline {
namespace {

struct ValueKind {
  std::string one;
  std::string many = {};  // empty: there is no word for it
};

const std::map<std::string, ValueKind> kTypes = {
    {"string", {"text", "texts"}},
    {"integer", {"a whole number", "whole numbers"}},
    {"number", {"a number", "numbers"}},
    {"boolean", {"`true` or `false`"}},
    {"null", {"`null`"}},
    {"object", {"a map", "maps"}},
};

ValueKind kind_of(const Node& schema);

ValueKind list_kind(const Node& schema) {
  const Node* item = schema.find("items");
  const std::string many = item == nullptr ? "" : kind_of(*item).many;
  return {many.empty() ? "a list" : "a list of " + many, "lists"};
}

ValueKind words_kind(const Node& schema, const Node& words) {
  if (schema.find("enumDescriptions") != nullptr) return {"a choice", "choices"};
  std::string all;
  for (const Node& word : words.items) all += (all.empty() ? "`" : ", `") + word.text + "`";
  return {all};
}

ValueKind kind_of(const Node& schema) {
  if (const Node* words = schema.find("enum")) return words_kind(schema, *words);
  const Node* type = schema.find("type");
  if (type == nullptr) return {"any value"};
  const std::string& name = type->items.empty() ? type->text : type->items.front().text;
  return name == "array" ? list_kind(schema) : kTypes.at(name);
}

}  // namespace

std::string value_kinds(const Node& schema) {
  std::vector<std::string> kinds;
  const Node* any = schema.find("anyOf");
  for (const Node& one : any == nullptr ? std::vector<Node>{schema} : any->items) {
    const std::string kind = kind_of(one).one;
    if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(kind);
  }
  std::string text = kinds.front();
  for (std::size_t i = 1; i < kinds.size(); ++i) text += (i + 1 == kinds.size() ? " or " : ", ") + kinds[i];
  return text;
}

}  // namespace hookflow::pipeline

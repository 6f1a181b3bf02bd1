#include "pipeline/prompts/prompts.hpp"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/prompts/json_row.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/prompts/source_keys.hpp"

namespace hookflow::pipeline {
namespace {

void set_ids(const Node& value, PromptRows& rows) {
  if (value.kind != Node::Kind::list) return rows.refuse("ids", "is not a list of ids");
  std::vector<std::int64_t> ids;
  for (const Node& item : value.items) {
    const std::optional<std::int64_t> id = item.quoted ? std::nullopt : parse_id(item.text);
    if (!id) return rows.refuse("ids", "holds " + to_json(item) + "; an id must be a whole number from 0 up");
    ids.push_back(*id);
  }
  rows.set_ids(std::move(ids));
}

void set_value(const std::string& key, const Node& value, PromptRows& rows) {
  using Kind = Node::Kind;
  const bool is_column = key != "id" && key != "text";
  if (value.kind == Kind::list && !is_column) {
    return rows.refuse(key, "is a list; must be text or a number");
  }
  if (value.kind == Kind::map && !is_column) return rows.refuse(key, "is a map; must be text or a number");
  const bool is_word = !value.quoted && (value.text == "true" || value.text == "false");
  if (value.kind == Kind::scalar && !is_word) return rows.set(key, value.text);
  if (is_column) return rows.set_other(key, to_json(value));
  rows.refuse(key, "is " + to_json(value) + "; must be text or a number; quotes make it text");
}

Prompts read_list(const Node& list, const std::string& workflow_name, BadPrompts bad) {
  PromptRows rows({workflow_name, ":"}, bad);
  for (const Node& item : list.items) {
    rows.begin(number_of(item));
    if (item.kind == Node::Kind::map) {
      for (const auto& [key, value] : item.entries) {
        key == "ids" ? set_ids(value, rows) : set_value(key, value, rows);
      }
    } else {
      rows.refuse_row("a prompt must be a map such as {id: berlin, text: \"Berlin is in\"}");
    }
    rows.end();
  }
  return rows.take<UsageError>();
}

}  // namespace

Prompts read_prompts(const Node& prompts, const PromptsContext& context) {
  const std::string place = PromptPlaces{context.workflow_name, ":"}.of(number_of(prompts)) + ": prompts: ";
  if (prompts.kind == Node::Kind::map)
    return source_of(prompts, context.workflow_name).read(prompts, context);
  if (prompts.kind != Node::Kind::list)
    throw UsageError(place + "must be a list of prompts or a map with " + prompt_source_keys());
  if (prompts.items.empty()) throw UsageError(place + "the list is empty");
  return read_list(prompts, context.workflow_name, context.bad);
}

Prompts read_prompt_json(const TextRows& lines, const std::string& place) {
  PromptRows rows({place, ", prompt "});
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string line = lines[i];
    if (std::optional<Prompt> bad = bad_prompt(line)) {
      rows.add_bad(std::move(*bad), i);
    } else {
      add_json_row(i, line, rows);
    }
  }
  return rows.take<InputError>();
}

}  // namespace hookflow::pipeline

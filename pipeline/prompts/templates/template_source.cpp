#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pipeline/error.hpp"
#include "pipeline/prompts/prompt_rows.hpp"
#include "pipeline/prompts/prompt_source.hpp"
#include "pipeline/prompts/source_keys.hpp"
#include "pipeline/prompts/templates/combinations.hpp"
#include "pipeline/prompts/templates/text_template.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/draws.hpp"
#include "pipeline/values/spelling.hpp"
#include "pipeline/yaml/json_schema.hpp"
#include "pipeline/yaml/param.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kAlike = ", counting those in which no two names have the same text";

/// A text, or a number as it is spelled.
bool is_text(const Node& node) {
  return node.kind == Node::Kind::scalar && (node.quoted || (node.text != "true" && node.text != "false"));
}

/// Why a column cannot have that name; empty: it can.
std::string name_problem(const std::string& name) {
  if (name == "id" || name == "text" || name == "ids")
    return "'" + name + "' is the prompt's own; a column must have another name";
  return column_name_problem(name);
}

/// `{template: "{A} and {B} went to {place}", A: [...], B: [...], place: [...], columns: {target: " {A}"},
/// count: 200, seed: 1}`.
class TemplateSource {
 public:
  TemplateSource(const Node& map, const PromptsContext& context)
      : map_(map), context_(context), keys_(map, context.workflow_name) {}

  Prompts read() {
    read_lists();
    if (std::optional<TextTemplate> text = read_text("'template'", *map_.find("template")))
      texts_.emplace_back("text", std::move(*text));
    if (const Node* columns = map_.find("columns")) read_columns(*columns);
    for (const auto& [name, node] : unused_)
      keys_.report(*node, "the list '" + name + "' is not used: no text holds {" + name + "}");
    const std::optional<std::int64_t> count =
        keys_.whole_number("count", {1, static_cast<std::int64_t>(Combinations::kMost)});
    const std::int64_t seed = keys_.whole_number("seed", {0, SourceKeys::kHighest}).value_or(0);
    if (map_.find("seed") != nullptr && map_.find("count") == nullptr)
      keys_.report(*map_.find("seed"), "'seed' has no use without 'count': all combinations are taken");
    keys_.raise();
    return prompts_of(choices(count, static_cast<std::uint64_t>(seed)));
  }

 private:
  void read_lists() {
    for (const auto& [name, node] : map_.entries) {
      if (name == "template" || name == "columns" || name == "count" || name == "seed") continue;
      names_.push_back(name);
      if (const std::string problem = name_problem(name); !problem.empty()) keys_.report(node, problem);
      lists_.push_back(read_list(name, node));
    }
    if (lists_.size() > Combinations::kMostLists)
      keys_.report(map_, "there are " + std::to_string(lists_.size()) + " lists; at most " +
                             std::to_string(Combinations::kMostLists) + " can be combined");
  }

  std::vector<std::string> read_list(const std::string& name, const Node& node) {
    std::vector<std::string> texts;
    if (node.kind != Node::Kind::list) {
      keys_.report(node, "'" + name + "' is not a list of texts; other columns stand under 'columns'");
      return texts;
    }
    unused_.emplace(name, &node);
    if (node.items.empty()) keys_.report(node, "the list '" + name + "' is empty");
    std::set<std::string> seen;
    for (const Node& item : node.items) {
      if (!is_text(item)) {
        keys_.report(item, "the list '" + name + "' holds " + to_json(item) + "; must be texts or numbers" +
                               (item.kind == Node::Kind::scalar ? "; quotes make it text" : ""));
      } else if (!seen.insert(item.text).second) {
        keys_.report(item, "the list '" + name + "' holds '" + item.text + "' twice");
      }
      texts.push_back(item.text);
    }
    return texts;
  }

  std::optional<TextTemplate> read_text(const std::string& what, const Node& node) {
    if (!is_text(node)) {
      keys_.report(node, what + " is " + to_json(node) + "; must be a text");
      return std::nullopt;
    }
    try {
      TextTemplate text(node.text);
      for (const std::string& name : text.names()) {
        unused_.erase(name);
        if (std::ranges::find(names_, name) == names_.end())
          keys_.report(node, what + " holds {" + name + "}, but there is no list '" + name + "'" +
                                 suggestion(name, names_));
      }
      return text;
    } catch (const ParamError& error) {
      keys_.report(node, what + ": " + error.what());
      return std::nullopt;
    }
  }

  void read_columns(const Node& columns) {
    if (columns.kind != Node::Kind::map)
      return keys_.report(columns, "'columns' must be a map of texts, such as {target: \" {A}\"}");
    for (const auto& [name, node] : columns.entries) {
      if (const std::string problem = name_problem(name); !problem.empty()) keys_.report(node, problem);
      if (std::ranges::find(names_, name) != names_.end())
        keys_.report(node, "column '" + name + "' is there already: it holds what is taken of the list '" +
                               name + "'");
      if (std::optional<TextTemplate> text = read_text("column '" + name + "'", node))
        texts_.emplace_back(name, std::move(*text));
    }
  }

  std::vector<Combinations::Choice> choices(std::optional<std::int64_t> count, std::uint64_t seed) {
    const Combinations combinations(lists_);
    const std::uint64_t all = combinations.count();
    const std::string number = std::to_string(all) + (all == 1 ? " combination" : " combinations");
    if (all == 0) {
      keys_.report(map_, "the lists have no combination in which no two names have the same text");
    } else if (count && static_cast<std::uint64_t>(*count) > all) {
      keys_.report(*map_.find("count"),
                   "'count' is " + std::to_string(*count) + ", but the lists have " + number + kAlike);
    } else if (!count && all > Combinations::kMost) {
      keys_.report(map_, "the lists have " + number + "; at most " + std::to_string(Combinations::kMost) +
                             " can be taken: 'count' draws so many of them");
    }
    keys_.raise();
    if (!count) return combinations.all();
    Draws draws(seed);
    return combinations.draw(static_cast<std::size_t>(*count), draws);
  }

  [[nodiscard]] Prompts prompts_of(const std::vector<Combinations::Choice>& choices) const {
    PromptRows rows({context_.workflow_name, ":"}, context_.bad);
    std::map<std::string, std::string> values;
    for (const Combinations::Choice& choice : choices) {
      for (std::size_t i = 0; i < names_.size(); ++i) values[names_[i]] = lists_[i][choice[i]];
      rows.begin(number_of(map_));
      rows.set("id", counted_id(rows.size(), choices.size()));
      for (const auto& [key, text] : texts_) rows.set(key, text.fill(values));
      for (const auto& [name, value] : values) rows.set(name, value);
      rows.end();
    }
    return rows.take<UsageError>();
  }

  const Node& map_;
  const PromptsContext& context_;
  SourceKeys keys_;
  std::vector<std::string> names_;
  std::vector<std::vector<std::string>> lists_;              // of each name
  std::map<std::string, const Node*> unused_;                // names that stand in no text so far
  std::vector<std::pair<std::string, TextTemplate>> texts_;  // that the prompts have, by key
};

Node template_schema() {
  using namespace schema;
  Node whole = map_of(
      {{"template", with_doc(text(), "The prompts' text, with the names of lists in braces: \"{A} is in\""),
        true},
       {"columns", with_doc(map_to(text()), "Further columns, by name: texts with names in braces")},
       {"count", with_doc(whole_number(1, static_cast<std::int64_t>(Combinations::kMost)),
                          "How many combinations are drawn, all different; default: every one, in order")},
       {"seed", with_doc(whole_number(0), "Decides which are drawn; default: 0")}});
  whole["additionalProperties"] =
      with_doc(list_of(text(), 1), "What may stand for that name, which is a column of the prompts");
  return whole;
}

const bool kTemplate =
    register_prompt_source({"template", template_schema, [](const Node& map, const PromptsContext& context) {
                              return TemplateSource(map, context).read();
                            }});

}  // namespace
}  // namespace hookflow::pipeline

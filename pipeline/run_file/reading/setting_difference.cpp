#include "pipeline/run_file/reading/setting_difference.hpp"

#include <algorithm>

#include "pipeline/run_file/reading/compare_values.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

/// `path`: of both, from where the comparison began.
void compare(const Node& first, const Node& second, const std::string& path, std::vector<Difference>& found) {
  const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
  if (first.kind != Node::Kind::map || second.kind != Node::Kind::map) {
    std::string old = to_json(first);
    std::string now = to_json(second);
    if (old != now) found.push_back({path, std::move(old), std::move(now)});
    return;
  }
  for (const auto& [key, value] : first.entries) {
    if (const Node* other = second.find(key))
      compare(value, *other, below(key), found);
    else
      found.push_back({below(key), to_json(value), ""});
  }
  for (const auto& [key, value] : second.entries)
    if (first.find(key) == nullptr) found.push_back({below(key), "", to_json(value)});
}

std::vector<Difference> node_differences(const Node& first, const Node& second) {
  std::vector<Difference> found;
  compare(first, second, "", found);
  return found;
}

struct StoredPrompt {
  std::string name;  // its id
  Node columns;
};

std::vector<StoredPrompt> parsed(const std::vector<std::string>& lines) {
  std::vector<StoredPrompt> rows;
  for (const std::string& line : lines) {
    Node columns = parse_yaml_value(line);
    const Node* id = columns.find("id");
    std::string name = id == nullptr ? "" : id->text;
    rows.push_back({std::move(name), std::move(columns)});
  }
  return rows;
}

}  // namespace

std::vector<Difference> workflow_differences(const std::string& first, const std::string& second) {
  return node_differences(parse_yaml_value(first), parse_yaml_value(second));
}

std::vector<Difference> prompt_differences(const std::vector<std::string>& first,
                                           const std::vector<std::string>& second) {
  std::vector<Difference> found;
  if (first == second) return found;
  const std::vector<StoredPrompt> old = parsed(first);
  const std::vector<StoredPrompt> now = parsed(second);
  const auto place = [](const StoredPrompt& prompt) { return "prompt '" + prompt.name + "'"; };
  match_by_name(
      old, now,
      [&](const StoredPrompt& one, const StoredPrompt& other) {
        for (const Difference& difference : node_differences(one.columns, other.columns))
          found.push_back({place(one) + ", " + difference.what, difference.first, difference.second});
      },
      [&](const StoredPrompt& prompt, bool is_old) {
        const std::string columns = to_json(prompt.columns);
        found.push_back({place(prompt), is_old ? columns : "", is_old ? "" : columns});
      });
  for (std::size_t i = 0; found.empty() && i < std::min(old.size(), now.size()); ++i)
    if (old[i].name != now[i].name)
      found.push_back({"order of the prompts, at " + std::to_string(i), old[i].name, now[i].name});
  return found;
}

std::string difference_line(const Difference& difference, const std::string& first_place,
                            const std::string& second_place) {
  const auto value = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
  return one_line(difference.what) + ": " + value(difference.first) + " " + first_place + ", " +
         value(difference.second) + " " + second_place;
}

}  // namespace hookflow::pipeline

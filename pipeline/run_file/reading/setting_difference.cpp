#include "pipeline/run_file/reading/setting_difference.hpp"

#include <algorithm>
#include <map>

namespace hookflow::pipeline {
namespace {

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

struct Row {
  std::string id;
  Node columns;
};

std::vector<Row> parsed(const std::vector<std::string>& lines) {
  std::vector<Row> rows;
  for (const std::string& line : lines) {
    Node columns = parse_yaml_value(line);
    const Node* id = columns.find("id");
    std::string name = id == nullptr ? "" : id->text;
    rows.push_back({std::move(name), std::move(columns)});
  }
  return rows;
}

}  // namespace

std::vector<Difference> node_differences(const Node& first, const Node& second) {
  std::vector<Difference> found;
  compare(first, second, "", found);
  return found;
}

std::vector<Difference> workflow_differences(const std::string& first, const std::string& second) {
  return node_differences(parse_yaml_value(first), parse_yaml_value(second));
}

std::vector<Difference> prompt_differences(const std::vector<std::string>& first,
                                           const std::vector<std::string>& second) {
  std::vector<Difference> found;
  if (first == second) return found;
  const std::vector<Row> old_rows = parsed(first);
  const std::vector<Row> new_rows = parsed(second);
  std::map<std::string, const Row*> now;
  for (const Row& row : new_rows) now.emplace(row.id, &row);
  for (const Row& row : old_rows) {
    const auto same = now.find(row.id);
    const std::string name = "prompt '" + row.id + "'";
    if (same == now.end()) {
      found.push_back({name, to_json(row.columns), ""});
      continue;
    }
    for (Difference& difference : node_differences(row.columns, same->second->columns))
      found.push_back({name + ", " + difference.what, difference.first, difference.second});
    now.erase(same);
  }
  for (const Row& row : new_rows)
    if (now.contains(row.id)) found.push_back({"prompt '" + row.id + "'", "", to_json(row.columns)});
  for (std::size_t i = 0; found.empty() && i < std::min(old_rows.size(), new_rows.size()); ++i)
    if (old_rows[i].id != new_rows[i].id)
      found.push_back({"order of the prompts, at " + std::to_string(i), old_rows[i].id, new_rows[i].id});
  return found;
}

std::string difference_line(const Difference& difference, const std::string& first_place,
                            const std::string& second_place) {
  const auto value = [](const std::string& text) { return text.empty() ? std::string("nothing") : text; };
  return difference.what + ": " + value(difference.first) + " " + first_place + ", " +
         value(difference.second) + " " + second_place;
}

}  // namespace hookflow::pipeline

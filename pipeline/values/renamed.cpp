#include "pipeline/values/renamed.hpp"

#include <map>
#include <regex>

namespace hookflow::pipeline {
namespace {

// A function, not a global: names register from static initialisers of other files, in any order.
std::map<std::string, std::string>& new_names() {
  static std::map<std::string, std::string> names;
  return names;
}

}  // namespace

bool register_renamed(const std::string& old_name, const std::string& new_name) {
  return new_names().emplace(old_name, new_name).second;
}

std::string renamed(const std::string& name) {
  std::string now = name;
  for (const auto& [old_name, new_name] : new_names())
    now = std::regex_replace(now, std::regex("(^|_)" + old_name + "(?=_|$)"), "$1" + new_name);
  return now;
}

}  // namespace hookflow::pipeline

#include "pipeline/values/warning.hpp"

#include <map>
#include <utility>

namespace hookflow::pipeline {

std::vector<WarningKind> kinds_of(const std::vector<Warning>& warnings) {
  std::vector<WarningKind> kinds;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const Warning& warning : warnings) {
    const auto [place, is_new] = places.emplace(std::pair(warning.stage, warning.kind), kinds.size());
    if (is_new) kinds.push_back({&warning, 0});
    kinds[place->second].count += 1 + warning.others;
  }
  return kinds;
}

std::string to_string(const Warning& warning) {
  std::string text;
  if (!warning.stage.empty()) text += "stage '" + warning.stage + "'";
  if (!warning.prompt.empty()) text += (text.empty() ? "" : ", ") + ("prompt '" + warning.prompt + "'");
  return text + (text.empty() ? "" : ": ") + warning.text;
}

}  // namespace hookflow::pipeline

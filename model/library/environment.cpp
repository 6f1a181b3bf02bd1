#include "model/library/environment.hpp"

#include <cstdlib>
#include <pwd.h>
#include <regex>
#include <unistd.h>

namespace hookflow {
namespace {

// Of the user who runs this, for an empty name.
std::optional<std::string> home_of(const std::string& user) {
  if (user.empty())
    if (const char* home = std::getenv("HOME")) return home;
  const passwd* entry = user.empty() ? ::getpwuid(::getuid()) : ::getpwnam(user.c_str());
  return entry == nullptr ? std::nullopt : std::optional<std::string>(entry->pw_dir);
}

}  // namespace

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string expand_user(std::string_view path) {
  if (!path.starts_with('~')) return std::string(path);
  const std::string_view user = path.substr(1, path.find('/') - 1);
  const std::string_view rest = path.substr(1 + user.size());
  std::optional<std::string> home = home_of(std::string(user));
  if (!home) return std::string(path);
  while (home->ends_with('/')) home->pop_back();
  const std::string expanded = *home + std::string(rest);
  return expanded.empty() ? "/" : expanded;
}

std::string expand_variables(std::string_view path) {
  static const std::regex variable(R"(\$([A-Za-z0-9_]+|\{[^}]*\}))");
  std::string expanded;
  const char* from = path.data();
  const char* end = from + path.size();
  for (std::cregex_iterator match(from, end, variable), none; match != none; ++match) {
    std::string name = (*match)[1];
    if (name.starts_with('{')) name = name.substr(1, name.size() - 2);
    const char* value = std::getenv(name.c_str());
    expanded.append(from, (*match)[0].first).append(value == nullptr ? match->str() : value);
    from = (*match)[0].second;
  }
  return expanded.append(from, end);
}

}  // namespace hookflow

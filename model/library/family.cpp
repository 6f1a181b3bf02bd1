#include "model/library/family.hpp"

#include <map>
#include <stdexcept>

namespace hookflow {
namespace {

// Made when first asked for: families register before main(), in no set order.
std::map<std::string, Family>& families() {
  static std::map<std::string, Family> registered;
  return registered;
}

}  // namespace

bool register_family(const Family& family) {
  if (!families().emplace(family.model_type, family).second)
    throw std::logic_error("the model family '" + family.model_type + "' is registered twice");
  return true;
}

std::vector<std::string> family_names() {
  std::vector<std::string> names;
  for (const auto& [name, family] : families()) names.push_back(name);
  return names;
}

const Family* find_family(const std::string& model_type) {
  const auto found = families().find(model_type);
  return found == families().end() ? nullptr : &found->second;
}

}  // namespace hookflow

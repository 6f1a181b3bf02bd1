#include "pipeline/stage/registry.hpp"

#include <map>
#include <optional>
#include <stdexcept>

namespace hookflow::pipeline {
namespace {

// Functions, not globals: stages register from static initialisers of other files, in any order.
std::map<std::string, StageDecl>& stages() {
  static std::map<std::string, StageDecl> all;
  return all;
}

std::vector<std::string>& taken() {
  static std::vector<std::string> names;
  return names;
}

std::optional<SubjectType>& subject() {
  static std::optional<SubjectType> the_type;
  return the_type;
}

}  // namespace

bool register_stage(StageDecl declaration) {
  const std::string name = declaration.name;
  const bool is_new = stages().emplace(name, std::move(declaration)).second;
  if (!is_new) taken().push_back(name);
  return is_new;
}

const std::vector<std::string>& names_taken() { return taken(); }

std::vector<const StageDecl*> registered_stages() {
  std::vector<const StageDecl*> all;
  for (const auto& [name, declaration] : stages()) all.push_back(&declaration);
  return all;
}

const StageDecl* find_stage(const std::string& name) {
  const auto found = stages().find(name);
  return found == stages().end() ? nullptr : &found->second;
}

bool register_subject_type(SubjectType type) {
  if (subject()) throw std::logic_error("two kinds of subject are registered");
  subject() = std::move(type);
  return true;
}

const SubjectType& subject_type() {
  if (!subject()) throw std::logic_error("no kind of subject is registered");
  return *subject();
}

}  // namespace hookflow::pipeline

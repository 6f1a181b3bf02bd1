#pragma once
#include <algorithm>
#include <string>

namespace hookflow::pipeline {

/// Notes that a variable is called otherwise than it was: workflows that say the old name go on to work.
bool register_renamed(const std::string& old_name, const std::string& new_name);

/// The name with every old name in it replaced, where words begin and end: as `damage_mean` of a statistic.
std::string renamed(const std::string& name);

/// Which of the names is meant: the name itself or, where none is so called, what it is called now.
template <typename Names>
std::string current_name(const std::string& name, const Names& known) {
  const auto is_known = [&](const std::string& one) {
    return std::find(std::begin(known), std::end(known), one) != std::end(known);
  };
  const std::string now = is_known(name) ? name : renamed(name);
  return is_known(now) ? now : name;
}

}  // namespace hookflow::pipeline

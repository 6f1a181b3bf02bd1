#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// The candidate nearest to `name`, as ` (did you mean 'metrics'?)`; empty when none is near enough to help:
/// at most two edits or a third of the name, and half of the letters must stay. A name that begins a
/// candidate, or is all of it behind a dot, is near. Case does not count; of equals the first in the alphabet
/// is taken.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

/// The same of the things that `name_of`, such as a member, gives a name.
template <typename Things, typename NameOf>
std::string suggestion(std::string_view name, const Things& things, NameOf name_of) {
  std::vector<std::string> names;
  for (const auto& thing : things) names.push_back(std::invoke(name_of, thing));
  return suggestion(name, names);
}

}  // namespace hookflow::pipeline

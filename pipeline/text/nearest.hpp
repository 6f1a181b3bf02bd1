#pragma once
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

}  // namespace hookflow::pipeline

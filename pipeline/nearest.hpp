#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hookflow::pipeline {

/// The candidate with the smallest edit distance to `name`, as ` (did you mean 'metrics'?)`; empty when none is
/// near enough to help.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

}  // namespace hookflow::pipeline

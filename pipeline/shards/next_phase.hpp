#pragma once
#include <cstddef>
#include <optional>
#include <string>

#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// The first phase of which something is left to do, where all before it is done; none: all is. Throws
/// InputError where prompts of the first are left, or what aggregates them is; `path` names the file.
std::optional<std::size_t> next_phase(const Plan& plan, const RunStore& store, const std::string& path);

/// What a share of a later phase is built on: it belongs to the identity of the share's file, so that shares
/// are not mixed that were built on other results over all prompts, or where other prompts had failed.
Identity base_identity(const Plan& plan, const RunStore& store, std::size_t phase);

}  // namespace hookflow::pipeline

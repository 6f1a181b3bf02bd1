#pragma once
#include <optional>

#include "pipeline/command/options.hpp"
#include "pipeline/shards/share.hpp"

/// What the commands `run` and `resume` share that do a share of a run.
namespace hookflow::pipeline {

void add_share_options(Options& options);
/// The share that is asked for; none: the whole run. Throws UsageError for what is no share.
std::optional<Share> asked_share(const Options& options);

}  // namespace hookflow::pipeline

#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/engine/phase.hpp"
#include "pipeline/plan/planner.hpp"
#include "pipeline/shards/shard_file.hpp"

namespace hookflow::pipeline {

/// The plan of the run that shards belong to. Its prompts are those in the shards and in the file that
/// they are merged into; where some are in neither, those of the workflow's file, which must be the same
/// still. Throws InputError where that is not found or has changed, and as stored_plan() does.
PlannedRun plan_whole(const std::vector<ShardFile>& shards, const std::filesystem::path& out,
                      const std::optional<std::string>& model);

/// Throws InputError for shards that do not have what the plan would give them.
std::vector<ShareLayout> expect_shares_of(const Plan& plan, const std::vector<ShardFile>& shards);

}  // namespace hookflow::pipeline

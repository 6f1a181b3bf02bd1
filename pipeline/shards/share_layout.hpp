#pragma once
#include <cstddef>
#include <filesystem>
#include <vector>

#include "pipeline/engine/phase.hpp"
#include "pipeline/plan/planner.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/shards/share.hpp"

namespace hookflow::pipeline {

/// Which prompts and parts of a phase each of so many shares has.
std::vector<ShareLayout> share_layouts(const Phase& phase, std::size_t shares);

/// Turns the layout of a whole run into that of a share: of its prompts alone, with what its phase stores,
/// without what aggregates them.
void cut_layout(RunLayout& layout, const Plan& plan, ShareLayout share);

/// Both for one share. Returns what must be done before what comes behind it; empty: nothing comes.
std::string take_share(PlannedRun& planned, const Share& share, std::size_t phase);

/// "out.3-of-8.h5", of "out.h5"; of a later phase "out.phase-2.3-of-8.h5".
std::filesystem::path share_path(const std::filesystem::path& whole, const Share& share, std::size_t phase);
/// The other way round; what is no such name stays as it is.
std::filesystem::path whole_path(const std::filesystem::path& of_share);

}  // namespace hookflow::pipeline

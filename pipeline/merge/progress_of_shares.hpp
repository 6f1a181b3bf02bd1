#pragma once
#include <iosfwd>
#include <vector>

#include "pipeline/plan/plan.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/shards/shard_file.hpp"

namespace hookflow::pipeline {

/// A line for each share of which something is still pending in the whole file: how much, and why.
void tell_shares(const std::vector<ShareLayout>& shares, const std::vector<ShardFile>& files,
                 const Plan& plan, const RunStore& whole, std::ostream& out);

}  // namespace hookflow::pipeline

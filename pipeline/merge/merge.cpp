#include "pipeline/merge/merge.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <string_view>
#include <system_error>
#include <utility>

#include "pipeline/engine/graph.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/engine/run_plan.hpp"
#include "pipeline/error.hpp"
#include "pipeline/exit_code.hpp"
#include "pipeline/merge/intake.hpp"
#include "pipeline/merge/progress_of_shares.hpp"
#include "pipeline/merge/whole_run.hpp"
#include "pipeline/session/stop_signals.hpp"
#include "pipeline/session/tell.hpp"
#include "pipeline/shards/next_phase.hpp"
#include "pipeline/shards/shard_file.hpp"
#include "pipeline/text/shell.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kOfProcess = {"command_line", "ended_utc", "program_version",
                                                        "started_utc", "threads"};

/// Reads all shards that can be read. What cannot is told, and its part stays pending.
std::vector<ShardFile> read_shards(const std::vector<std::string>& paths, const fs::path& out) {
  std::vector<ShardFile> shards;
  for (const std::string& path : paths) {
    std::error_code unknown;
    if (fs::equivalent(path, out, unknown))
      throw UsageError("'" + path + "' is the file that shards are merged into; it is none of them");
    try {
      shards.push_back(read_shard(path));
    } catch (const InputError& error) {
      std::cerr << "hookflow: " << error.what() << "; left out\n";
    }
  }
  if (shards.empty()) throw InputError("there is no shard to merge");
  return shards;
}

class Merge {
 public:
  Merge(const fs::path& out, std::vector<ShardFile> shards, const MergeOptions& options)
      : out_(out), shards_(std::move(shards)), options_(options) {}

  Merged run() {
    expect_one_run(shards_);
    if (!options_.mixed) expect_one_kernel(shards_, out_, {});
    PlannedRun planned = plan_whole(shards_, out_, options_.model);
    const std::vector<ShareLayout> shares = expect_shares_of(planned.plan, shards_);
    for (ShardFile& shard : shards_) shard.inputs.prompts.clear();  // the plan has them
    const Identity identity = run_identity(planned.plan, {});
    for (const ShardFile& shard : shards_) expect_identity(shard, identity);
    RunStore whole = open_whole(planned, identity);
    if (!options_.mixed) expect_one_kernel(shards_, out_, whole.kernels());
    tell_damage(whole.damage(), out_, ProgressStyle::lines);
    expect_base(planned.plan, whole);
    StopSignals::install();
    whole.begin_session(options_.threads, program_version(), "");
    try {
      take_in(whole);
      tell_shares(shares, shards_, planned.plan, whole, std::cerr);
      run_folds_that_can(planned.plan, whole);
    } catch (const Stopped&) {
      whole.commit();
      whole.end_session(StopSignals::name());
      std::cerr << "hookflow: stopped by " << StopSignals::name()
                << "; what was merged is kept; go on with the same command\n";
      return {StopSignals::exit_code(), ""};
    }
    return end(planned.plan, whole);
  }

 private:
  RunStore open_whole(const PlannedRun& planned, const Identity& identity) const {
    std::error_code unknown;
    const bool is_new = !fs::exists(out_, unknown);
    if (is_new && shards_.front().share.phase > 0)
      throw InputError(out_.string() + ": no such file; " + shards_.front().path.string() +
                       " belongs into the one whose results over all prompts it was built on");
    if (is_new)
      return RunStore::create(NewFile(out_, false), planned.layout, identity, provenance(planned.plan));
    RunStore whole = RunStore::open(out_, planned.layout, identity);
    if (!whole.takes_merges())
      throw InputError(out_.string() + ": the file exists and was not made by merge; choose another name");
    return whole;
  }

  /// What computed the results; of this process only what it alone knows.
  Attributes provenance(const Plan& plan) const {
    Attributes all = run_provenance(plan, options_.threads, options_.command_line);
    for (auto& [name, value] : all) {
      const bool of_process = std::ranges::find(kOfProcess, name) != kOfProcess.end();
      const auto first = shards_.front().root.find(name);
      if (of_process || first == shards_.front().root.end()) continue;
      value = first->second;
      for (const ShardFile& shard : shards_)
        if (!shard.root.contains(name) || shard.root.at(name) != value) value = "differs between the shards";
    }
    return all;
  }

  void expect_base(const Plan& plan, const RunStore& whole) const {
    const Identity base = base_identity(plan, whole, shards_.front().share.phase);
    for (const auto& [name, value] : base)
      for (const ShardFile& shard : shards_)
        if (const std::string own = shard.identity(name); own != value)
          throw InputError(shard.path.string() +
                           ": was built on other results over all prompts than those in " + out_.string() +
                           ", or other prompts had failed before; share it out again");
  }

  /// What of it and of those before was taken is kept, also where it cannot be read to its end.
  static Damage take(Intake& intake, const ShardFile& shard, RunStore& whole) {
    try {
      return intake.take(shard);
    } catch (...) {
      whole.commit();
      throw;
    }
  }

  void take_in(RunStore& whole) {
    Intake intake(whole, StopSignals::requested());
    for (ShardFile& shard : shards_) {
      if (shard.being_written) continue;  // told with its share
      const Damage damage = take(intake, shard, whole);
      shard.damaged = damage.any();
      if (shard.damaged) std::cerr << "hookflow: " << damage_report(damage, shard.path, 3);
      if (StopSignals::requested()) throw Stopped();
    }
    whole.commit();
  }

  void run_folds_that_can(const Plan& plan, RunStore& whole) const {
    Monitor monitor(plan, whole);
    aggregate(plan, whole, monitor, StopSignals::requested());
    if (StopSignals::requested()) throw Stopped();
  }

  [[nodiscard]] Merged end(const Plan& plan, RunStore& whole) const {
    const std::vector<Failure> failures = whole.failures();
    const bool all = whole.all_done();
    if (all)
      whole.finish({{"ended_utc", utc_now()}});
    else
      whole.end_session("merge");
    tell_failed_prompts(plan, failures, ProgressStyle::lines);
    if (all) return {failures.empty() ? exit_code::kDone : exit_code::kPromptsFailed, ""};
    return {exit_code::kWaits, what_next(plan, whole)};
  }

  std::string what_next(const Plan& plan, const RunStore& whole) const {
    const std::string resume = "hookflow resume " + shell_word(out_.string());
    try {
      if (next_phase(plan, whole, out_.string()))
        return "stages that read results over all prompts come next: share them out with " + resume +
               " --shard I/N, or run them here with " + resume;
    } catch (const InputError&) {  // prompts are left
    }
    return "merge the shards that are missing later, or compute the rest here with " + resume;
  }

  fs::path out_;
  std::vector<ShardFile> shards_;
  const MergeOptions& options_;
};

}  // namespace

Merged merge_shards(const fs::path& out, const std::vector<std::string>& shards,
                    const MergeOptions& options) {
  Merged merged;
  on_threads(options.threads, [&] { merged = Merge(out, read_shards(shards, out), options).run(); });
  return merged;
}

}  // namespace hookflow::pipeline

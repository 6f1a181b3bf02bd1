#include "pipeline/merge/whole_run.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/command/stored_plan.hpp"
#include "pipeline/error.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/prompts/prompts.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/shards/share.hpp"
#include "pipeline/shards/share_layout.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {
namespace {

/// Those of the file that shards are merged into, if it is there. What is wrong with it is told later.
std::vector<std::string> prompts_of_whole(const std::filesystem::path& out, const ShardFile& shard) {
  try {
    std::vector<std::string> rows = read_stored_inputs(RunFile(out), subject_type().place_name).prompts;
    if (rows.size() == shard.share.run_prompts) return rows;
  } catch (const InputError&) {
  }
  return std::vector<std::string>(shard.share.run_prompts);
}

/// Prompts in JSON, as far as files have them; the others are empty.
std::vector<std::string> prompts_in(const std::vector<ShardFile>& shards, const std::filesystem::path& out) {
  std::vector<std::string> rows = prompts_of_whole(out, shards.front());
  for (const ShardFile& shard : shards)
    for (std::size_t row = 0; row < shard.inputs.prompts.size(); ++row)
      rows.at(shard.share.prompts.at(row)) = shard.inputs.prompts[row];
  return rows;
}

/// The workflow that a shard was run from, where it still is.
Prompts prompts_of_workflow(const ShardFile& shard) {
  if (!shard.root.contains(kWorkflowFile) || !shard.root.contains(kWorkflowSettings))
    throw InputError("prompts of shards that are missing are in no other, and " + shard.path.string() +
                     " does not say where they are; merge all shards, into the file that they were cut from");
  const std::string& file = shard.root.at(kWorkflowFile);
  try {
    const std::vector<std::string> settings = nlohmann::json::parse(shard.root.at(kWorkflowSettings));
    WorkflowSpec spec = read_workflow(file, settings);
    std::unique_ptr<Subject> subject;
    const auto opened = [&]() -> Subject& {
      if (!subject) subject = subject_type().open(spec.model, spec.model_base);
      return *subject;
    };
    return read_prompts(spec.prompts, {spec.base, spec.file, BadPrompts::kept, opened});
  } catch (const std::exception& error) {
    throw InputError("prompts of shards that are missing are in no other, and cannot be read from '" + file +
                     "': " + error.what());
  }
}

std::vector<std::string> all_prompts(const std::vector<ShardFile>& shards, const std::filesystem::path& out) {
  std::vector<std::string> rows = prompts_in(shards, out);
  if (std::ranges::find(rows, "") == rows.end()) return rows;
  const ShardFile& first = shards.front();
  const Prompts prompts = prompts_of_workflow(first);
  if (sha256(prompts.json_lines()) != first.identity("prompts_sha256"))
    throw InputError("prompts of shards that are missing are in no other, and those of '" +
                     first.root.at(kWorkflowFile) + "' have changed since " + first.path.string() +
                     " was begun; merge all shards, or put the prompts back");
  for (std::size_t prompt = 0; prompt < rows.size(); ++prompt) rows[prompt] = prompts.json(prompt);
  return rows;
}

}  // namespace

PlannedRun plan_whole(const std::vector<ShardFile>& shards, const std::filesystem::path& out,
                      const std::optional<std::string>& model) {
  StoredInputs inputs = shards.front().inputs;
  inputs.prompts = all_prompts(shards, out);
  PlannedRun planned = stored_plan(std::move(inputs), shards.front().path.string(), model);
  planned.layout.workflow = shards.front().inputs.workflow;  // which calls the model as the user did
  planned.layout.merged = true;
  return planned;
}

std::vector<ShareLayout> expect_shares_of(const Plan& plan, const std::vector<ShardFile>& shards) {
  const ShareLayout& first = shards.front().share;
  const auto refuse = [](const ShardFile& shard) {
    throw InputError(
        shard.path.string() +
        ": the run would not be cut so now; it belongs to an older plan, or to another version of "
        "hookflow");
  };
  if (first.phase >= plan.phase_count()) refuse(shards.front());
  std::vector<ShareLayout> shares = share_layouts(phase_of(plan, first.phase), read_share(first.name).count);
  for (const ShardFile& shard : shards)
    if (shard.share != shares.at(read_share(shard.share.name).number - 1)) refuse(shard);
  return shares;
}

}  // namespace hookflow::pipeline

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
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/shards/share.hpp"
#include "pipeline/shards/share_layout.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kPromptsHash = "prompts_sha256";

/// Those of the file that shards are merged into, where it is of the same prompts; otherwise none.
std::vector<std::string> prompts_of_whole(const std::filesystem::path& out, const ShardFile& shard) {
  try {
    const RunFile whole(out);
    const Attributes root = whole.read(read_attributes);
    const auto hash = root.find(std::string(kIdentityPrefix) + kPromptsHash);
    if (hash != root.end() && hash->second == shard.identity(kPromptsHash))
      return read_stored_inputs(whole, subject_type().place_name).prompts;
  } catch (const InputError&) {  // what is wrong with it is told later
  }
  return {};
}

/// Prompts in JSON, as far as shards have them; the others are empty.
std::vector<std::string> prompts_in(const std::vector<ShardFile>& shards) {
  std::vector<std::string> rows(shards.front().share.run_prompts);
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
  std::vector<std::string> rows = prompts_in(shards);
  if (std::ranges::find(rows, "") == rows.end()) return rows;
  const ShardFile& first = shards.front();
  if (std::vector<std::string> all = prompts_of_whole(out, first); all.size() == rows.size()) return all;
  const Prompts prompts = prompts_of_workflow(first);
  if (sha256(prompts.json_lines()) != first.identity(kPromptsHash))
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

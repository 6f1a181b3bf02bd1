#include <iostream>
#include <optional>

#include <nlohmann/json.hpp>

#include "pipeline/command/after_run.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/dry_run.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/command/session_command.hpp"
#include "pipeline/command/share_options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/session/execute.hpp"
#include "pipeline/session/tell.hpp"
#include "pipeline/shards/share_layout.hpp"
#include "pipeline/shards/share_work.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// By which merge finds prompts that no shard has: those of shards that are missing.
Attributes where_prompts_are(const WorkflowSpec& spec, const Options& options) {
  const nlohmann::json settings = options.get_or("set", std::vector<std::string>());
  return {{kWorkflowFile, std::filesystem::absolute(spec.file).string()},
          {kWorkflowSettings, settings.dump()}};
}

/// The workflow as the command line wants it.
WorkflowSpec read_spec(const Options& options) {
  WorkflowSpec spec =
      read_workflow(options.required("workflow"), options.get_or("set", std::vector<std::string>()));
  if (options.has("model")) {
    spec.model = options.get<std::string>("model");
    spec.model_place = "--model";
    spec.model_base.clear();
  }
  return spec;
}

void add_input_options(Options& options) {
  options.add()("skip-bad", "record prompts that cannot be run as failed, and run the others")(
      "strict", "treat warnings as errors");
}

/// The plan as the command line wants it. Throws UsageError listing all warnings where they are errors.
PlannedRun plan_for(WorkflowSpec spec, const Options& options) {
  PlannedRun planned =
      make_plan(std::move(spec), options.has("skip-bad") ? BadPrompts::kept : BadPrompts::refused);
  constexpr std::size_t kMostTold = 20;
  const std::vector<Warning>& warnings = planned.layout.warnings;
  if (!options.has("strict") || warnings.empty()) return planned;
  std::string errors;
  for (std::size_t i = 0; i < std::min(kMostTold, warnings.size()); ++i)
    errors += (errors.empty() ? "" : "\n") + planned.plan.spec.file + ": " + to_string(warnings[i]);
  if (warnings.size() > kMostTold)
    errors += "\n... and " + std::to_string(warnings.size() - kMostTold) + " more";
  throw UsageError(errors);
}

int run(const std::vector<std::string>& arguments) {
  Options options("run WORKFLOW.yaml [options]", "Runs a workflow and leaves its results in one HDF5 file.",
                  "run workflows/head_sweep.yaml --threads 8 --out sweep.h5");
  options.positional("workflow", 1, "the workflow file", "WORKFLOW.yaml");
  options.add()("model", po::value<std::string>()->value_name("MODEL"),
                "model instead of the workflow's: built-in name, directory, or name in "
                "the Hugging Face cache")(
      "out,o", po::value<std::string>()->value_name("FILE.h5"),
      "the run file; default: the workflow's name and .h5, in the current folder")(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "set a key of the workflow, such as scores.metrics=[prob]; may be repeated")(
      "resume", "continue a stopped run of the same workflow from its file, where there is one")(
      "force", "replace the run file if it exists; nothing else is ever replaced")(
      "dry-run,n", "show what would be done, without doing it");
  add_input_options(options);
  add_share_options(options);
  add_session_options(options);
  add_after_run_options(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  if (options.has("resume") && options.has("force"))
    throw UsageError("--resume and --force exclude each other");
  if (options.has("retry-failed") && !options.has("resume"))
    throw UsageError("--retry-failed needs --resume: a new run has no failed prompts");
  SessionOptions session = session_options(options);
  const std::optional<Share> share = asked_share(options);
  return guarded(session, [&] {
    std::vector<std::string> words = {"run"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    WorkflowSpec spec = read_spec(options);
    Target target{options.get_or("out", spec.name + ".h5"), options.has("resume"), options.has("force"),
                  words};
    if (share) {
      target.path = share_path(target.path, *share, 0);
      target.provenance = where_prompts_are(spec, options);
    }
    if (options.has("dry-run")) {
      PlannedRun planned = plan_for(std::move(spec), options);
      if (share) take_share(planned, *share, 0);
      tell_warnings(planned.layout.warnings, session.progress);
      print_dry_run(planned, {session.run.threads, session.run.memory_bytes}, std::cout);
      if (share) print_share_work(share_work(phase_of(planned.plan, 0), *share), *share, std::cout);
      if (!session.threads_bound_by.empty())
        std::cout << "threads         " << session.run.threads << ", bounded by " << session.threads_bound_by
                  << "\n";
      return exit_code::kDone;
    }
    return run_and_then(options, target.path, [&] {
      target.claim();
      PlannedRun planned = plan_for(std::move(spec), options);
      if (share) session.waits_for = take_share(planned, *share, 0);
      return execute(std::move(planned), std::move(target), session);
    });
  });
}

int validate(const std::vector<std::string>& arguments) {
  Options options("validate WORKFLOW.yaml [options]",
                  "Checks a workflow against its model and prompts; runs nothing.",
                  "validate workflows/head_sweep.yaml --set silenced.with=zero");
  options.positional("workflow", 1, "the workflow file", "WORKFLOW.yaml");
  options.add()("model", po::value<std::string>()->value_name("MODEL"), "model instead of the workflow's")(
      "set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
      "set a key of the workflow, such as scores.metrics=[prob]; may be repeated");
  add_input_options(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const PlannedRun planned = plan_for(read_spec(options), options);
  const Plan& plan = planned.plan;
  tell_warnings(planned.layout.warnings, ProgressStyle::lines);
  std::cout << plan.spec.file << ": valid; " << plan.stages.size() << " stages, " << plan.prompts.size()
            << (plan.prompts.size() == 1 ? " prompt" : " prompts");
  if (!plan.bad_prompts.empty()) std::cout << " of which " << plan.bad_prompts.size() << " cannot be run";
  std::cout << ", model " << plan.spec.model << "\n";
  return exit_code::kDone;
}

const bool kRun = register_command({"run", "run a workflow into an HDF5 file", run});
const bool kValidate = register_command({"validate", "check a workflow without running it", validate});

}  // namespace
}  // namespace hookflow::pipeline

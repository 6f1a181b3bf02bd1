#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/dry_run.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/command/session_command.hpp"
#include "pipeline/error.hpp"
#include "pipeline/session/execute.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// The workflow as the command line wants it.
WorkflowSpec read_spec(const Options& options) {
  WorkflowSpec spec =
      read_workflow(options.required("workflow"), options.get_or("set", std::vector<std::string>()));
  if (options.has("model")) {
    spec.model = options.get<std::string>("model");
    spec.model_place = "--model";
  }
  return spec;
}

/// Results that nobody would see are not computed: whoever wrote the stages may have expected them.
void tell_left_out(const Plan& plan) {
  for (const StageSpec* stage : plan.left_out())
    std::cerr << "hookflow: " << plan.spec.file << ":" << stage->line << ": stage '" << stage->id
              << "' is not run: it is neither kept nor read by a stage that is\n";
}

int run(const std::vector<std::string>& arguments) {
  Options options("run WORKFLOW.yaml [options]", "Runs a workflow and leaves its results in one HDF5 file.");
  options.positional("workflow", 1, "the workflow file");
  options.add()("model", po::value<std::string>(),
                "model instead of the workflow's: built-in name, directory, or name in "
                "the Hugging Face cache")("out,o", po::value<std::string>(),
                                          "the run file; default: the workflow's name and .h5, here")(
      "set", po::value<std::vector<std::string>>()->composing(),
      "a.b=value: set a key of the workflow; may be repeated")(
      "resume", "go on where a stopped run of the same workflow left its file")(
      "force", "replace the run file if it exists; nothing else is ever replaced")(
      "dry-run,n", "say what would be done, and do nothing");
  add_session_options(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  if (options.has("resume") && options.has("force"))
    throw UsageError("--resume and --force exclude each other");
  if (options.has("retry-failed") && !options.has("resume"))
    throw UsageError("--retry-failed goes with --resume: a new run has no failed prompts");
  const SessionOptions session = session_options(options);
  return guarded(session.progress, [&] {
    std::vector<std::string> words = {"run"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    WorkflowSpec spec = read_spec(options);
    Target target{options.get_or("out", spec.name + ".h5"), options.has("resume"), options.has("force"),
                  words};
    if (!options.has("dry-run")) target.claim();
    PlannedRun planned = make_plan(std::move(spec));
    if (options.has("dry-run")) {
      tell_left_out(planned.plan);
      print_dry_run(planned, session.run.threads, std::cout);
      return exit_code::kDone;
    }
    if (session.progress == ProgressStyle::lines) tell_left_out(planned.plan);
    return execute(std::move(planned), std::move(target), session);
  });
}

int validate(const std::vector<std::string>& arguments) {
  Options options("validate WORKFLOW.yaml [options]",
                  "Checks a workflow against its model and prompts; runs nothing.");
  options.positional("workflow", 1, "the workflow file");
  options.add()("model", po::value<std::string>(), "model instead of the workflow's")(
      "set", po::value<std::vector<std::string>>()->composing(), "a.b=value: set a key of the workflow");
  if (!options.parse(arguments)) return exit_code::kDone;
  const Plan plan = make_plan(read_spec(options)).plan;
  tell_left_out(plan);
  std::cout << plan.spec.file << ": valid; " << plan.stages.size() << " stages, " << plan.prompts.size()
            << (plan.prompts.size() == 1 ? " prompt" : " prompts") << ", model " << plan.spec.model << "\n";
  return exit_code::kDone;
}

const bool kRun = register_command({"run", "run a workflow into an HDF5 file", run});
const bool kValidate = register_command({"validate", "check a workflow without running it", validate});

}  // namespace
}  // namespace hookflow::pipeline

#include <filesystem>

#include "pipeline/command/after_run.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/command/session_command.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/session/execute.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// What a run file was made from. The model is looked for where it was, then by its name: whether it
/// is the same, its hash decides.
PlannedRun stored_plan(const std::string& path, const Options& options) {
  StoredInputs inputs = read_stored_inputs(std::filesystem::path(path), subject_type().place_name);
  Prompts prompts = read_prompt_json(std::move(inputs.prompts), path);
  if (prompts.empty()) throw InputError(path + ": does not hold its prompts");
  std::error_code unknown;
  try {
    WorkflowSpec spec = read_resolved_workflow(inputs.workflow, path + " (the workflow in it)");
    spec.base = inputs.folder;
    if (options.has("model")) {
      spec.model = options.get<std::string>("model");
      spec.model_place = "--model";
    } else if (std::filesystem::exists(inputs.subject_place, unknown)) {
      spec.model = inputs.subject_place;
      spec.model_place = path;
    } else {
      spec.model_place =
          path + ": its model is no longer in '" + inputs.subject_place + "' (--model says where it is now)";
    }
    // What could not be run then is in the file: nobody has to say again that the others are.
    return make_plan(std::move(spec), std::move(prompts), BadPrompts::kept);
  } catch (const UsageError& error) {  // of what another version of hookflow wrote, not of a command line
    throw InputError(std::string(error.what()) + "\n" + path + ": cannot be resumed by hookflow " +
                     program_version());
  }
}

int resume(const std::vector<std::string>& arguments) {
  Options options("resume FILE.h5 [options]",
                  "Continues a stopped run from its file, which holds the workflow and the prompts.",
                  "resume head_sweep.h5 --threads 8");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.add()("model", po::value<std::string>()->value_name("MODEL"),
                "where the model is now, if it has moved");
  add_session_options(options);
  add_after_run_options(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  const SessionOptions session = session_options(options);
  return guarded(session, [&] {
    return run_and_then(options, path, [&] {
      return execute(stored_plan(path, options), {path, true, false, {}}, session);
    });
  });
}

const bool kResume = register_command({"resume", "continue a stopped run", resume});

}  // namespace
}  // namespace hookflow::pipeline

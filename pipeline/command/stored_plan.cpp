#include "pipeline/command/stored_plan.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/stage/subject.hpp"

namespace hookflow::pipeline {

PlannedRun stored_plan(StoredInputs inputs, const std::string& path,
                       const std::optional<std::string>& model) {
  Prompts prompts = read_prompt_json(std::move(inputs.prompts), path);
  if (prompts.empty()) throw InputError(path + ": does not hold its prompts");
  std::error_code unknown;
  try {
    WorkflowSpec spec = read_resolved_workflow(inputs.workflow, path + " (the workflow in it)");
    spec.base = inputs.folder;
    if (model) {
      spec.model = *model;
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

}  // namespace hookflow::pipeline

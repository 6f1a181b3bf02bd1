#include "pipeline/run_file/reading/view.hpp"

#include <algorithm>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/format/warnings.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/history.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

LaneProgress progress_of(const Checkpoint& checkpoint, std::size_t lane) {
  const std::vector<PartState> states = checkpoint.states(lane);
  const auto count = [&](PartState state) {
    return static_cast<std::size_t>(std::count(states.begin(), states.end(), state));
  };
  return {{checkpoint.lanes()[lane], checkpoint.parts(lane)},
          count(PartState::done),
          count(PartState::failed),
          count(PartState::pending)};
}

RunFileView view_of(const h5::File& file) {
  RunFileView view;
  view.root = read_attributes(file);
  for (GroupContents& group : read_contents(file)) {
    for (TextTable& table : group.texts) view.texts.push_back(std::move(table));
    if (!group.variables.empty())
      view.groups.push_back({std::move(group.name), std::move(group.about), std::move(group.variables)});
  }
  view.warnings = read_warnings(file);
  const Checkpoint checkpoint(file);
  view.prompts = checkpoint.prompts();
  view.prompt = read_axis(file.open_group(kCheckpointGroup), "prompt");
  if (view.prompt.size() != view.prompts) throw h5::Error("/checkpoint/prompt: is not one id a prompt");
  for (std::size_t lane = 0; lane < checkpoint.lanes().size(); ++lane)
    view.lanes.push_back(progress_of(checkpoint, lane));
  view.folds = checkpoint.folds();
  for (std::size_t fold = 0; fold < view.folds.size(); ++fold)
    view.fold_done.push_back(checkpoint.fold_done(fold));
  view.complete = stated_complete(file) != 0 && checkpoint.all_done();
  view.failures = checkpoint.failures();
  view.sessions = History(file).sessions();
  return view;
}

}  // namespace

RunFileView read_run_file(const RunFile& file) {
  RunFileView view = file.read(view_of);
  view.being_written = is_being_written(file.path());
  return view;
}

StoredInputs read_stored_inputs(const RunFile& run, const std::string& place_name) {
  return run.read([&](const h5::File& file) {
    check_resumable(file, run.path().string());
    StoredInputs inputs{file.text("workflow"), stored_prompt_rows(file), ""};
    if (file.has_attribute(place_name)) inputs.subject_place = file.text(place_name);
    return inputs;
  });
}

std::vector<double> read_variable(const RunFile& run, const std::string& group, const std::string& variable) {
  return run.read([&](const h5::File& file) {
    if (!file.has(group) || !file.open_group(group).has(variable))
      throw InputError(run.path().string() + ": has no variable /" + group + "/" + variable);
    return file.open_group(group).open_dataset(variable).read_all<double>();
  });
}

}  // namespace hookflow::pipeline

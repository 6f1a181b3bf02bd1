#include "pipeline/run_file/reading/view.hpp"

#include <algorithm>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/format/warnings.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/history.hpp"
#include "pipeline/run_file/marks/share_group.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t number(const h5::Dataset& check, const std::string& name, std::size_t otherwise) {
  return check.has_attribute(name) ? static_cast<std::size_t>(check.integer(name)) : otherwise;
}

LaneProgress progress_of(const h5::Group& group, const Checkpoint& checkpoint, std::size_t lane) {
  const std::string& name = checkpoint.lanes()[lane];
  const std::size_t parts = checkpoint.parts(lane);
  const h5::Dataset check = group.open_dataset("check_" + name);
  LaneProgress progress{
      {name, parts, {}, number(check, "variants", parts), number(check, "variants_a_part", 1)},
      checkpoint.states(lane)};
  if (check.has_attribute("continues")) progress.lane.continues = check.text("continues");
  for (std::size_t cell = 0; cell < progress.states.size(); ++cell) {
    const PartState state = progress.states[cell];
    if (state == PartState::elsewhere) continue;
    std::size_t& count = state == PartState::done     ? progress.done
                         : state == PartState::failed ? progress.failed
                                                      : progress.pending;
    count += progress.lane.variants_of(cell % parts);
  }
  return progress;
}

/// Of a share: whether other shares do all of a lane.
bool is_elsewhere(const Checkpoint& checkpoint, std::size_t lane) {
  const std::vector<PartState> states = checkpoint.states(lane);
  return checkpoint.share() && count_of(states, PartState::elsewhere) == states.size();
}

std::vector<PartState> states_of_prompts(const std::vector<LaneProgress>& lanes, std::size_t prompts) {
  std::vector<PartState> states(prompts, PartState::done);
  for (const LaneProgress& lane : lanes)
    for (std::size_t cell = 0; cell < lane.states.size(); ++cell) {
      PartState& prompt = states[cell / lane.lane.parts];
      const PartState state = lane.states[cell];
      if (state == PartState::done || state == PartState::elsewhere) continue;
      if (prompt != PartState::failed) prompt = state;
    }
  return states;
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
  if (view.prompt.size() != view.prompts)
    throw h5::Error("/checkpoint/prompt: does not have one id for each prompt");
  for (std::size_t lane = 0; lane < checkpoint.lanes().size(); ++lane)
    if (!is_elsewhere(checkpoint, lane))
      view.lanes.push_back(progress_of(file.open_group(kCheckpointGroup), checkpoint, lane));
  view.states = states_of_prompts(view.lanes, view.prompts);
  if (!checkpoint.share()) view.folds = checkpoint.folds();  // a share has none
  for (std::size_t fold = 0; fold < view.folds.size(); ++fold)
    view.fold_done.push_back(checkpoint.fold_done(fold));
  if (checkpoint.share()) {
    view.share = checkpoint.share()->name;
    view.phase = checkpoint.share()->phase;
  }
  view.complete = stated_complete(file) != 0 && checkpoint.all_done();
  view.failures = checkpoint.failures();
  view.sessions = History(file).sessions();
  return view;
}

}  // namespace

std::size_t count_of(const std::vector<PartState>& states, PartState state) {
  return static_cast<std::size_t>(std::ranges::count(states, state));
}

RunFileView read_run_file(const RunFile& file) {
  RunFileView view = file.read(view_of);
  view.being_written = is_being_written(file.path());
  return view;
}

std::string root_text(const RunFileView& view, const std::string& name) {
  const auto found = view.root.find(name);
  return found == view.root.end() ? std::string() : found->second;
}

std::string how_share_goes_on(const std::string& command_line) {
  const bool resumes =
      !command_line.starts_with("hookflow run ") || command_line.find(" --resume") != std::string::npos;
  return command_line + (resumes ? "" : " --resume");
}

StoredInputs read_stored_inputs(const RunFile& run, const std::string& place_name) {
  return run.read([&](const h5::File& file) {
    check_resumable(file, run.path().string());
    StoredInputs inputs{file.text("workflow"), stored_prompt_rows(file), "", "", "", share_name(file)};
    if (file.has_attribute("command_line")) inputs.command_line = file.text("command_line");
    if (file.has_attribute(kWorkflowFolder)) inputs.folder = file.text(kWorkflowFolder);
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

#include "pipeline/plan/planner.hpp"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "pipeline/error.hpp"
#include "pipeline/plan/file_layout.hpp"
#include "pipeline/plan/lanes.hpp"
#include "pipeline/plan/result_names.hpp"
#include "pipeline/plugin/thrown.hpp"
#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/text/problems.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/workflow/check_names.hpp"
#include "pipeline/workflow/selection.hpp"

namespace hookflow::pipeline {
namespace {

std::unique_ptr<Subject> open_subject(const WorkflowSpec& spec) {
  try {
    return subject_type().open(spec.model, spec.model_base);
  } catch (const InputError& error) {
    throw InputError(spec.model_place + ": " + error.what());
  }
}

/// Where the value stands; else its parameter, or `in`; else the stage.
std::size_t line_of(const StageSpec& spec, const ParamError& error) {
  if (error.line != 0) return error.line;
  const auto of_key = spec.key_lines.find(error.param);
  return of_key == spec.key_lines.end() ? spec.line : of_key->second;
}

/// The stages that are kept, and all that these read. Nobody would see the results of the others.
std::set<std::string> stages_to_run(const WorkflowSpec& spec) {
  std::set<std::string> ids(spec.keep.begin(), spec.keep.end());
  for (const StageSpec& stage : std::views::reverse(spec.stages)) {
    if (!ids.contains(stage.id)) continue;
    for (const InputRef& input : stage.inputs) ids.insert(input.stage);
  }
  return ids;
}

/// Plans stage after stage, inputs first.
class Planner {
 public:
  Planner(Plan& plan, const Axis& prompts, BadPrompts bad)
      : plan_(plan),
        prompts_(prompts),
        bad_(bad),
        findings_(std::make_shared<Findings>(plan.prompts)),
        problems_(plan.spec.file),
        outputs_(plan.spec.stages.size()) {
    plan_.lanes.push_back({kItemsLane});
    plan_.batches = consecutive_batches(plan_.prompts.size(), plan_.spec.batch_weight);
    for (Warning& warning : plan.subject->warnings()) findings_->warn(std::move(warning));
  }

  /// Returns what the stages know before anything runs.
  std::vector<ConstantArray> run() {
    const std::set<std::string> to_run = stages_to_run(plan_.spec);
    for (StageSpec& spec : plan_.spec.stages) {
      if (!to_run.contains(spec.id)) {
        findings_->warn(
            {"", "", "not run",
             "stage '" + spec.id + "' is not run: it is neither kept nor read by a stage that is run"});
        continue;
      }
      index_[spec.id] = plan_.stages.size();
      plan_.stages.emplace_back().spec = &spec;
      planned_.push_back(plan_stage(spec, plan_.stages.back()));
      if (findings_->refused_prompts() == plan_.prompts.size()) break;  // there is nothing to plan for
    }
    settle_bad_prompts();
    problems_.raise();
    settle_phases(plan_);
    deliver_requests();
    for (const std::string& id : plan_.spec.keep) plan_.stages[index_.at(id)].stored = true;
    check_groups();
    settle_show(plan_, problems_);
    check_figures(plan_, *findings_, problems_);
    problems_.raise();
    return std::move(constants_);
  }
  std::vector<Warning> take_warnings() { return findings_->take_warnings(); }

 private:
  /// Returns false where that cannot be, after noting why.
  bool plan_stage(StageSpec& spec, PlannedStage& planned) {
    planned.flow = dynamic_cast<const FlowStage*>(spec.stage.get());
    planned.fold = dynamic_cast<const FoldStage*>(spec.stage.get());
    PlanContext context{plan_.prompts, *plan_.subject, {}, {}, plan_.spec.batch_weight, spec.id, findings_,
                        plan_.batches, plan_.spec.base};
    try {
      for (InputRef& ref : spec.inputs) {
        planned.inputs.push_back(ref.stage.empty() ? kNone : index_.at(ref.stage));
        if (!ref.stage.empty() && !planned_[planned.inputs.back()]) return false;  // noted already
        ref.variable = known_variable(plan_, ref.stage, ref.variable);
        for (AxisLabel& picked : ref.where) picked.axis = known_axis(plan_, ref.stage, picked.axis);
        context.inputs.push_back(planned_input(ref, planned));
      }
      const Place place = place_of(plan_, planned);
      if (planned.flow != nullptr) context.lane = plan_.lanes[place.lane].axes;
      output() = spec.stage->plan(context);
      check_names(output().variables);
      enter_lane(plan_, plan_.stages.size() - 1, place, output());
    } catch (const ParamError& error) {
      problem(spec, error);
      return false;
    } catch (const InputError&) {
      rethrow_of_stage(spec.id, spec.declaration->name);
    } catch (const std::runtime_error& error) {
      problem(spec, ParamError(error.what(), spec.line));
      return false;
    } catch (...) {
      rethrow_of_stage(spec.id, spec.declaration->name);
    }
    take_output(planned);
    return true;
  }

  /// Prompts that cannot be run fail when their turn comes, or are problems of the parameters that they do
  /// not fit; those that fit none are refused as input.
  void settle_bad_prompts() {
    const bool all = findings_->refused_prompts() == plan_.prompts.size();
    if (bad_ == BadPrompts::kept && !all) {
      for (const RefusedPrompt& bad : findings_->refused())
        plan_.bad_prompts.try_emplace(bad.prompt, Failure{bad.prompt, bad.stage, bad.why});
      return;
    }
    std::vector<RefusedPrompt> refused = findings_->refused();
    std::ranges::stable_sort(refused, {}, &RefusedPrompt::prompt);  // as they stand in their file
    std::map<std::pair<std::string, std::string>, std::vector<RefusedPrompt>> by_param;
    std::vector<RefusedPrompt> of_no_use;
    for (const RefusedPrompt& bad : refused)
      (bad.param.empty() ? of_no_use : by_param[{bad.stage, bad.param}]).push_back(bad);
    for (const auto& [where, bad] : by_param)
      problem(*plan_.stages[index_.at(where.first)].spec,
              ParamError(where.second, "\n" + refusals_text(bad, plan_.prompts, "  ")));
    if (of_no_use.empty()) return;
    const std::string others = problems_.text();
    const std::string text =
        refusals_text(of_no_use, plan_.prompts, "") + (others.empty() ? "" : "\n") + others;
    const bool in_workflow = std::ranges::any_of(of_no_use, [&](const RefusedPrompt& bad) {
      return bad.stage == kWhenRead && plan_.prompts.place(bad.prompt).starts_with(plan_.spec.file + ":");
    });
    if (in_workflow) throw UsageError(text);
    throw InputError(text);
  }

  /// Of the stage that is being planned.
  Output& output() { return outputs_[plan_.stages.size() - 1]; }

  void problem(const StageSpec& spec, const ParamError& error) {
    const std::string origin = origin_text(spec.declaration->name);
    problems_.add(line_of(spec, error), "stage '" + spec.id + "'" + origin + ": " + error.what());
  }

  [[nodiscard]] PlannedInput planned_input(const InputRef& ref, const PlannedStage& reader) const {
    const std::size_t from = reader.inputs.back();
    if (from == kNone) return {};
    if (!ref.where.empty() && plan_.stages[from].fold == nullptr && reader.fold == nullptr)
      throw ParamError(
          "in",
          "'" + to_string(ref) +
              "': only stages that aggregate, and what reads their results, can pick a label of an axis");
    try {
      return {ref.stage, &outputs_[from], select_variables(plan_.stages[from].variables, ref)};
    } catch (const ParamError& error) {
      throw ParamError("in", error.what());
    }
  }

  void take_output(PlannedStage& planned) {
    if (!output().batches.empty()) {
      check_batches(output().batches, plan_.prompts.size());
      plan_.batches = has_source_ ? joined_batches(plan_.batches, output().batches, plan_.spec.batch_weight)
                                  : std::move(output().batches);
      has_source_ = true;
    }
    for (const UsedFile& used : output().files) plan_.files[used.name] = used.path;
    planned.variables = output().variables;
    for (const std::size_t from : planned.inputs)
      if (from != kNone && (planned.fold != nullptr || plan_.stages[from].fold != nullptr))
        plan_.stages[from].stored = true;
    if (planned.fold != nullptr) return;
    for (Variable& variable : planned.variables) lead_with_axes(plan_.lanes[planned.lane].axes, variable);
    for (KnownArray& known : output().known) {
      lead_with_axes({}, known.variable);
      constants_.push_back({planned.spec->id, std::move(known.variable), std::move(known.values)});
    }
  }

  /// From the last stage to the first: what is asked of a stage decides what it asks of those above it.
  void deliver_requests() {
    std::vector<std::vector<RequestPtr>> asked(plan_.stages.size());
    const auto send = [&](const PlannedStage& from, const std::vector<PortRequest>& requests) {
      for (const auto& [port, request] : requests) asked.at(from.inputs.at(port)).push_back(request);
    };
    for (std::size_t i = plan_.stages.size(); i-- > 0;) {
      send(plan_.stages[i], outputs_[i].requests);
      const StageSpec& spec = *plan_.stages[i].spec;
      try {
        send(plan_.stages[i], spec.stage->take_requests(asked[i]));
      } catch (...) {
        rethrow_of_stage(spec.id, spec.declaration->name);
      }
    }
  }

  /// prompt, then the lane's axes, then the variable's own.
  void lead_with_axes(const std::vector<Axis>& lane_axes, Variable& variable) const {
    variable.axes.insert(variable.axes.begin(), lane_axes.begin(), lane_axes.end());
    variable.axes.insert(variable.axes.begin(), prompts_);
  }

  /// What a stage leaves in the run file is a group with its name.
  void check_groups() {
    const std::vector<std::string> own = plan_.subject->own_groups();
    for (std::size_t i = 0; i < plan_.stages.size(); ++i) {
      const PlannedStage& stage = plan_.stages[i];
      const StageSpec& spec = *stage.spec;
      if (!stage.stored && outputs_[i].known.empty()) continue;
      const bool gives_it = spec.declaration->output == spec.id;  // what the subject calls so
      if (!gives_it && std::ranges::find(own, spec.id) != own.end())
        problems_.add(spec.line, name_is_taken(spec.id));
      if (const auto problem = naming_problem(stage.variables))
        problems_.add(spec.line, "stage '" + spec.id + "': " + *problem);
    }
  }

  Plan& plan_;
  const Axis& prompts_;
  BadPrompts bad_;
  std::shared_ptr<Findings> findings_;
  Problems problems_;
  std::vector<Output> outputs_;  // [stage]
  std::vector<ConstantArray> constants_;
  std::map<std::string, std::size_t> index_;
  bool has_source_ = false;    // that says which prompts run together
  std::vector<bool> planned_;  // whether the stage of that index could be planned
};

Axis axis_of(const Prompts& prompts) {
  std::vector<std::string> ids;
  ids.reserve(prompts.size());
  for (std::size_t i = 0; i < prompts.size(); ++i) ids.push_back(prompts.id(i));
  return {"prompt", std::move(ids), "prompt", ""};
}

PlannedRun planned_run(WorkflowSpec spec, Prompts prompts, std::unique_ptr<Subject> subject, BadPrompts bad) {
  PlannedRun run;
  run.plan.spec = std::move(spec);
  run.plan.prompts = std::move(prompts);
  run.plan.subject = std::move(subject);
  const Axis axis = axis_of(run.plan.prompts);
  Planner planner(run.plan, axis, bad);
  std::vector<ConstantArray> constants = planner.run();
  run.layout = make_layout(run.plan, axis);
  run.layout.constants = std::move(constants);
  run.layout.warnings = planner.take_warnings();
  return run;
}

}  // namespace

PlannedRun make_plan(WorkflowSpec spec, BadPrompts bad) {
  std::unique_ptr<Subject> subject;
  const auto opened = [&]() -> Subject& {
    if (!subject) subject = open_subject(spec);
    return *subject;
  };
  // Bad rows are told together with what stages say of others.
  Prompts prompts = read_prompts(spec.prompts, {spec.base, spec.file, BadPrompts::kept, opened});
  opened();
  spec.prompts = {};  // a list of many is large
  return planned_run(std::move(spec), std::move(prompts), std::move(subject), bad);
}

PlannedRun make_plan(WorkflowSpec spec, Prompts prompts, BadPrompts bad) {
  std::unique_ptr<Subject> subject = open_subject(spec);
  return planned_run(std::move(spec), std::move(prompts), std::move(subject), bad);
}

}  // namespace hookflow::pipeline

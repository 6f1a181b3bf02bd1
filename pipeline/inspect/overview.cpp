#include "pipeline/inspect/overview.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include "pipeline/charts/telling.hpp"
#include "pipeline/terminal/table.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/shell.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/values/spelling.hpp"
#include "pipeline/yaml/node.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kPageColumns = 100;  // of a wide window, and of none

const Variable& widest(const GroupLayout& group) {
  return *std::ranges::max_element(group.variables, {}, [](const Variable& v) { return v.axes.size(); });
}

std::string axis_names(const std::vector<Axis>& axes) {
  std::string text;
  for (const Axis& axis : axes) text += (text.empty() ? "" : ", ") + axis.name;
  return text;
}

/// The first names, as many as stand in a few columns, and how many more.
std::string in_short(const GroupLayout& group) {
  constexpr std::size_t kColumns = 24;
  std::string text;
  std::size_t named = 0;
  for (const Variable& variable : group.variables) {
    if (named > 0 && text.size() + variable.name.size() > kColumns) break;
    text += (named++ == 0 ? "" : ", ") + variable.name;
  }
  const std::size_t more = group.variables.size() - named;
  return text + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

/// A stage's results have an `about`, "measure.prediction: What …"; inputs have none.
std::string stage_type(const GroupLayout& group) { return group.about.substr(0, group.about.find(':')); }

void print_state(const RunFileView& view, const std::string& command, std::ostream& out,
                 const Window& window) {
  out << "model " << root_text(view, "model") << ", " << counted(view.prompts, "prompt") << ", "
      << (view.complete ? window.painted("complete", Ink::green)
                        : window.painted("NOT COMPLETE", Ink::yellow))
      << "\n";
  if (!view.share.empty())
    out << "  share " << view.share << " of a run: results over all prompts come with hookflow merge\n";
  if (!view.complete || !view.failures.empty()) {
    const auto count = [&](PartState state) { return count_of(view.states, state); };
    out << "  prompts: "
        << progress_text(count(PartState::done), count(PartState::failed), count(PartState::pending)) << "\n";
    for (const LaneProgress& lane : view.lanes)
      if (lane.lane.name != kItemsLane)
        out << (lane.lane.has_variants() ? "  variants of " : "  prompts of ") << lane.lane.name << ": "
            << progress_text(lane.done, lane.failed, lane.pending) << "\n";
    if (!view.folds.empty())
      out << "  results over all prompts: " << std::ranges::count(view.fold_done, true) << " of "
          << counted(view.folds.size(), "stage") << " done\n";
  }
  constexpr std::size_t kFailuresShown = 3;
  for (std::size_t i = 0; i < std::min(kFailuresShown, view.failures.size()); ++i) {
    const Failure& failure = view.failures[i];
    const std::string text = "  failed: prompt '" + label_of(view.prompt, failure.prompt) + "', stage '" +
                             failure.stage + "': " + failure.reason;
    out << window.painted(wrapped(text, window.columns, 2), Ink::red) << "\n";
  }
  if (view.failures.size() > kFailuresShown)
    out << "  … and " << view.failures.size() - kFailuresShown << " more: " << command
        << " checkpoint --where state=failed\n";
  const std::vector<Warning> warnings = view.warnings.value_or(std::vector<Warning>());
  for (const WarningKind& kind : kinds_of(warnings))
    out << window.painted("  warning: " + to_string(*kind.first), Ink::yellow)
        << (kind.count > 1 ? ", and " + std::to_string(kind.count - 1) + " more: " + command + " warnings"
                           : "")
        << "\n";
  if (view.sessions.size() > 1)
    out << "  in " << view.sessions.size() << " sessions, stopped and resumed: " << command << " history\n";
}

/// What can be shown beside the results: groups without a stage, and the file's own.
std::string other_tables(const RunFileView& view) {
  std::set<std::string> groups = {kCheckpointGroup, kHistoryGroup};
  if (view.warnings) groups.insert(kWarningsGroup);
  for (const TextTable& table : view.texts) groups.insert(table.group);
  for (const GroupLayout& group : view.groups)
    if (group.about.empty()) groups.insert(group.name);
  std::string text;
  for (const std::string& group : groups) text += (text.empty() ? "" : ", ") + group;
  return text;
}

/// The name of the text that the group's numbers spell; empty: they do not.
std::string spelled_in(const GroupLayout& group) {
  for (const Variable& variable : group.variables)
    if (variable.dtype == Dtype::int64 && !variable.axes.empty() && !variable.axes.back().spells.empty())
      return variable.axes.back().spells;
  return {};
}

}  // namespace

std::string likely_variable(const RunFileView& view) {
  const std::string stored = root_text(view, "workflow");
  const Node workflow = stored.empty() ? Node() : parse_yaml_value(stored);
  const Node* show = workflow.find("show");
  const auto is_measured = [](const Variable& variable) { return variable.dtype != Dtype::int64; };
  std::vector<GroupLayout> results;
  for (const GroupLayout& group : view.groups) {
    if (group.about.empty() || std::ranges::none_of(group.variables, is_measured)) continue;
    for (const Variable& variable : group.variables)
      if (show != nullptr && is_measured(variable) && show->text == group.name + "." + variable.name)
        return show->text;
    results.push_back(group);
  }
  return most_telling(results);
}

std::string progress_text(std::size_t done, std::size_t failed, std::size_t pending) {
  std::string text = std::to_string(done) + " done";
  if (failed > 0) text += ", " + std::to_string(failed) + " failed";
  if (pending > 0) text += ", " + std::to_string(pending) + " pending";
  return text;
}

std::string progress_text(const RunFileView& view) {
  const auto count = [&](PartState state) { return count_of(view.states, state); };
  return std::string(view.complete ? "complete" : "NOT COMPLETE") + ": prompts " +
         progress_text(count(PartState::done), count(PartState::failed), count(PartState::pending));
}

void print_overview(const RunFileView& view, const std::filesystem::path& path, std::ostream& out,
                    const Window& window) {
  const std::string command = "hookflow inspect " + shell_word(path.string());
  const std::string about = root_text(view, "about");
  Window page = window;
  page.columns = std::min(window.columns, kPageColumns);
  out << window.painted(root_text(view, "workflow_name"), Ink::bold) << (about.empty() ? "" : ": ")
      << wrapped(about, page.columns - root_text(view, "workflow_name").size() - 2, 2) << "\n";
  print_state(view, command, out, window);
  Table results({"result", "stage", "axes", "variables"});
  for (const GroupLayout& group : view.groups)
    if (!group.about.empty())
      results.add({group.name, stage_type(group), axis_names(widest(group).axes), in_short(group)});
  out << "\n";
  results.print(out, page);
  out << "\n" << wrapped("more tables: " + other_tables(view), page.columns, 2) << "\n";
  const std::string likely = likely_variable(view);
  out << "\n" << window.painted("next", Ink::bold) << "\n";
  if (!view.complete && !view.being_written)
    out << "  "
        << (view.share.empty() ? "hookflow resume " + shell_word(path.string())
                               : how_share_goes_on(root_text(view, "command_line")))
        << "   # goes on\n";
  if (!likely.empty())
    out << "  " << command << " " << likely << " --top 10\n"
        << "  " << command << " " << likely.substr(0, likely.find('.')) << " --csv\n";
  for (const GroupLayout& group : view.groups)
    if (const std::string text = spelled_in(group); !text.empty())
      out << "  " << command << " " << group.name << "." << text << "\n";
  out << "  " << command << " --all   # every variable with its units and meaning\n";
}

}  // namespace hookflow::pipeline

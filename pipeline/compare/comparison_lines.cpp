#include "pipeline/compare/comparison_lines.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "pipeline/charts/telling.hpp"
#include "pipeline/compare/setting_lines.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using Lines = std::vector<std::string>;

std::string quoted_label(const Axis& axis, std::size_t step) {
  constexpr std::size_t kColumns = 40;
  return "'" + cut_to_columns(label_of(axis, step), kColumns) + "'";
}

/// The labels of some steps, the first few.
std::string labels_text(const Axis& axis, const std::vector<std::size_t>& steps) {
  std::string text;
  for (std::size_t i = 0; i < std::min(kFewShown, steps.size()); ++i)
    text += (i == 0 ? "" : ", ") + quoted_label(axis, steps[i]);
  return text +
         (steps.size() > kFewShown ? " and " + std::to_string(steps.size() - kFewShown) + " more" : "");
}

void add_missing(const Lines& variables, const std::string& file, bool all, Lines& lines) {
  const std::size_t shown = all ? variables.size() : std::min(kFewShown, variables.size());
  std::string text;
  for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + variables[i];
  if (shown < variables.size()) text += " and " + std::to_string(variables.size() - shown) + " more";
  if (!variables.empty()) lines.push_back("in " + file + " only: " + text);
}

/// Labels that are not the same, with the number of variables that have them.
std::map<std::string, std::size_t> label_notes(const RunsBeside& runs) {
  const std::string& first = runs.first.name;
  const std::string& second = runs.second.name;
  std::map<std::string, std::size_t> notes;
  for (const VariableComparison& variable : runs.results.variables)
    for (const MatchedAxis& axis : variable.axes) {
      const std::string& name = axis.first.name;
      if (axis.is_renamed())
        ++notes[name + ": " + quoted_label(axis.first, 0) + " in " + first + " stands beside " +
                quoted_label(axis.second, 0) + " in " + second];
      if (!axis.first_only.empty())
        ++notes[name + ": " + labels_text(axis.first, axis.first_only) + " in " + first + " only"];
      if (!axis.second_only.empty())
        ++notes[name + ": " + labels_text(axis.second, axis.second_only) + " in " + second + " only"];
    }
  return notes;
}

/// Cells that are 1 in one file alone.
void add_flipped(const VariableComparison& variable, double first, std::size_t shown, const std::string& file,
                 Lines& lines) {
  const Agreement& found = variable.agreement;
  const std::size_t count = first == 1 ? found.lowered() : found.raised();
  if (count == 0) return;
  std::string where;
  std::size_t named = 0;
  for (const CellPair& pair : found.farthest())
    if (pair.first == first && named < std::min(shown, count))
      where += (named++ == 0 ? "" : "; ") + variable.place(pair);
  lines.push_back(std::to_string(count) + " are 1 in " + file + " only" +
                  (where.empty() ? "" : ": " + where) + (named > 0 && named < count ? "; …" : ""));
}

}  // namespace

std::string looked_at(const RunsBeside& runs) {
  const std::string likely = likely_variable(runs.first.view);
  std::vector<GroupLayout> differing;
  for (const VariableComparison& variable : runs.results.variables) {
    if (variable.name == likely) return likely;
    if (!variable.is_measure() || variable.is_equal()) continue;
    const std::size_t dot = variable.name.find('.');
    differing.push_back({variable.name.substr(0, dot), "", {variable.variable}});
    differing.back().variables.front().name = variable.name.substr(dot + 1);
  }
  return most_telling(differing);
}

Lines difference_lines(const RunsBeside& runs, bool all) {
  const std::pair<std::string, std::string> files = {runs.first.name, runs.second.name};
  Lines lines = setting_lines(runs.settings.causes, files, all);
  if (lines.empty()) lines.emplace_back("no setting that decides results differs");
  if (all) std::ranges::copy(setting_lines(runs.settings.settings, files, all), std::back_inserter(lines));
  add_missing(runs.results.first_only, files.first, all, lines);
  add_missing(runs.results.second_only, files.second, all, lines);
  const std::map<std::string, std::size_t> notes = label_notes(runs);
  std::size_t noted = 0;
  for (const auto& [note, variables] : notes)
    if (all || noted++ < kFewShown) lines.push_back(note + " (" + counted(variables, "variable") + ")");
  if (!all && notes.size() > kFewShown)
    lines.push_back("… and labels of " + std::to_string(notes.size() - kFewShown) +
                    " more kinds; --all lists them");
  return lines;
}

Lines flip_lines(const RunsBeside& runs, const VariableComparison& variable, std::size_t shown) {
  const Agreement& found = variable.agreement;
  const std::size_t flips = found.both() - found.equal();
  if (variable.is_measure() || !found.is_yes_or_no() || flips == 0) return {};
  Lines lines = {std::to_string(flips) + " of " + std::to_string(found.both()) + " changed between 0 and 1"};
  add_flipped(variable, 1, shown, runs.first.name, lines);
  add_flipped(variable, 0, shown, runs.second.name, lines);
  return lines;
}

}  // namespace hookflow::pipeline

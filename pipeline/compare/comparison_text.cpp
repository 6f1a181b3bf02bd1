#include "pipeline/compare/comparison_text.hpp"

#include <algorithm>
#include <map>
#include <ostream>

#include "pipeline/compare/setting_lines.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/terminal/table.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kRowsShown = 12;  // of the table, where not all is asked for
constexpr std::size_t kFewShown = 5;    // of anything else

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

class ComparisonPrinter {
 public:
  ComparisonPrinter(const RunsBeside& runs, bool all, std::ostream& out)
      : runs_(runs), all_(all), out_(out), window_(output_window()) {}

  void print(const std::string& looked_at) {
    print_runs();
    print_labels();
    print_table();
    for (const VariableComparison& variable : runs_.results.variables)
      if (variable.is_measure() && (all_ || variable.name == looked_at)) print_variable(variable);
    for (const VariableComparison& variable : runs_.results.variables) print_flips(variable);
  }

 private:
  void heading(const std::string& text) { out_ << window_.painted(text, Ink::bold) << "\n"; }
  void line(const std::string& text) { out_ << "  " << wrapped(one_line(text), window_.columns, 4) << "\n"; }

  void print_runs() {
    heading(runs_.first.name + " and " + runs_.second.name);
    for (const OpenRun* run : {&runs_.first, &runs_.second})
      if (!run->view.complete || !run->view.failures.empty())
        out_ << window_.painted("  " + run->name + ": " + progress_text(run->view), Ink::yellow) << "\n";
    const std::pair<std::string, std::string> files = {runs_.first.name, runs_.second.name};
    if (runs_.settings.causes.empty()) line("no setting that decides results differs");
    print_settings(runs_.settings.causes, files, all_, out_);
    if (all_) print_settings(runs_.settings.settings, files, all_, out_);
    print_missing(runs_.results.first_only, runs_.first.name);
    print_missing(runs_.results.second_only, runs_.second.name);
  }

  void print_missing(const std::vector<std::string>& variables, const std::string& file) {
    const std::size_t shown = all_ ? variables.size() : std::min(kFewShown, variables.size());
    std::string text;
    for (std::size_t i = 0; i < shown; ++i) text += (i == 0 ? "" : ", ") + variables[i];
    if (shown < variables.size()) text += " and " + std::to_string(variables.size() - shown) + " more";
    if (!variables.empty()) line("in " + file + " only: " + text);
  }

  /// Labels that are not the same, with the number of variables that have them.
  void print_labels() {
    std::map<std::string, std::size_t> notes;
    for (const VariableComparison& variable : runs_.results.variables)
      for (const MatchedAxis& axis : variable.axes) {
        if (axis.is_renamed())
          ++notes[axis.first.name + ": " + quoted_label(axis.first, 0) + " in " + runs_.first.name +
                  " stands beside " + quoted_label(axis.second, 0) + " in " + runs_.second.name];
        if (!axis.first_only.empty())
          ++notes[axis.first.name + ": " + labels_text(axis.first, axis.first_only) + " in " +
                  runs_.first.name + " only"];
        if (!axis.second_only.empty())
          ++notes[axis.first.name + ": " + labels_text(axis.second, axis.second_only) + " in " +
                  runs_.second.name + " only"];
      }
    std::size_t printed = 0;
    for (const auto& [note, variables] : notes) {
      if (!all_ && printed++ == kFewShown) break;
      line(note + " (" + counted(variables, "variable") + ")");
    }
    if (!all_ && notes.size() > kFewShown)
      line("… and labels of " + std::to_string(notes.size() - kFewShown) + " more kinds; --all lists them");
  }

  void print_table() {
    Table table({"variable", "values", "equal", "r", "top 10", "largest difference", "at"});
    std::size_t equal = 0;
    std::size_t more = 0;
    std::size_t rows = 0;
    for (const VariableComparison& variable : runs_.results.variables) {
      if (!all_ && variable.is_equal())
        ++equal;
      else if (!all_ && rows == kRowsShown)
        ++more;
      else
        table.add(row_of(variable)), ++rows;
    }
    out_ << "\n";
    if (rows > 0) table.print(out_, window_);
    if (more > 0) line("… and " + counted(more, "more variable") + " that differ; --all lists them");
    if (equal > 0) line(counted(equal, "variable") + (equal == 1 ? " is" : " are") + " equal in every value");
  }

  /// Why no cells of both can be compared; empty: some can.
  static std::string why_unmatched(const VariableComparison& variable) {
    for (const MatchedAxis& axis : variable.axes)
      if (axis.steps.empty()) return "no label in common along " + axis.first.name;
    return variable.problem;
  }

  static Table::Row row_of(const VariableComparison& variable) {
    if (const std::string why = why_unmatched(variable); !why.empty())
      return {variable.name, "-", "-", "-", "-", "-", why};
    const Agreement& found = variable.agreement;
    Table::Row row = {
        variable.name, std::to_string(found.both()), std::to_string(found.equal()), "-", "-", "-", ""};
    if (variable.is_id) return row;
    row[3] = shown_number(found.correlation());
    if (variable.is_measure() && found.both() > LargestPairs::kMost)
      row[4] =
          std::to_string(variable.ranking.in_common()) + " of " + std::to_string(variable.ranking.most());
    if (const std::vector<CellPair> farthest = found.farthest(); !farthest.empty()) {
      row[5] = shown_number(farthest.front().difference());
      row[6] = variable.place(farthest.front());
    }
    return row;
  }

  void print_variable(const VariableComparison& variable) {
    const std::vector<CellPair> farthest = variable.agreement.farthest();
    if (farthest.empty()) return;
    out_ << "\n";
    const std::string units = variable.variable.units == "1" ? "" : ", " + variable.variable.units;
    heading("largest differences of " + variable.name + units);
    Table differences({"at", "in " + runs_.first.name, "in " + runs_.second.name, "difference"});
    for (std::size_t i = 0; i < shown(farthest.size()); ++i)
      differences.add({variable.place(farthest[i]), shown_number(farthest[i].first),
                       shown_number(farthest[i].second), shown_number(farthest[i].difference())});
    differences.print(out_, window_);
    print_ranks(variable);
  }

  void print_ranks(const VariableComparison& variable) {
    const std::vector<RankedPair> changes = variable.ranking.changes();
    if (variable.agreement.both() <= LargestPairs::kMost || changes.empty()) return;
    out_ << "\n";
    heading("changed rank by magnitude, of the largest in either: " +
            std::to_string(variable.ranking.in_common()) + " of the top " +
            std::to_string(variable.ranking.most()) + " in common");
    Table ranks({"at", "rank in " + runs_.first.name, "rank in " + runs_.second.name, "values"});
    for (std::size_t i = 0; i < shown(changes.size()); ++i)
      ranks.add({variable.place(changes[i].pair), std::to_string(changes[i].first_rank),
                 std::to_string(changes[i].second_rank),
                 shown_number(changes[i].pair.first) + " and " + shown_number(changes[i].pair.second)});
    ranks.print(out_, window_);
  }

  void print_flips(const VariableComparison& variable) {
    const Agreement& found = variable.agreement;
    const std::size_t flips = found.both() - found.equal();
    if (variable.is_measure() || !found.is_yes_or_no() || flips == 0) return;
    out_ << "\n";
    heading(variable.name + ": " + std::to_string(flips) + " of " + std::to_string(found.both()) +
            " changed between 0 and 1");
    print_flipped(variable, 1, found.lowered(), runs_.first.name);
    print_flipped(variable, 0, found.raised(), runs_.second.name);
  }

  /// Cells that are 1 in one file alone.
  void print_flipped(const VariableComparison& variable, double first, std::size_t count,
                     const std::string& file) {
    if (count == 0) return;
    std::string where;
    std::size_t named = 0;
    for (const CellPair& pair : variable.agreement.farthest())
      if (pair.first == first && named < shown(count))
        where += (named++ == 0 ? "" : "; ") + variable.place(pair);
    line(std::to_string(count) + " are 1 in " + file + " only" + (where.empty() ? "" : ": " + where) +
         (named > 0 && named < count ? "; …" : ""));
  }

  [[nodiscard]] std::size_t shown(std::size_t count) const {
    return all_ ? count : std::min(kFewShown, count);
  }

  const RunsBeside& runs_;
  bool all_;
  std::ostream& out_;
  Window window_;
};

}  // namespace

void print_comparison(const RunsBeside& runs, const std::string& looked_at, bool all, std::ostream& out) {
  ComparisonPrinter(runs, all, out).print(looked_at);
}

}  // namespace hookflow::pipeline

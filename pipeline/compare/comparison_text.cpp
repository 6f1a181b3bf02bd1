#include "pipeline/compare/comparison_text.hpp"

#include <algorithm>
#include <ostream>

#include "pipeline/compare/comparison_lines.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/terminal/table.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kRowsShown = 12;  // of the table, where not all is asked for

class ComparisonPrinter {
 public:
  ComparisonPrinter(const RunsBeside& runs, bool all, std::ostream& out)
      : runs_(runs), all_(all), out_(out), window_(output_window()) {}

  void print() {
    print_runs();
    print_table();
    const std::string seen = looked_at(runs_);
    for (const VariableComparison& variable : runs_.results.variables)
      if (variable.is_measure() && (all_ || variable.name == seen)) print_variable(variable);
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
    for (const std::string& text : difference_lines(runs_, all_)) line(text);
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

  static Table::Row row_of(const VariableComparison& variable) {
    if (const std::string why = variable.why_unmatched(); !why.empty())
      return {variable.name, "-", "-", "-", "-", "-", why};
    const Agreement& found = variable.agreement;
    Table::Row row = {
        variable.name, std::to_string(found.both()), std::to_string(found.equal()), "-", "-", "-", ""};
    if (variable.is_id) return row;
    row[3] = shown_number(found.correlation());
    if (variable.is_ranked() && found.both() > LargestPairs::kMost)
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
    if (!variable.is_ranked() || variable.agreement.both() <= LargestPairs::kMost || changes.empty()) return;
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
    const std::vector<std::string> flips =
        flip_lines(runs_, variable, all_ ? LargestPairs::kMost : kFewShown);
    if (flips.empty()) return;
    out_ << "\n";
    heading(variable.name + ": " + flips.front());
    for (std::size_t i = 1; i < flips.size(); ++i) line(flips[i]);
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

void print_comparison(const RunsBeside& runs, bool all, std::ostream& out) {
  ComparisonPrinter(runs, all, out).print();
}

}  // namespace hookflow::pipeline

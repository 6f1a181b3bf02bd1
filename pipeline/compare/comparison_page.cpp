#include "pipeline/compare/comparison_page.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "pipeline/compare/comparison_answer.hpp"
#include "pipeline/compare/comparison_data.hpp"
#include "pipeline/compare/comparison_lines.hpp"
#include "pipeline/figures/beside.hpp"
#include "pipeline/report/page/html.hpp"
#include "pipeline/report/page/page.hpp"
#include "pipeline/report/parts.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::string name_of(const RunsBeside& pair) { return pair.first.name + " and " + pair.second.name; }

/// What differs, how alike the variable is that readers want first, and behind it each that is not equal.
std::string answer_section(const std::vector<RunsBeside>& pairs, bool all) {
  std::string html;
  for (const RunsBeside& pair : pairs) {
    std::vector<std::string> sentences = difference_lines(pair, all);
    sentences.push_back(equality_sentence(pair));
    html +=
        "<h3>" + escaped(name_of(pair)) + "</h3>\n<ul dir=\"auto\">\n" + list_items(sentences) + "</ul>\n";
    const std::vector<StageAnswer> answers = variable_answers(pair);
    const auto first = std::ranges::find(answers, looked_at(pair), &StageAnswer::stage);
    if (first != answers.end()) html += answers_part({*first});
    if (!answers.empty())
      html += "<details class=\"answers\">\n<summary>Every variable that is not equal</summary>\n" +
              answers_part(answers) + "</details>\n";
  }
  return html;
}

/// Those of variables that were compared and are not equal in every value, a row of all runs each.
std::string figures_section(Page& page, const std::vector<OpenRun>& runs,
                            const std::vector<RunsBeside>& pairs) {
  std::map<std::string, bool> compared;  // whether it differs
  for (const RunsBeside& pair : pairs)
    for (const VariableComparison& variable : pair.results.variables) {
      bool& differs = compared[variable.name];
      differs = differs || !variable.is_equal();
    }
  std::vector<DrawnRun> drawn;
  for (const OpenRun& run : runs) drawn.push_back({run.name, run.file, run.view});
  std::string html;
  for (const std::vector<Figure>& row : figures_beside(drawn, compared)) {
    html += "<div class=\"beside\">\n";
    for (const Figure& figure : row) html += page.figure(figure);
    html += "</div>\n";
  }
  return html;
}

std::vector<DataTable> comparison_tables(const std::vector<RunsBeside>& pairs) {
  std::vector<DataTable> tables;
  for (const RunsBeside& pair : pairs) {
    std::ostringstream csv;
    print_csv_rows(pair, true, csv);
    tables.push_back({name_of(pair), "how far each variable agrees, over cells that have the same labels", "",
                      csv.str(), pair.results.variables.size(), true});
  }
  return tables;
}

std::string record_section(Page& page, const std::vector<OpenRun>& runs) {
  std::string html;
  for (const OpenRun& run : runs)
    html += "<details class=\"table\"><summary><b>" + escaped(run.name) + "</b></summary>\n" +
            record_part(page, run.file, run.view) + "</details>\n";
  return html;
}

}  // namespace

std::string comparison_page(const std::vector<OpenRun>& runs, const std::vector<RunsBeside>& pairs,
                            bool all) {
  Page page;
  PageSections sections;
  for (const OpenRun& run : runs) sections.files += run_line(run.file, run.view);
  sections.answer = answer_section(pairs, all);
  sections.figures = figures_section(page, runs, pairs);
  sections.tables = page.tables(comparison_tables(pairs));
  sections.record = record_section(page, runs);
  const RunFileView& first = runs.front().view;
  return page.html({root_text(first, "workflow_name") + ": " + counted(runs.size(), "run") + " compared",
                    root_text(first, "about"), root_text(first, "program_version")},
                   sections);
}

}  // namespace hookflow::pipeline

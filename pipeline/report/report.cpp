#include "pipeline/report/report.hpp"

#include "pipeline/report/answer/answer.hpp"
#include "pipeline/report/answer/brief.hpp"
#include "pipeline/report/data_tables.hpp"
#include "pipeline/report/page/html.hpp"
#include "pipeline/report/page/page.hpp"
#include "pipeline/report/parts.hpp"

namespace hookflow::pipeline {
namespace {

/// A few sentences, and behind them all.
std::string answer_section(const RunFile& run, const RunFileView& view) {
  const std::vector<StageAnswer> answers = stage_answers(run, view);
  std::string html = "<ul class=\"brief\" dir=\"auto\">\n" + list_items(run_sentences(view));
  for (const BriefSentence& brief : brief_sentences(view, answers))
    html += "<li>" + spelled(brief.sentence) + " <code>" + escaped(brief.stage) + "</code></li>\n";
  html += list_items(warning_sentences(view));
  return html + "</ul>\n<details class=\"answers\">\n<summary>Every result in a sentence</summary>\n" +
         answers_part(answers) + "</details>\n";
}

std::string page_of(const RunFile& run) {
  const RunFileView view = read_run_file(run);
  Page page;
  PageSections sections;
  sections.files = run_line(run, view);
  sections.answer = answer_section(run, view);
  for (const Figure& figure : figures_of(run, view)) sections.figures += page.figure(figure);
  sections.tables = page.tables(result_tables(run, view));
  sections.record = record_part(page, run, view);
  return page.html(
      {root_text(view, "workflow_name"), root_text(view, "about"), root_text(view, "program_version")},
      sections);
}

}  // namespace

std::string report_page(const RunFile& run) {
  return blame_file(run.path().string(), [&] { return page_of(run); });
}

std::filesystem::path report_path(std::filesystem::path run_file) {
  return run_file.replace_extension(".html");
}

}  // namespace hookflow::pipeline

#include "pipeline/report/parts.hpp"

#include "pipeline/report/data_tables.hpp"
#include "pipeline/report/page/html.hpp"
#include "pipeline/report/workflow_yaml.hpp"
#include "pipeline/text/embedded.hpp"

namespace hookflow::pipeline {
namespace {

std::string provenance_rows(const RunFileView& view) {
  std::string html;
  for (const auto& [name, value] : view.root)
    if (name != "workflow" && name != "about")
      html += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
  return html;
}

}  // namespace

std::string list_items(const std::vector<std::string>& sentences) {
  std::string html;
  for (const std::string& sentence : sentences) html += "<li>" + escaped(sentence) + "</li>\n";
  return html;
}

std::string spelled(const Sentence& sentence) {
  return "<span class=\"subject\">" + escaped(sentence.subject) + ":</span> " + escaped(sentence.text);
}

std::string answers_part(const std::vector<StageAnswer>& answers) {
  std::string html = "<dl dir=\"auto\">\n";
  for (const StageAnswer& answer : answers) {
    html += "<dt>" + escaped(answer.stage) + "</dt>\n<dd>";
    for (const Sentence& sentence : answer.sentences) html += "<p>" + spelled(sentence) + "</p>\n";
    if (answer.sentences.empty()) html += "<p class=\"none\">no values, or no summary</p>";
    html += "</dd>\n";
  }
  return html + "</dl>\n";
}

std::string record_part(Page& page, const RunFile& run, const RunFileView& view) {
  return filled_page(embedded_text("pipeline/report/record.html"),
                     {{"workflow", escaped(workflow_yaml(stored_workflow(view)))},
                      {"record", page.tables(record_tables(run, view))},
                      {"provenance", provenance_rows(view)}});
}

}  // namespace hookflow::pipeline

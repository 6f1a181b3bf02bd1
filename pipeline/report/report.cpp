#include "pipeline/report/report.hpp"

#include <fstream>
#include <sstream>
#include <string_view>

#include "pipeline/figures/figure.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/render/vega_files.hpp"
#include "pipeline/report/answer/answer.hpp"
#include "pipeline/report/answer/brief.hpp"
#include "pipeline/report/data_tables.hpp"
#include "pipeline/report/html.hpp"
#include "pipeline/report/packed.hpp"
#include "pipeline/report/workflow_yaml.hpp"
#include "pipeline/text/embedded.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::string contents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

/// Writes the sections of one run. What a section shows by script is packed behind them all, each block with
/// an id.
class ReportWriter {
 public:
  ReportWriter(const RunFile& run)
      : run_(run), view_(read_run_file(run)), answers_(stage_answers(run_, view_)) {}

  std::string page() {
    const VegaFiles vega = find_vega();
    pack("vega", contents_of(vega.vega));
    pack("vega-lite", contents_of(vega.vega_lite));
    pack("vega-embed", contents_of(vega.vega_embed));
    std::map<std::string, std::string, std::less<>> parts = {
        {"title", escaped(root_text(view_, "workflow_name"))},
        {"about", escaped(root_text(view_, "about"))},
        {"state", view_.complete ? "complete" : "incomplete"},
        {"state_text", escaped(view_.complete ? "complete" : progress_text(view_))},
        {"file", escaped(run_.path().filename().string())},
        {"version", escaped(root_text(view_, "program_version"))},
        {"brief", brief_section()},
        {"answers", answers_section()},
        {"figures", figures_section()},
        {"tables", tables_section(result_tables(run_, view_))},
        {"workflow", escaped(workflow_yaml(stored_workflow(view_)))},
        {"provenance", provenance_section()},
        {"record", tables_section(record_tables(run_, view_))},
        {"css", std::string(embedded_text("pipeline/report/page.css"))},
        {"js", std::string(embedded_text("pipeline/report/page.js"))},
        {"table_js", std::string(embedded_text("pipeline/report/table.js"))}};
    parts["packed"] = packed_;
    return filled_page(embedded_text("pipeline/report/page.html"), parts);
  }

 private:
  void pack(const std::string& id, std::string_view bytes) {
    packed_ += "<script type=\"application/gzip\" id=\"" + id + "\">" + packed(bytes) + "</script>\n";
  }

  static std::string spelled(const Sentence& sentence) {
    return "<span class=\"subject\">" + escaped(sentence.subject) + ":</span> " + escaped(sentence.text);
  }

  [[nodiscard]] std::string brief_section() const {
    std::string html;
    for (const std::string& sentence : run_sentences(view_)) html += "<li>" + escaped(sentence) + "</li>\n";
    for (const BriefSentence& brief : brief_sentences(view_, answers_))
      html += "<li>" + spelled(brief.sentence) + " <code>" + escaped(brief.stage) + "</code></li>\n";
    for (const std::string& sentence : warning_sentences(view_))
      html += "<li>" + escaped(sentence) + "</li>\n";
    return html;
  }

  [[nodiscard]] std::string answers_section() const {
    std::string html;
    for (const StageAnswer& answer : answers_) {
      html += "<dt>" + escaped(answer.stage) + "</dt>\n<dd>";
      for (const Sentence& sentence : answer.sentences) html += "<p>" + spelled(sentence) + "</p>\n";
      if (answer.sentences.empty()) html += "<p class=\"none\">no values yet, or no summary</p>";
      html += "</dd>\n";
    }
    return html;
  }

  std::string figures_section() {
    std::string html;
    std::size_t number = 0;
    for (const Figure& figure : figures_of(run_, view_)) {
      const std::string id = "figure-" + std::to_string(++number);
      pack(id, figure.spec.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
      html += "<figure data-spec=\"" + id + "\" data-name=\"" + escaped(figure.id) + "\"" +
              (figure.large ? " data-large" : "") + ">\n<figcaption><h3>" + escaped(figure.title) +
              "</h3><p>" + escaped(figure.note) + " <code>" + escaped(figure.id) +
              "</code></p></figcaption>\n<div class=\"drawing\"></div>\n</figure>\n";
    }
    return html.empty() ? "<p class=\"none\">Nothing that is kept can be drawn.</p>" : html;
  }

  std::string tables_section(const std::vector<DataTable>& tables) {
    std::string html;
    for (const DataTable& table : tables) {
      const std::string id = "table-" + std::to_string(++tables_);
      if (!table.csv.empty()) pack(id, table.csv);
      const std::string size = table.csv.empty() ? "" : counted(table.rows, "row");
      html += "<details class=\"table\"" + (table.csv.empty() ? "" : " data-csv=\"" + id + "\"") +
              "><summary><b>" + escaped(table.name) + "</b> <span>" + size + "</span></summary>\n<p>" +
              escaped(table.about) + "</p>" +
              (table.note.empty() ? "" : "<p>" + escaped(table.note) + "</p>") + "\n</details>\n";
    }
    return html;
  }

  [[nodiscard]] std::string provenance_section() const {
    std::string html;
    for (const auto& [name, value] : view_.root)
      if (name != "workflow" && name != "about")
        html += "<tr><th>" + escaped(name) + "</th><td>" + escaped(value) + "</td></tr>\n";
    return html;
  }

  const RunFile& run_;
  RunFileView view_;
  std::vector<StageAnswer> answers_;
  std::string packed_;
  std::size_t tables_ = 0;
};

}  // namespace

std::string report_page(const RunFile& run) {
  return blame_file(run.path().string(), [&] { return ReportWriter(run).page(); });
}

std::filesystem::path report_path(std::filesystem::path run_file) {
  return run_file.replace_extension(".html");
}

}  // namespace hookflow::pipeline

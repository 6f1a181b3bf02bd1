#include "pipeline/report/page/page.hpp"

#include <fstream>
#include <sstream>

#include "pipeline/inspect/overview.hpp"
#include "pipeline/render/vega_files.hpp"
#include "pipeline/report/page/html.hpp"
#include "pipeline/report/page/packed.hpp"
#include "pipeline/text/embedded.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

std::string contents_of(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string page_text(const std::string& name) {
  return std::string(embedded_text("pipeline/report/page/" + name));
}

}  // namespace

std::string run_line(const RunFile& run, const RunFileView& view) {
  return "<p class=\"file\"><code dir=\"auto\">" + escaped(run.path().filename().string()) +
         "</code> <span class=\"state " + (view.complete ? "complete" : "incomplete") + "\">" +
         escaped(view.complete ? "complete" : progress_text(view)) + "</span></p>\n";
}

Page::Page() {
  const VegaFiles vega = find_vega();
  pack("vega", contents_of(vega.vega));
  pack("vega-lite", contents_of(vega.vega_lite));
  pack("vega-embed", contents_of(vega.vega_embed));
}

void Page::pack(const std::string& id, std::string_view bytes) {
  packed_ += "<script type=\"application/gzip\" id=\"" + id + "\">" + packed(bytes) + "</script>\n";
}

std::string Page::figure(const Figure& figure) {
  const std::string caption = "<figcaption><h3>" + escaped(figure.title) + "</h3><p>" + escaped(figure.note) +
                              " <code>" + escaped(figure.id) + "</code></p></figcaption>\n";
  if (figure.empty) return "<figure>\n" + caption + "</figure>\n";
  const std::string id = "figure-" + std::to_string(++figures_);
  pack(id, figure.spec.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  return "<figure data-spec=\"" + id + "\" data-name=\"" + escaped(figure.id) + "\"" +
         (figure.large ? " data-large" : "") + ">\n" + caption + "<div class=\"drawing\"></div>\n</figure>\n";
}

std::string Page::tables(const std::vector<DataTable>& tables) {
  std::string html;
  for (const DataTable& table : tables) {
    const std::string id = "table-" + std::to_string(++tables_);
    if (!table.csv.empty()) pack(id, table.csv);
    const std::string size = table.csv.empty() ? "" : counted(table.rows, "row");
    html += "<details class=\"table\"" + (table.csv.empty() ? "" : " data-csv=\"" + id + "\"") +
            (table.open ? " open" : "") + "><summary><b>" + escaped(table.name) + "</b> <span>" + size +
            "</span></summary>\n<p>" + escaped(table.about) + "</p>" +
            (table.note.empty() ? "" : "<p>" + escaped(table.note) + "</p>") + "\n</details>\n";
  }
  return html;
}

std::string Page::html(const PageHead& head, const PageSections& sections) const {
  const std::string nothing = "<p class=\"none\">Nothing that is kept can be drawn.</p>";
  return filled_page(page_text("page.html"),
                     {{"title", escaped(head.title)},
                      {"about", escaped(head.about)},
                      {"version", escaped(head.version)},
                      {"files", sections.files},
                      {"answer", sections.answer},
                      {"figures", sections.figures.empty() ? nothing : sections.figures},
                      {"tables", sections.tables},
                      {"record", sections.record},
                      {"css", page_text("page.css")},
                      {"js", page_text("page.js")},
                      {"table_js", page_text("table.js")},
                      {"packed", packed_}});
}

}  // namespace hookflow::pipeline

#include "pipeline/command/after_run.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/render/vega_files.hpp"
#include "pipeline/report/page/page_file.hpp"
#include "pipeline/report/report.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

int report(const std::vector<std::string>& arguments) {
  Options options(
      "report FILE.h5 [options]",
      "Writes what a run came to as one page for a browser, which needs nothing else: the answer in "
      "sentences, figures, tables, and how it was made. Of a run that is not finished, what is there.",
      "report head_sweep.h5 -o sweep.html");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.add()("out,o", po::value<std::string>()->value_name("FILE.html"),
                "the page; default: the run file's name with .html; only another report is replaced");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  const std::filesystem::path to = options.get_or("out", report_path(path).string());
  expect_page_file(to);
  write_page(to, report_page(open_run_file(path, options)));
  return exit_code::kDone;
}

std::function<void()> prepare_report(const std::filesystem::path& run_file, const std::string& value) {
  const std::filesystem::path to = value.empty() ? report_path(run_file) : std::filesystem::path(value);
  find_vega();
  expect_page_file(to);
  return [run_file, to] { write_page(to, report_page(RunFile(run_file))); };
}

const bool kReport = register_command({"report", "write what a run came to as a page for a browser", report});
const bool kAfterRun = register_after_run(
    {"report", "FILE.html",
     "at the end write a report, as `hookflow report` does; --report=FILE.html says where", prepare_report});

}  // namespace
}  // namespace hookflow::pipeline

#include <filesystem>
#include <iostream>
#include <set>
#include <utility>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/compare/comparison_data.hpp"
#include "pipeline/compare/comparison_page.hpp"
#include "pipeline/compare/comparison_text.hpp"
#include "pipeline/error.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/report/page/page_file.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;
using Words = std::vector<std::string>;

std::vector<OpenRun> open_runs(const Options& options) {
  const Words paths = options.get_or("files", Words());
  if (paths.size() < 2) throw UsageError("compare: names two run files or more; `hookflow compare --help`");
  std::vector<OpenRun> runs;
  for (const std::string& path : paths) {
    RunFile file = open_run_file(path, options);
    RunFileView view = read_run_file(file);
    runs.push_back({path, std::move(file), std::move(view)});
  }
  return runs;
}

SettingsComparison settings_of(const OpenRun& first, const OpenRun& second) {
  return first.file.read([&](const h5::File& one) {
    return second.file.read([&](const h5::File& other) { return compare_settings(one, other); });
  });
}

/// Calls them by their files' names, without folders, where that tells them from each other.
void shorten_names(std::vector<OpenRun>& runs) {
  std::set<std::string> names;
  for (const OpenRun& run : runs) names.insert(run.file.path().filename().string());
  if (names.size() < runs.size()) return;
  for (OpenRun& run : runs) run.name = run.file.path().filename().string();
}

/// Every two of the runs, in order.
template <class Use>
void for_pairs(const std::vector<OpenRun>& runs, const Words& only, const Use& use) {
  for (std::size_t first = 0; first < runs.size(); ++first)
    for (std::size_t second = first + 1; second < runs.size(); ++second)
      use(RunsBeside{runs[first], runs[second], settings_of(runs[first], runs[second]),
                     compare_results(runs[first], runs[second], only)});
}

void print_pairs(const std::vector<OpenRun>& runs, const Words& only, const Options& options) {
  std::string separator;
  if (options.has("json")) {
    std::cout << "[";
    for_pairs(runs, only, [&](const RunsBeside& pair) {
      std::cout << std::exchange(separator, ",\n") << comparison_json(pair);
    });
    std::cout << "]\n";
  } else if (options.has("csv")) {
    bool header = true;
    for_pairs(runs, only,
              [&](const RunsBeside& pair) { print_csv_rows(pair, std::exchange(header, false), std::cout); });
  } else {
    for_pairs(runs, only, [&](const RunsBeside& pair) {
      std::cout << std::exchange(separator, "\n");
      print_comparison(pair, options.has("all"), std::cout);
    });
  }
}

std::filesystem::path page_path(const Options& options, const OpenRun& first) {
  const std::string given = options.get<std::string>("report");
  if (!given.empty()) return given;
  const std::filesystem::path beside = first.file.path();
  return beside.parent_path() / (beside.stem().string() + "_compared.html");
}

void write_comparison(std::vector<OpenRun> runs, const Words& only, const Options& options) {
  if (options.has("json") || options.has("csv"))
    throw UsageError("compare: --report, --json and --csv exclude each other");
  const std::filesystem::path to = page_path(options, runs.front());
  expect_page_file(to);
  shorten_names(runs);
  std::vector<RunsBeside> pairs;
  for_pairs(runs, only, [&](const RunsBeside& pair) { pairs.push_back(pair); });
  write_page(to, comparison_page(runs, pairs, options.has("all")));
}

int compare(const Words& arguments) {
  Options options("compare FIRST.h5 SECOND.h5 [MORE.h5...] [options]",
                  "Puts runs of one workflow beside each other that differ in prompts, model, replacement or "
                  "precision: what is set otherwise and, of each variable, over the cells that have the same "
                  "labels, Pearson's correlation, the largest differences, which cells changed rank by "
                  "magnitude, and which changed between 0 and 1, as where something is significant. Several "
                  "files are compared two by two. `hookflow diff` says whether two are equal to the bit.",
                  "compare zero.h5 mean.h5 --only scores");
  options.positional("files", -1, "run files", "FILE.h5");
  options.add()("only", po::value<Words>()->composing()->value_name("RESULT"),
                "STAGE or STAGE.VARIABLE: compare nothing else; may be repeated")(
      "all,a", "every variable and setting that differs, and all of what is listed")(
      "csv", "a row for each variable of each two files")("json",
                                                          "all of it as JSON, a list of each two files")(
      "report", po::value<std::string>()->implicit_value("")->value_name("FILE.html"),
      "as a page for a browser, with the figures of all files beside each other; --report=FILE.html says "
      "where, default: the first file's name with _compared.html; only another report is replaced");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  Words only = options.get_or("only", Words());
  for (std::string& name : only) name = dotted(name);
  std::vector<OpenRun> runs = open_runs(options);
  if (options.has("report"))
    write_comparison(std::move(runs), only, options);
  else
    print_pairs(runs, only, options);
  return exit_code::kDone;
}

const bool kCompare = register_command({"compare", "put runs beside each other, for people", compare});

}  // namespace
}  // namespace hookflow::pipeline

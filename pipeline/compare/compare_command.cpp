#include <iostream>
#include <utility>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/compare/comparison_data.hpp"
#include "pipeline/compare/comparison_text.hpp"
#include "pipeline/error.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/inspect/overview.hpp"

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

/// What the text looks at closely: of the variables of both, what the first workflow shows first, or else the
/// first that is measured.
std::string looked_at(const OpenRun& first, const ResultsComparison& results) {
  const std::string likely = likely_variable(first.view);
  std::string measured;
  for (const VariableComparison& variable : results.variables) {
    if (variable.name == likely) return likely;
    if (measured.empty() && variable.is_measure() && !variable.is_equal()) measured = variable.name;
  }
  return measured;
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
      print_comparison(pair, looked_at(pair.first, pair.results), options.has("all"), std::cout);
    });
  }
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
                                                          "all of it as JSON, a list of each two files");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  Words only = options.get_or("only", Words());
  for (std::string& name : only) name = dotted(name);
  print_pairs(open_runs(options), only, options);
  return exit_code::kDone;
}

const bool kCompare = register_command({"compare", "put runs beside each other, for people", compare});

}  // namespace
}  // namespace hookflow::pipeline

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <limits>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/error.hpp"
#include "pipeline/export/npy.hpp"
#include "pipeline/export/tables.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/output/new_files.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

struct Export {
  const RunFile& run;
  const RunFileView& view;
  Words conditions;
  bool npy = false;
  std::vector<ExportTable> tables{};
  std::vector<Sheet> sheets{};  // of each table, with the rows that the conditions choose
};

/// csv or npy, as --format or else the output's ending says.
bool is_npy(const Options& options) {
  const std::string ending = fs::path(options.get_or("out", std::string())).extension().string();
  const std::string format = options.get_or("format", std::string(ending == ".npy" ? "npy" : "csv"));
  if (format != "csv" && format != "npy")
    throw UsageError("export: --format " + format + ": must be csv or npy");
  return format == "npy";
}

void choose(Export& what, const Words& names) {
  what.tables = what.npy ? arrays_of(what.run, what.view, names) : tables_of(what.run, what.view, names);
  for (const ExportTable& table : what.tables) {
    Sheet sheet = group_sheet(what.run, what.view, table.what(), "export").sheet;
    for (const std::string& condition : what.conditions) sheet.where(condition);
    if (what.npy && !sheet.rows().is_grid())
      throw UsageError("export: --where chooses single values of " + table.what() +
                       ", which make no array; choose labels of its axes, or --format csv");
    what.sheets.push_back(std::move(sheet));
  }
}

/// What a reader must know of the values, on stderr.
void tell_progress(const Export& what) {
  if (!what.view.complete || !what.view.failures.empty())
    std::cerr << "hookflow: " << what.run.path().string() << ": " << progress_text(what.view)
              << "; what is missing has no value\n";
}

void print_table(const Sheet& sheet, std::ostream& out) {
  sheet.print_csv(out, std::numeric_limits<std::size_t>::max());
}

bool is_folder(const fs::path& out) {
  std::error_code none;
  return !out.has_filename() || fs::is_directory(out, none);
}

/// The files of the tables; a .npy is followed by its description.
std::vector<fs::path> paths_of(const Export& what, const fs::path& out) {
  if (!is_folder(out) && what.tables.size() > 1)
    throw UsageError("export: " + std::to_string(what.tables.size()) + " files are to be written, so --out " +
                     out.string() + " must be a folder: " + out.string() + "/");
  std::vector<fs::path> paths;
  for (const ExportTable& table : what.tables) {
    const fs::path path = is_folder(out) ? out / (table.name + (what.npy ? ".npy" : ".csv")) : out;
    paths.push_back(path);
    if (what.npy) paths.push_back(fs::path(path).replace_extension(".json"));
  }
  return paths;
}

void write_files(const Export& what, const fs::path& out, bool replace) {
  const std::vector<fs::path> paths = paths_of(what, out);
  if (is_folder(out)) fs::create_directories(out);
  NewFiles files(paths, {.any = replace});
  for (std::size_t i = 0; i < what.tables.size(); ++i) {
    const ChosenRows& cells = what.sheets[i].rows();
    if (!what.npy) {
      files.write(i, [&](std::ostream& to) { print_table(what.sheets[i], to); });
      continue;
    }
    files.write(2 * i, [&](std::ostream& to) { write_npy(what.run, what.tables[i], cells, to); });
    files.write(2 * i + 1, [&](std::ostream& to) {
      to << npy_description(what.run, what.view, what.tables[i], cells, what.conditions);
    });
  }
  files.place();
  for (const fs::path& path : paths) std::cout << path.string() << "\n";
}

/// The first few, each by its first variable and axes.
std::string some_tables(const std::vector<ExportTable>& tables) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, tables.size()); ++i) {
    const StoredDataset& first = tables[i].variables.front();
    text += (i == 0 ? "" : ", ") + tables[i].group + "." + first.name + " " + axes_text(first.axes);
  }
  return text + (tables.size() > kShown ? ", …" : "");
}

void print_one(const Export& what) {
  if (what.npy) throw UsageError("export: --format npy writes files: --out says where, FILE.npy or FOLDER/");
  if (what.tables.size() > 1)
    throw UsageError("export: " + counted(what.tables.size(), "table") + " of different axes, " +
                     some_tables(what.tables) +
                     ": name variables of one, put some beside each other, as in scores.one,other, or "
                     "write all into a folder, --out FOLDER/");
  print_table(what.sheets.front(), std::cout);
}

int run_export(const Words& arguments) {
  Options options("export FILE.h5 [GROUP[.VARIABLE[,VARIABLE...]]...] [options]",
                  "Writes results for other programs: as CSV, a row for each combination of labels and a "
                  "column for each axis and variable, to standard output or into files; or as arrays of "
                  "numpy's, each with a JSON file that tells its axes. Without names, all that is kept.",
                  "export head_sweep.h5 scores.prob_change --where layer=3 --out layer_3.csv");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.positional("what", -1, "groups, group.variable or group.variable,variable", "RESULT");
  options.add()("where", po::value<Words>()->composing()->value_name("COLUMN=VALUE"),
                "COLUMN=VALUE: only rows where that axis, variable or column of the prompts has the value; "
                "may be repeated")("format", po::value<std::string>()->value_name("csv|npy"),
                                   "csv or npy; default: as the output is called, else csv")(
      "out,o", po::value<std::string>()->value_name("FILE"),
      "the file to write; or a folder, FOLDER/, for a file a table; default: standard output")(
      "force", "replace files that exist; run files are never replaced");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  const bool npy = is_npy(options);
  const RunFile run = open_run_file(path, options);
  const RunFileView view = read_run_file(run);
  Export what{run, view, options.get_or("where", Words()), npy};
  choose(what, options.get_or("what", Words()));
  if (options.has("out"))
    write_files(what, options.get<std::string>("out"), options.has("force"));
  else
    print_one(what);
  tell_progress(what);
  return exit_code::kDone;
}

const bool kExport = register_command({"export", "write results as CSV or numpy arrays", run_export});

}  // namespace
}  // namespace hookflow::pipeline

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <limits>

#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/error.hpp"
#include "pipeline/inspect/group_sheet.hpp"
#include "pipeline/inspect/listing.hpp"
#include "pipeline/inspect/overview.hpp"
#include "pipeline/inspect/own_sheets.hpp"
#include "pipeline/inspect/shards_table.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// Exit code 3 if something is damaged.
int verify(const RunFile& file) {
  const Damage damage = verify_run_file(file);
  if (!damage.any()) {
    std::cout << file.path().string() << ": every stored result matches its checksum\n";
    return exit_code::kDone;
  }
  std::cout << damage_report(damage, file.path(), std::numeric_limits<std::size_t>::max())
            << "`hookflow resume` computes the damaged results again\n";
  return exit_code::kInput;
}

void print_file(const RunFileView& view, const RunFile& file, const Options& options) {
  const Window window = output_window();
  print_overview(view, file.path(), std::cout, window);
  if (options.has("all")) print_listing(view, std::cout, window);
  if (options.has("provenance")) print_provenance(view, std::cout);
}

/// Results have no such names.
bool names_file(const std::string& word) {
  std::error_code unknown;
  return word.ends_with(".h5") || std::filesystem::is_regular_file(word, unknown);
}

GroupSheet sheet_of(const RunFile& file, const RunFileView& view, const std::string& what) {
  if (what == kCheckpointGroup) return {checkpoint_sheet(view), {}};
  if (what == kHistoryGroup) return {history_sheet(view), {}};
  return group_sheet(file, view, what);
}

/// Whether the values are results of a stage, which may still be to come.
bool holds_results(const RunFileView& view, const std::string& what) {
  const std::string name = what.substr(0, what.find('.'));
  const auto group = std::ranges::find(view.groups, name, &GroupLayout::name);
  return group != view.groups.end() && !group->about.empty();
}

/// Chooses the rows that the options ask for. Returns what a reader must know of them, a line each.
std::vector<std::string> choose_rows(GroupSheet& group, const Options& options) {
  std::vector<std::string> notes;
  for (const std::string& condition : options.get_or("where", std::vector<std::string>()))
    group.sheet.where(condition);
  if (options.has("top")) {
    const std::size_t all = group.sheet.size();
    const std::string by = group.sheet.top(static_cast<std::size_t>(options.get<int>("top")));
    notes.push_back("the " + std::to_string(group.sheet.size()) + " of " + std::to_string(all) +
                    " rows with the " + by);
  }
  for (const std::string& name : group.left_out)
    notes.push_back("not shown, as its axes are different: " + name);
  return notes;
}

void print_values(const RunFile& file, const RunFileView& view, const Options& options) {
  const std::string what = dotted(options.get<std::vector<std::string>>("what").front());
  if (what == kWarningsGroup && view.warnings && view.warnings->empty()) {
    std::cout << "no warnings\n";
    return;
  }
  GroupSheet group = sheet_of(file, view, what);
  std::vector<std::string> notes = choose_rows(group, options);
  if (holds_results(view, what) && (!view.complete || !view.failures.empty()))
    notes.insert(notes.begin(), progress_text(view));
  constexpr int kOnATerminal = 50;
  const Window window = output_window();
  const bool cut = window.terminal && !options.has("csv");
  const auto most =
      static_cast<std::size_t>(options.get_or("rows", cut ? kOnATerminal : std::numeric_limits<int>::max()));
  if (options.has("csv")) {
    for (const std::string& note : notes) std::cerr << note << "\n";
    return group.sheet.print_csv(std::cout, most);
  }
  if (cut)
    if (const std::string common = group.sheet.hide_common_labels(); !common.empty())
      notes.push_back("in every row: " + common);
  if (group.sheet.lacks_values(most)) notes.emplace_back("- stands where there is no value");
  for (const std::string& note : notes) std::cout << window.painted(note, Ink::yellow) << "\n";
  group.sheet.table(most).print(std::cout, window);
  if (group.sheet.size() == 0) std::cout << "  no rows\n";
  if (group.sheet.size() > most)
    std::cout << "  … and " << group.sheet.size() - most << " more rows: --rows " << group.sheet.size()
              << ", or --csv\n";
}

int inspect(const std::vector<std::string>& arguments) {
  Options options(
      "inspect FILE.h5 [GROUP[.VARIABLE[,VARIABLE...]]] [options], or inspect SHARD.h5 SHARD.h5...",
      "Shows what a run file holds on one screen; with the name of a result, of its variables, or "
      "of another group of the file (prompts, history ...), their values as a table.",
      "inspect head_sweep.h5 scores.prob_change --where layer=3 --top 10");
  options.positional("file", 1, "the run file", "FILE.h5");
  options.positional(
      "what", -1,
      "group, group.variable or group.variable,variable; or the files of other shares: how far "
      "each is",
      "RESULT");
  options.add()("where", po::value<std::vector<std::string>>()->composing()->value_name("COLUMN=VALUE"),
                "only rows where that axis, variable or column of the prompts has the value; "
                "may be repeated")("top", po::value<int>()->value_name("N"),
                                   "only so many rows, those that matter most: of largest magnitude, or of "
                                   "smallest p-value, in the first named variable that is not an id, index "
                                   "or count, or, where none is named, in what the workflow shows first, a "
                                   "tested effect or a change")(
      "rows", po::value<int>()->value_name("N"), "rows to show at most; default: 50 on a terminal, else all")(
      "csv", "the values as CSV, every row and digit; notes go to stderr")(
      "all,a", "every variable with its axes, units and meaning")("provenance", "how the file was made")(
      "verify", "compare all results with their checksums; exit code 3 if any is damaged");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  const std::vector<std::string> more = options.get_or("what", std::vector<std::string>());
  if (std::ranges::any_of(more, names_file)) {
    for (const char* of_one : {"where", "top", "rows", "csv", "all", "provenance", "verify"})
      if (options.has(of_one))
        throw UsageError(std::string("inspect: --") + of_one + " is for one file alone");
    std::vector<std::string> files = {path};
    files.insert(files.end(), more.begin(), more.end());
    print_shards(files, std::cout, output_window());
    return exit_code::kDone;
  }
  if (more.size() > 1) throw UsageError("inspect: '" + more[1] + "' is one argument too many");
  for (const char* number : {"rows", "top"})
    if (options.has(number) && options.get<int>(number) < 1)
      throw UsageError(std::string("inspect: --") + number + " must be 1 or more");
  if (options.has("verify") && (options.has("what") || options.has("provenance")))
    throw UsageError(
        "inspect: --verify checks the whole file; must be given without a group and without --provenance");
  if (!options.has("what"))
    for (const char* of_values : {"where", "top", "rows", "csv"})
      if (options.has(of_values))
        throw UsageError(std::string("inspect: --") + of_values +
                         " needs the name of a result, such as `hookflow inspect " + path + " scores`");
  const RunFile file = open_run_file(path, options);
  if (options.has("verify")) return verify(file);
  const RunFileView view = read_run_file(file);
  if (options.has("what"))
    print_values(file, view, options);
  else
    print_file(view, file, options);
  return exit_code::kDone;
}

const bool kInspect = register_command({"inspect", "show what a run file holds", inspect});

}  // namespace
}  // namespace hookflow::pipeline

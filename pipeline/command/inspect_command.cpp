#include <iostream>
#include <limits>

#include "pipeline/command/cell_table.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/inspect_summary.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/verify.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

/// Exit code 3 if something is damaged.
int verify(const RunFile& file) {
  const Damage damage = verify_run_file(file);
  if (!damage.any()) {
    std::cout << file.path().string() << ": all that is done is as it was stored\n";
    return exit_code::kDone;
  }
  std::cout << damage_report(damage, file.path(), std::numeric_limits<std::size_t>::max())
            << "`hookflow resume` computes that again\n";
  return exit_code::kInput;
}

int inspect(const std::vector<std::string>& arguments) {
  Options options("inspect FILE.h5 [GROUP[.VARIABLE[,VARIABLE...]]] [options]",
                  "Shows what a run file holds; with a group or variables of one, their values as a table.");
  options.positional("file", 1, "the run file");
  options.positional("what", 1, "group, group.variable or group.variable,variable");
  options.add()("where", po::value<std::vector<std::string>>()->composing(),
                "axis=label: only these cells; may be repeated")(
      "top", po::value<int>(), "the cells of largest magnitude in the first variable, largest first")(
      "rows", po::value<int>()->default_value(50), "rows to show at most")("provenance",
                                                                           "how the file was made")(
      "verify", "compare all results with their checksums; exit code 3 if any is damaged");
  add_unsealed_option(options);
  if (!options.parse(arguments)) return exit_code::kDone;
  const std::string path = options.required("file");
  if (options.has("verify") && (options.has("what") || options.has("provenance")))
    throw UsageError("inspect: --verify is of the whole file, and shows nothing else");
  const RunFile file = open_run_file(path, options);
  if (options.has("verify")) return verify(file);
  const RunFileView view = read_run_file(file);
  if (!options.has("what")) {
    print_summary(view, options.has("provenance"), std::cout);
    return exit_code::kDone;
  }
  const int rows = options.get<int>("rows");
  const int top = options.get_or("top", 1);
  if (rows < 1 || top < 1) throw UsageError("inspect: --rows and --top must be 1 or more");
  CellTable table(file, view, options.get<std::string>("what"), "inspect");
  for (const std::string& condition : options.get_or("where", std::vector<std::string>()))
    table.where(condition);
  if (options.has("top")) table.top(static_cast<std::size_t>(top));
  const auto most = static_cast<std::size_t>(rows);
  table.rows(most).print(std::cout);
  if (table.size() > most) std::cout << "  ... and " << table.size() - most << " more; --rows shows more\n";
  return exit_code::kDone;
}

const bool kInspect = register_command({"inspect", "show what a run file holds", inspect});

}  // namespace
}  // namespace hookflow::pipeline

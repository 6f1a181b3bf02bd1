#include <filesystem>
#include <iostream>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/output/new_files.hpp"
#include "pipeline/starter/renamed_workflow.hpp"
#include "pipeline/starter/shipped_workflows.hpp"
#include "pipeline/terminal/window.hpp"
#include "pipeline/text/columns.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/text/shell.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr const char* kStarter = "starter";

int list_shipped() {
  constexpr std::size_t kText = 20;  // the column where texts begin
  for (const ShippedWorkflow& workflow : shipped_workflows()) {
    const std::string start =
        workflow.name +
        std::string(std::max<std::size_t>(kText, workflow.name.size() + 2) - workflow.name.size(), ' ');
    std::cout << start << wrapped(workflow.about, output_window().columns, kText) << "\n";
  }
  return exit_code::kDone;
}

fs::path find_shipped(const std::string& name) {
  const std::vector<ShippedWorkflow> all = shipped_workflows();
  const auto found = std::ranges::find(all, name, &ShippedWorkflow::name);
  if (found != all.end()) return found->path;
  throw UsageError("new: no workflow called '" + name + "' comes with hookflow" +
                   suggestion(name, all, &ShippedWorkflow::name) + "; `hookflow new --list` lists them");
}

void check_name(const std::string& name) {
  if (!name.empty() && name.find('/') == std::string::npos && fs::path(name).extension() != ".yaml") return;
  throw UsageError(
      "new: '" + name +
      "' cannot be the workflow's name; must be text without a '/' and without .yaml at its end, "
      "such as my_sweep; -o says into which file");
}

/// Makes a file where nothing is, not even a link, unless `force` lets it replace another.
void write_new(const fs::path& path, const std::string& text, bool force) {
  if (!force && fs::symlink_status(path).type() != fs::file_type::not_found)
    throw InputError(path.string() + ": is there already; --force replaces it, -o writes another file");
  write_new_file(path, text, {.any = force});
}

int make_workflow(const std::vector<std::string>& arguments) {
  Options options(
      "new NAME [--from WORKFLOW] [-o FILE.yaml] | --list",
      "Writes a workflow to begin with, every line explained; or, with --from, a copy of one that comes "
      "with hookflow, under the new name. Both run as they are.",
      "new my_sweep --from head_sweep");
  options.positional("name", 1, "the workflow's name", "NAME");
  options.add()("from", po::value<std::string>()->value_name("WORKFLOW"),
                "the workflow that is copied; default: starter")(
      "out,o", po::value<std::string>()->value_name("FILE.yaml"),
      "the file that is written; default: the name and .yaml, in the current folder")(
      "force", "replace the file if it exists")("list", "list the workflows that come with hookflow");
  if (!options.parse(arguments)) return exit_code::kDone;
  if (options.has("list")) return list_shipped();
  const std::string name = options.required("name");
  check_name(name);
  const std::string from = options.get_or("from", std::string(kStarter));
  const std::string text = renamed_workflow(find_shipped(from), name);
  const fs::path path = options.get_or("out", name + ".yaml");
  write_new(path, text, options.has("force"));
  std::cout << path.string() << ": written; to run it: hookflow run " << shell_word(path.string()) << "\n";
  return exit_code::kDone;
}

const bool kNew = register_command({"new", "write a workflow to begin with", make_workflow});

}  // namespace
}  // namespace hookflow::pipeline

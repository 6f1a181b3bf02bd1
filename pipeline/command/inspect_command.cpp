#include <iomanip>
#include <iostream>
#include <limits>
#include <sstream>

#include "pipeline/command/cell_table.hpp"
#include "pipeline/command/command.hpp"
#include "pipeline/command/unsealed_option.hpp"
#include "pipeline/engine/provenance.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

std::string how_it_ended(const RunFileView& file, const Session& session) {
  if (!session.ended_by.empty()) return session.ended_by;
  return file.being_written && &session == &file.sessions.back() ? "at work" : "killed";
}

/// Parts a second, until the last commit.
std::string rate_of(const Session& session) {
  const double seconds = session.last_commit - session.started;
  if (!(seconds > 0)) return "-";
  std::ostringstream text;
  text << std::fixed << std::setprecision(1)
       << static_cast<double>(session.done - session.done_before) / seconds;
  return text.str();
}

void print_sessions(const RunFileView& file) {
  if (file.sessions.empty()) return;
  std::size_t parts = 0;
  for (const LaneProgress& lane : file.lanes) parts += lane.done + lane.failed + lane.pending;
  std::cout << "\nHistory, of " << parts << " parts of prompts\n";
  Table table({"started", "last commit", "end", "done before", "done", "failed", "damaged", "a second",
               "threads", "hookflow"});
  for (const Session& session : file.sessions) {
    table.add({utc_text(session.started), utc_text(session.last_commit), how_it_ended(file, session),
               std::to_string(session.done_before), std::to_string(session.done),
               std::to_string(session.failed), std::to_string(session.damaged), rate_of(session),
               std::to_string(session.threads), session.program_version});
  }
  table.print(std::cout);
}

void print_warning_kinds(const RunFileView& file) {
  const std::vector<Warning> warnings = file.warnings.value_or(std::vector<Warning>());
  for (const WarningKind& kind : kinds_of(warnings)) {
    std::cout << "  warning: " << to_string(*kind.first);
    if (kind.count > 1) std::cout << " (and " << kind.count - 1 << " more)";
    std::cout << "\n";
  }
}

void print_warnings(const std::vector<Warning>& warnings) {
  if (warnings.empty()) {
    std::cout << "  no warnings\n";
    return;
  }
  Table table({"stage", "prompt", "kind", "text"});
  for (const Warning& warning : warnings)
    table.add({warning.stage, warning.prompt, warning.kind, warning.text});
  table.print(std::cout);
}

/// What a run file holds, how far it is and who worked on it; with `provenance` also how it was made.
void print_summary(const RunFileView& file, bool provenance) {
  const auto root = [&](const std::string& name) {
    const auto found = file.root.find(name);
    return found == file.root.end() ? std::string() : found->second;
  };
  std::cout << root("workflow_name") << ": " << root("about") << "\n"
            << "model " << root("model") << ", " << file.prompts
            << (file.prompts == 1 ? " prompt, " : " prompts, ")
            << (file.complete ? "complete" : "NOT COMPLETE") << "\n";
  for (const LaneProgress& lane : file.lanes) {
    std::cout << "  " << lane.lane.name << ": " << lane.done << " done, " << lane.failed << " failed, "
              << lane.pending << " pending (prompts x parts)\n";
  }
  for (const Failure& failure : file.failures) {
    std::cout << "  failed: prompt '" << label_of(file.prompt, failure.prompt) << "', stage '"
              << failure.stage << "': " << failure.reason << "\n";
  }
  print_warning_kinds(file);
  print_sessions(file);
  for (const GroupLayout& group : file.groups) {
    std::cout << "\n/" << group.name << (group.about.empty() ? "" : "  " + group.about) << "\n";
    Table table({"variable", "axes", "units", "meaning"});
    for (const Variable& variable : group.variables) {
      table.add({variable.name, axes_text(variable.axes), variable.units, variable.long_name});
    }
    if (!group.variables.empty()) table.print(std::cout);
  }
  std::cout << "\n";
  for (const TextTable& texts : file.texts) {
    std::cout << "/" << texts.group << "/" << texts.name << "  " << axes_text({texts.axis}) << "  "
              << texts.long_name << "\n";
  }
  if (!provenance) return;
  std::cout << "\n";
  for (const auto& [name, value] : file.root) std::cout << "  " << name << ": " << value << "\n";
}

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
    print_summary(view, options.has("provenance"));
    return exit_code::kDone;
  }
  if (view.warnings && options.get<std::string>("what") == kWarningsGroup) {
    print_warnings(*view.warnings);
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

#include "pipeline/command/inspect_summary.hpp"

#include <iomanip>
#include <ostream>
#include <sstream>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {
namespace {

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

void print_sessions(const RunFileView& file, std::ostream& out) {
  if (file.sessions.empty()) return;
  std::size_t parts = 0;
  for (const LaneProgress& lane : file.lanes) parts += lane.done + lane.failed + lane.pending;
  out << "\nHistory, of " << parts << " units (prompts x parts)\n";
  Table table({"started", "last commit", "end", "done before", "done", "failed", "damaged", "a second",
               "threads", "hookflow"});
  for (const Session& session : file.sessions) {
    table.add({utc_text(session.started), utc_text(session.last_commit), how_it_ended(file, session),
               std::to_string(session.done_before), std::to_string(session.done),
               std::to_string(session.failed), std::to_string(session.damaged), rate_of(session),
               std::to_string(session.threads), session.program_version});
  }
  table.print(out);
}

}  // namespace

void print_summary(const RunFileView& file, bool provenance, std::ostream& out) {
  const auto root = [&](const std::string& name) {
    const auto found = file.root.find(name);
    return found == file.root.end() ? std::string() : found->second;
  };
  out << root("workflow_name") << ": " << root("about") << "\n"
      << "model " << root("model") << ", " << file.prompts << (file.prompts == 1 ? " prompt, " : " prompts, ")
      << (file.complete ? "complete" : "NOT COMPLETE") << "\n";
  for (const LaneProgress& lane : file.lanes) {
    out << "  " << lane.lane.name << ": " << lane.done << " done, " << lane.failed << " failed, "
        << lane.pending << " pending (prompts x parts)\n";
  }
  for (const Failure& failure : file.failures) {
    out << "  failed: prompt '" << label_of(file.prompt, failure.prompt) << "', stage '" << failure.stage
        << "': " << failure.reason << "\n";
  }
  print_sessions(file, out);
  for (const GroupLayout& group : file.groups) {
    out << "\n/" << group.name << (group.about.empty() ? "" : "  " + group.about) << "\n";
    Table table({"variable", "axes", "units", "meaning"});
    for (const Variable& variable : group.variables) {
      table.add({variable.name, axes_text(variable.axes), variable.units, variable.long_name});
    }
    if (!group.variables.empty()) table.print(out);
  }
  out << "\n";
  for (const TextTable& texts : file.texts) {
    out << "/" << texts.group << "/" << texts.name << "  " << axes_text({texts.axis}) << "  "
        << texts.long_name << "\n";
  }
  if (!provenance) return;
  out << "\n";
  for (const auto& [name, value] : file.root) out << "  " << name << ": " << value << "\n";
}

}  // namespace hookflow::pipeline

#include "pipeline/inspect/shards_table.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <system_error>

#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/shards/share.hpp"
#include "pipeline/terminal/table.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Pieces of work, as they have marks of their own.
struct Work {
  std::size_t done = 0;
  std::size_t failed = 0;
  std::size_t all = 0;

  [[nodiscard]] double percent(double pieces) const {
    return all == 0 ? 100 : 100 * pieces / static_cast<double>(all);
  }
};

Work work_of(const RunFileView& view) {
  Work work;
  for (const LaneProgress& lane : view.lanes) {
    work.done += count_of(lane.states, PartState::done);
    work.failed += count_of(lane.states, PartState::failed);
    work.all += lane.states.size() - count_of(lane.states, PartState::elsewhere);
  }
  return work;
}

/// Rounded down: all is done when it is.
std::string percent_text(const Work& work) {
  return std::to_string(static_cast<int>(work.percent(static_cast<double>(work.done + work.failed)))) + " %";
}

/// Of the last session, from its start to its last commit.
std::string rate_text(const RunFileView& view, const Work& work) {
  if (view.sessions.empty()) return "-";
  const Session& last = view.sessions.back();
  const double seconds = last.last_commit - last.started;
  const auto pieces = static_cast<double>(last.done - last.done_before);
  if (!(seconds > 0) || pieces <= 0) return "-";
  return shown_number(std::round(600 * work.percent(pieces) / seconds) / 10) + " %/min";
}

std::string ago(double seconds) {
  if (seconds < 0) return "now";  // clocks of other machines
  const auto whole = static_cast<long>(seconds);
  if (whole < 120) return std::to_string(whole) + " s ago";
  if (whole < 7200) return std::to_string(whole / 60) + " min ago";
  return std::to_string(whole / 3600) + " h ago";
}

std::string last_sign(const RunFileView& view) {
  if (view.sessions.empty()) return "-";
  const Session& last = view.sessions.back();
  double latest = last.started;
  for (const double time : {last.last_commit, last.ended})
    if (time > latest) latest = time;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return ago(std::chrono::duration<double>(now).count() - latest);
}

std::string state_of(const RunFileView& view) {
  if (view.complete) return "complete";
  if (view.being_written) return "at work";
  if (view.sessions.empty()) return "not begun";
  const std::string& ended_by = view.sessions.back().ended_by;
  return ended_by.empty() ? "killed" : "stopped: " + ended_by;
}

/// The shares that were seen of each run that is cut into so many.
using Seen = std::map<std::pair<std::size_t, std::size_t>, std::set<std::size_t>>;  // by phase and count

/// "1/3", "phase 2: 1/3"
std::string in_phase(std::size_t phase, const std::string& text) {
  return (phase > 0 ? "phase " + std::to_string(phase + 1) + ": " : "") + text;
}

Table::Row row_of(const std::string& path, Seen& seen) {
  const std::string name = std::filesystem::path(path).filename().string();
  try {
    const RunFileView view = read_run_file(RunFile(path));
    if (!view.share.empty()) {
      const Share share = read_share(view.share);
      seen[{view.phase, share.count}].insert(share.number);
    }
    const Work work = work_of(view);
    return {view.share.empty() ? "whole" : in_phase(view.phase, view.share),
            name,
            std::to_string(view.prompts),
            percent_text(work),
            std::to_string(view.failures.size()),
            rate_text(view, work),
            last_sign(view),
            state_of(view)};
  } catch (const InputError& error) {
    std::error_code unknown;
    return {
        "-",
        name,
        "-",
        "-",
        "-",
        "-",
        "-",
        std::filesystem::exists(path, unknown) ? "cannot be read: " + std::string(error.what()) : "missing"};
  }
}

/// "3, 5 to 8"
std::string numbers_text(const std::vector<std::size_t>& numbers) {
  std::string text;
  for (std::size_t i = 0; i < numbers.size();) {
    std::size_t last = i;
    while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
    text += (text.empty() ? "" : ", ") + std::to_string(numbers[i]);
    if (last > i) text += (last == i + 1 ? ", " : " to ") + std::to_string(numbers[last]);
    i = last + 1;
  }
  return text;
}

}  // namespace

void print_shards(const std::vector<std::string>& paths, std::ostream& out, const Window& window) {
  Table table({"share", "file", "prompts", "done", "failed", "rate", "last sign", "state"});
  Seen seen;
  for (const std::string& path : paths) table.add(row_of(path, seen));
  table.print(out, window);
  for (const auto& [cut, numbers] : seen) {
    const auto [phase, count] = cut;
    std::vector<std::size_t> missing;
    for (std::size_t number = 1; number <= count; ++number)
      if (!numbers.contains(number)) missing.push_back(number);
    if (!missing.empty())
      out << in_phase(phase, "no file of " + counted(missing.size(), "share") + " of " +
                                 std::to_string(count) + ": " + numbers_text(missing))
          << "\n";
  }
}

}  // namespace hookflow::pipeline

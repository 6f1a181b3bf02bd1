#include "pipeline/inspect/own_sheets.hpp"

#include <array>
#include <cmath>
#include <map>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

Cell time_cell(double seconds) { return std::isnan(seconds) ? Cell() : Cell(utc_text(seconds)); }

/// How much of the work a count of the history is.
Cell percent_cell(std::int64_t count, std::size_t all) {
  if (all == 0) return {};
  return std::floor(1000.0 * static_cast<double>(count) / static_cast<double>(all)) / 10;
}

Cell end_cell(const RunFileView& view, const Session& session) {
  if (!session.ended_by.empty()) return session.ended_by;
  return std::string(view.being_written && &session == &view.sessions.back() ? "at work" : "killed");
}

std::int64_t variants_done(const LaneProgress& lane, std::size_t prompt) {
  std::size_t done = 0;
  for (std::size_t part = 0; part < lane.lane.parts; ++part)
    if (lane.states[prompt * lane.lane.parts + part] == PartState::done) done += lane.lane.variants_of(part);
  return static_cast<std::int64_t>(done);
}

}  // namespace

Sheet checkpoint_sheet(const RunFileView& view) {
  Sheet sheet("inspect checkpoint", view.prompts);
  sheet.add({"prompt", SheetColumn::Role::label,
             [&](std::size_t row) { return Cell(label_of(view.prompt, row)); }});
  sheet.add({"state", SheetColumn::Role::value, [&](std::size_t row) {
               constexpr std::array kNames = {"pending", "done", "failed"};
               return Cell(std::string(kNames.at(static_cast<std::size_t>(view.states[row]))));
             }});
  for (const LaneProgress& lane : view.lanes)
    if (lane.lane.has_variants())
      sheet.add({"variants_done_" + lane.lane.name, SheetColumn::Role::value,
                 [&lane](std::size_t row) { return Cell(variants_done(lane, row)); }});
  std::map<std::size_t, Failure> failures;
  for (const Failure& failure : view.failures) failures.emplace(failure.prompt, failure);
  const auto why = [failures](std::string Failure::*what) {
    return [failures, what](std::size_t row) {
      const auto found = failures.find(row);
      return found == failures.end() ? Cell() : Cell(found->second.*what);
    };
  };
  sheet.add({"failed_stage", SheetColumn::Role::value, why(&Failure::stage)});
  sheet.add({"failed_reason", SheetColumn::Role::value, why(&Failure::reason)});
  return sheet;
}

Sheet history_sheet(const RunFileView& view) {
  std::size_t all = 0;
  for (const LaneProgress& lane : view.lanes)
    all += lane.states.size() - count_of(lane.states, PartState::elsewhere);
  Sheet sheet("inspect history", view.sessions.size());
  const auto add = [&](const std::string& name, const auto& cell) {
    sheet.add({name, SheetColumn::Role::value,
               [&view, cell](std::size_t row) -> Cell { return cell(view.sessions[row]); }});
  };
  add("started", [](const Session& session) { return time_cell(session.started); });
  add("last_commit", [](const Session& session) { return time_cell(session.last_commit); });
  add("end", [&view](const Session& session) { return end_cell(view, session); });
  add("percent_before", [all](const Session& session) { return percent_cell(session.done_before, all); });
  add("percent_after", [all](const Session& session) { return percent_cell(session.done, all); });
  add("damaged", [](const Session& session) { return Cell(session.damaged); });
  add("threads", [](const Session& session) { return Cell(session.threads); });
  add("hookflow", [](const Session& session) { return Cell(session.program_version); });
  add("computed_on", [](const Session& session) { return Cell(session.kernel); });
  return sheet;
}

}  // namespace hookflow::pipeline

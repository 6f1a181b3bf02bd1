#include "pipeline/figures/data/why_empty.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "pipeline/run_file/reading/read_rows.hpp"

namespace hookflow::pipeline {
namespace {

/// Codes of reasons, which its long name lists: "0 regular; 1 no variance; 2 fewer than two values; of x".
bool is_note(const Variable& variable) {
  return variable.dtype == Dtype::int64 && variable.long_name.starts_with("0 regular");
}

/// The note of the variable, or of that of which it tells itself.
const Variable* note_beside(const RunFileView& view, const ChartSource& source) {
  const auto group = std::ranges::find(view.groups, source.stage, &GroupLayout::name);
  if (group == view.groups.end()) return nullptr;
  for (const Variable& owner : group->variables) {
    const bool tells =
        owner.name == source.variable.name || std::ranges::count(owner.ancillary, source.variable.name) > 0;
    if (!tells) continue;
    for (const std::string& name : owner.ancillary)
      if (const Variable* note = find_variable(view.groups, source.stage, name);
          note != nullptr && is_note(*note))
        return note;
  }
  return nullptr;
}

/// The code that is there most often, but for 0; 0: there is none.
std::int64_t commonest_code(const RunFile& run, const std::string& stage, const Variable& note) {
  std::vector<std::size_t> rows(note.axes.empty() ? 1 : note.axes.front().size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  std::map<std::int64_t, std::size_t> times;
  read_variable_rows(run, stage, note, rows, [&](std::size_t, std::span<const double> codes) {
    for (const double code : codes)
      if (code > 0) ++times[static_cast<std::int64_t>(code)];
  });
  if (times.empty()) return 0;
  return std::ranges::max_element(times, {}, [](const auto& code) { return code.second; })->first;
}

/// What the long name says of a code.
std::string reason_of(const std::string& long_name, std::int64_t code) {
  const std::string number = " " + std::to_string(code) + " ";
  const std::size_t at = long_name.find(number);
  if (at == std::string::npos) return "";
  std::string text = long_name.substr(at + number.size());
  text = text.substr(0, text.find(" " + std::to_string(code + 1) + " "));
  text = text.substr(0, text.find(';'));
  return text.substr(0, text.find_last_not_of(", ") + 1);
}

}  // namespace

std::string why_empty(const RunFile& run, const RunFileView& view, const Chart& chart) {
  if (!view.complete) return "there is no value yet";
  for (const ChartSource& source : chart.sources)
    if (const Variable* note = note_beside(view, source); note != nullptr)
      if (const std::string reason = reason_of(note->long_name, commonest_code(run, source.stage, *note));
          !reason.empty())
        return "there is no value: " + reason;
  return "there is no value";
}

}  // namespace hookflow::pipeline

#include "pipeline/session/tell.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "pipeline/text/shell.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::size_t kMostTold = 10;  // of a long list, to people

/// Bytes that are not UTF-8 are replaced: a line is always JSON.
std::string json_line(const OrderedJson& object) {
  return object.dump(-1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

/// Of what an explicit `keep` leaves out.
bool is_left_out(const Warning& warning) {
  return warning.kind == "not run" || warning.kind == "figure left out";
}

}  // namespace

void tell_failed_prompts(const Plan& plan, const std::vector<Failure>& failures, ProgressStyle style) {
  if (failures.empty()) return;
  if (style == ProgressStyle::json) {
    for (const Failure& failure : failures) {
      std::cerr << json_line({{"event", "failed"},
                              {"prompt", plan.prompts.id(failure.prompt)},
                              {"stage", failure.stage},
                              {"reason", failure.reason}});
    }
    return;
  }
  std::cerr << failures.size() << " of " << counted(plan.prompts.size(), "prompt") << " failed\n";
  std::map<std::pair<std::string, std::string>, std::size_t> of_reason;
  for (const Failure& failure : failures) ++of_reason[{failure.stage, failure.reason}];
  std::size_t lines = 0;
  for (const Failure& failure : failures) {
    auto found = of_reason.extract({failure.stage, failure.reason});
    if (found.empty() || lines++ == kMostTold) continue;
    std::cerr << "  prompt '" << plan.prompts.id(failure.prompt) << "'"
              << (found.mapped() > 1 ? " and " + std::to_string(found.mapped() - 1) + " more" : "")
              << ", stage '" << failure.stage << "': " << failure.reason << "\n";
  }
  if (failures.size() > kMostTold)
    std::cerr << "  … `hookflow inspect FILE checkpoint --where state=failed` lists all\n";
}

void tell_warnings(const std::vector<Warning>& all, ProgressStyle style) {
  constexpr std::size_t kExamples = 3;
  std::vector<Warning> warnings = all;
  const auto left_out = static_cast<std::size_t>(std::ranges::count_if(warnings, is_left_out));
  if (style == ProgressStyle::quiet && left_out > 1) {
    const auto figure = std::ranges::find(warnings, "figure left out", &Warning::kind);
    const Warning first = figure != warnings.end() ? *figure : *std::ranges::find_if(warnings, is_left_out);
    std::cerr << "hookflow: warning: " << to_string(first) << "; " << left_out - 1
              << " more left out or not run: `hookflow inspect FILE warnings`\n";
    std::erase_if(warnings, is_left_out);
  }
  for (const auto& [first, count] : kinds_of(warnings)) {
    if (style == ProgressStyle::json) {
      std::cerr << json_line({{"event", "warning"},
                              {"stage", first->stage},
                              {"prompt", first->prompt},
                              {"kind", first->kind},
                              {"message", first->text},
                              {"count", count}});
      continue;
    }
    std::size_t told = 0;
    for (const Warning& warning : warnings)
      if (warning.stage == first->stage && warning.kind == first->kind && told++ < kExamples)
        std::cerr << "hookflow: warning: " << to_string(warning) << "\n";
    if (count > kExamples)
      std::cerr << "hookflow: warning: " << first->kind << ": " << count - kExamples
                << " more; `hookflow inspect FILE warnings` lists them\n";
  }
}

void tell_threads(std::size_t threads, const std::string& bound_by, ProgressStyle style) {
  if (bound_by.empty() || style == ProgressStyle::quiet) return;
  if (style == ProgressStyle::json) {
    std::cerr << json_line({{"event", "threads"}, {"count", threads}, {"bound_by", bound_by}});
    return;
  }
  std::cerr << "hookflow: on " << counted(threads, "thread") << ", bounded by " << bound_by
            << "; --threads takes another number\n";
}

void tell_damage(const Damage& damage, const std::filesystem::path& path, ProgressStyle style) {
  if (!damage.any()) return;
  if (style == ProgressStyle::json) {
    for (const std::string& line : json_lines_of(damage)) std::cerr << line << "\n";
    return;
  }
  std::cerr << "hookflow: " << damage_report(damage, path, kMostTold)
            << "the damaged results, and all that is built on them, are computed again\n";
}

void tell_outcome(const std::filesystem::path& path, const std::string& status, int code,
                  const Monitor& monitor) {
  std::cerr << json_line({{"event", "end"},
                          {"status", status},
                          {"code", code},
                          {"file", path.string()},
                          {"done", monitor.done.load()},
                          {"total", monitor.total},
                          {"failed", monitor.failed.load()}})
            << std::flush;
}

std::string error_line(int code, const std::string& message) {
  return json_line({{"event", "error"}, {"code", code}, {"message", message}});
}

void tell_kernels(const std::filesystem::path& path, const std::vector<std::string>& of_file,
                  const std::string& own, ProgressStyle style) {
  if (style == ProgressStyle::json || own.empty()) return;
  const auto other = std::ranges::find_if(of_file, [&](const std::string& kernel) { return kernel != own; });
  if (other != of_file.end())
    std::cerr << "hookflow: " << path.string() << ": was computed on " << *other << "; what is computed on "
              << own << " now may differ from that in the last bits\n";
}

std::string how_to_go_on(const std::string& command) {
  return "what was committed is kept; go on with: " + command;
}

}  // namespace hookflow::pipeline

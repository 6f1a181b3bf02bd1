#include "pipeline/session/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <string>
#include <unistd.h>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "pipeline/session/stop_signals.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using OrderedJson = nlohmann::ordered_json;

double seconds(std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

double rounded(double value) { return std::round(value * 1000) / 1000; }

/// 3 s, 4 min, 2.5 h.
std::string duration(double in_seconds) {
  const auto spelled = [](double value, const char* of, int digits) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.*f %s", digits, value, of);
    return std::string(text.data());
  };
  if (in_seconds < 100) return spelled(in_seconds, "s", 0);
  if (in_seconds < 6000) return spelled(in_seconds / 60, "min", 0);
  return spelled(in_seconds / 3600, "h", 1);
}

void show(const Monitor& monitor, std::size_t done_before, ProgressStyle style, const std::stop_token& over) {
  const auto start = std::chrono::steady_clock::now();
  const bool terminal = style == ProgressStyle::lines && isatty(STDERR_FILENO) != 0;
  const auto every = std::chrono::milliseconds(terminal ? 500 : style == ProgressStyle::json ? 1000 : 5000);
  while (sleep_through(over, every)) {
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::size_t done = monitor.done;
    const double rate = static_cast<double>(done - done_before) / elapsed;
    const double left =
        rate > 0 && done < monitor.total ? static_cast<double>(monitor.total - done) / rate : NAN;
    if (style == ProgressStyle::json) {
      const OrderedJson line = {
          {"event", "progress"},
          {"seconds", rounded(elapsed)},
          {"done", done},
          {"total", monitor.total},
          {"failed", monitor.failed.load()},
          {"rate", rounded(rate)},
          {"seconds_left", std::isnan(left) ? OrderedJson() : OrderedJson(rounded(left))}};
      std::fprintf(stderr, "%s\n", line.dump().c_str());
      continue;
    }
    const std::string time_left = std::isnan(left) ? "" : ", " + duration(left) + " left";
    const std::string line = how_far(monitor) + time_left;
    std::fprintf(stderr, "%s%s%s", terminal ? "\r" : "", line.c_str(), terminal ? "\033[K" : "\n");
  }
  if (terminal) std::fprintf(stderr, "\r\033[K");
}

/// Shares of the threads' time together. Reading is of the subject's files, before the first result; waiting
/// is what is left: for work, or for the disk.
std::array<std::pair<const char*, double>, 4> time_shares(const Monitor& monitor, double wall,
                                                          std::size_t threads) {
  const double capacity = std::max(wall, 1e-9) * static_cast<double>(threads);
  // One thread at a time writes or reads, and what it costs the processor is not the stages'.
  const double writing =
      std::min(1.0, seconds(monitor.store_nanoseconds + monitor.commit_nanoseconds) / capacity);
  const double reading = std::min(1.0 - writing, seconds(monitor.read_nanoseconds) / capacity);
  const double most = 1.0 - writing - reading;
  const double processor = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;  // of the process until now
  const double compute = std::clamp(processor / capacity - writing - reading, 0.0, most);
  return {{{"compute", compute},
           {"writing", writing},
           {"reading", reading},
           {"waiting", std::max(0.0, most - compute)}}};
}

/// What a user can do about what took most of the time.
std::string advice(const std::string& limit, std::size_t threads) {
  if (limit == "compute") return "more cores would make it faster";
  if (limit == "writing") return "most of the time went into writing the file";
  if (limit == "reading") return "most of the time went into reading the model";
  return "there was too little work at a time for " + counted(threads, "thread") +
         ", or other programs had the cores";
}

}  // namespace

std::string how_far(const Monitor& monitor) {
  const double share = monitor.total == 0 ? 1
                                          : static_cast<double>(monitor.done - monitor.failed_parts) /
                                                static_cast<double>(monitor.total);
  // Rounded down: all is done when it is.
  const std::string percent = std::to_string(static_cast<int>(share * 100)) + " %";
  const std::size_t failed = monitor.failed;
  const std::string* aggregating = monitor.aggregating;
  return percent + " of the work on " + counted(monitor.prompts, "prompt") + " done" +
         (failed > 0 ? ", " + counted(failed, "prompt") + " failed" : "") +
         (aggregating != nullptr ? ", '" + *aggregating + "' over all prompts under way" : "");
}

std::jthread show_progress(const Monitor& monitor, ProgressStyle style) {
  if (style == ProgressStyle::quiet) return {};
  return std::jthread([&monitor, style, before = monitor.done.load()](const std::stop_token& over) {
    show(monitor, before, style, over);
  });
}

void tell_times(const Plan& plan, const Monitor& monitor, double wall, std::size_t threads,
                ProgressStyle style) {
  if (style == ProgressStyle::quiet) return;
  const auto shares = time_shares(monitor, wall, threads);
  const auto limit = std::ranges::max_element(shares, {}, [](const auto& share) { return share.second; });
  std::vector<std::pair<std::string, double>> rows;
  for (std::size_t i = 0; i < plan.stages.size(); ++i)
    rows.emplace_back(plan.stages[i].spec->id, seconds(monitor.stage_nanoseconds[i]));
  if (style == ProgressStyle::json) {
    OrderedJson stages = OrderedJson::object();
    for (const auto& [name, time] : rows) stages[name] = rounded(time);
    OrderedJson rounded_shares;
    for (const auto& [name, share] : shares) rounded_shares[name] = rounded(share);
    const OrderedJson line = {{"event", "times"},
                              {"seconds", rounded(wall)},
                              {"stages", stages},
                              {"writing", rounded(seconds(monitor.store_nanoseconds))},
                              {"committing", rounded(seconds(monitor.commit_nanoseconds))},
                              {"reading", rounded(seconds(monitor.read_nanoseconds))},
                              {"shares", rounded_shares},
                              {"limit", limit->first}};
    std::fprintf(stderr, "%s\n", line.dump().c_str());
    return;
  }
  rows.emplace_back("(writing)", seconds(monitor.store_nanoseconds));
  rows.emplace_back("(committing)", seconds(monitor.commit_nanoseconds));
  rows.emplace_back("(reading the model)", seconds(monitor.read_nanoseconds));
  std::fprintf(stderr, "%-20s %10s   (of all threads together)\n", "stage", "seconds");
  for (const auto& [name, time] : rows) std::fprintf(stderr, "%-20s %10.3f\n", name.c_str(), time);
  const auto& [compute, writing, reading, waiting] = shares;
  std::fprintf(stderr,
               "%.1f s on %s: %.0f %% of it computing, %.0f %% writing, %.0f %% reading the model, %.0f %% "
               "idle; %s\n",
               wall, counted(threads, "thread").c_str(), 100 * compute.second, 100 * writing.second,
               100 * reading.second, 100 * waiting.second, advice(limit->first, threads).c_str());
}

}  // namespace hookflow::pipeline

#include "pipeline/session/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include <nlohmann/json.hpp>

namespace hookflow::pipeline {
namespace {

using Json = nlohmann::ordered_json;

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

}  // namespace

Progress::Progress(const Monitor& monitor, ProgressStyle style) : monitor_(monitor), style_(style) {
  if (style != ProgressStyle::quiet) thread_ = std::thread([this] { show(); });
}

Progress::~Progress() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Progress::show() {
  const auto start = std::chrono::steady_clock::now();
  const bool terminal = style_ == ProgressStyle::lines && isatty(STDERR_FILENO) != 0;
  const auto every = std::chrono::milliseconds(terminal ? 500 : style_ == ProgressStyle::json ? 1000 : 5000);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, every, [this] { return over_; })) {
    const double elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const std::size_t done = monitor_.done;
    const double rate = static_cast<double>(done - std::min(done, monitor_.done_before)) / elapsed;
    const double left = rate > 0 ? static_cast<double>(monitor_.total - done) / rate : NAN;
    if (style_ == ProgressStyle::json) {
      const Json line = {{"event", "progress"},
                         {"seconds", rounded(elapsed)},
                         {"done", done},
                         {"total", monitor_.total},
                         {"failed", monitor_.failed.load()},
                         {"rate", rounded(rate)},
                         {"seconds_left", std::isnan(left) ? Json() : Json(rounded(left))}};
      std::fprintf(stderr, "%s\n", line.dump().c_str());
      continue;
    }
    const std::string time_left = std::isnan(left) ? "" : ", " + duration(left) + " left";
    std::fprintf(stderr, "%s%zu of %zu done, %.1f a second%s, %zu failed%s", terminal ? "\r" : "", done,
                 monitor_.total, rate, time_left.c_str(), monitor_.failed.load(), terminal ? "\033[K" : "\n");
  }
  if (terminal) std::fprintf(stderr, "\r\033[K");
}

std::string TimeUse::limit() const {
  const std::array<std::pair<double, const char*>, 4> uses = {
      {{compute, "compute"}, {writing, "writing"}, {reading, "reading"}, {waiting, "waiting"}}};
  return std::max_element(uses.begin(), uses.end(),
                          [](const auto& a, const auto& b) { return a.first < b.first; })
      ->second;
}

double processor_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto of = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return of(usage.ru_utime) + of(usage.ru_stime);
}

TimeUse time_use(const Monitor& monitor, double wall, double processor, std::size_t threads) {
  TimeUse use;
  use.seconds = wall;
  const double capacity = std::max(wall, 1e-9) * static_cast<double>(threads);
  // One thread at a time writes or reads, and what it costs the processor is not the stages'.
  use.writing = std::min(1.0, seconds(monitor.store_nanoseconds + monitor.commit_nanoseconds) / capacity);
  use.reading = std::min(1.0 - use.writing, seconds(monitor.read_nanoseconds) / capacity);
  use.compute =
      std::clamp(processor / capacity - use.writing - use.reading, 0.0, 1.0 - use.writing - use.reading);
  use.waiting = 1 - use.compute - use.writing - use.reading;
  return use;
}

void tell_times(const Plan& plan, const Monitor& monitor, const TimeUse& use, ProgressStyle style) {
  if (style == ProgressStyle::quiet) return;
  std::vector<std::pair<std::string, double>> rows;
  for (std::size_t i = 0; i < plan.stages.size(); ++i)
    rows.emplace_back(plan.stages[i].spec->id, seconds(monitor.stage_nanoseconds[i]));
  if (style == ProgressStyle::json) {
    Json stages = Json::object();
    for (const auto& [name, time] : rows) stages[name] = rounded(time);
    const Json line = {{"event", "times"},
                       {"seconds", rounded(use.seconds)},
                       {"stages", stages},
                       {"writing", rounded(seconds(monitor.store_nanoseconds))},
                       {"committing", rounded(seconds(monitor.commit_nanoseconds))},
                       {"reading", rounded(seconds(monitor.read_nanoseconds))},
                       {"shares",
                        {{"compute", rounded(use.compute)},
                         {"writing", rounded(use.writing)},
                         {"reading", rounded(use.reading)},
                         {"waiting", rounded(use.waiting)}}},
                       {"limit", use.limit()}};
    std::fprintf(stderr, "%s\n", line.dump().c_str());
    return;
  }
  rows.emplace_back("(writing)", seconds(monitor.store_nanoseconds));
  rows.emplace_back("(committing)", seconds(monitor.commit_nanoseconds));
  rows.emplace_back("(reading the model)", seconds(monitor.read_nanoseconds));
  std::fprintf(stderr, "%-20s %10s\n", "stage", "seconds");
  for (const auto& [name, time] : rows) std::fprintf(stderr, "%-20s %10.3f\n", name.c_str(), time);
  std::fprintf(
      stderr,
      "%.1f s; of the threads' time %.0f %% compute, %.1f %% writing, %.1f %% reading, %.0f %% waiting; "
      "the limit was %s\n",
      use.seconds, 100 * use.compute, 100 * use.writing, 100 * use.reading, 100 * use.waiting,
      use.limit().c_str());
}

}  // namespace hookflow::pipeline

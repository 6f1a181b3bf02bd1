#include "pipeline/progress.hpp"

#include <cstdio>
#include <unistd.h>

namespace hookflow::pipeline {

Progress::Progress(const Monitor& monitor, bool quiet) : monitor_(monitor) {
  if (!quiet && isatty(STDERR_FILENO) != 0) thread_ = std::thread([this] { show(); });
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
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, std::chrono::milliseconds(500), [this] { return over_; })) {
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    const std::size_t done = monitor_.done;
    const double rate = static_cast<double>(done - monitor_.done_before) / elapsed.count();
    const double left = rate > 0 ? static_cast<double>(monitor_.total - done) / rate : 0;
    std::fprintf(stderr, "\r%zu of %zu units, %.1f a second, %.0f s left, %zu failed\033[K", done,
                 monitor_.total, rate, left, monitor_.failed.load());
  }
  std::fprintf(stderr, "\r\033[K");
}

void print_stage_times(const Plan& plan, const Monitor& monitor) {
  const auto seconds = [](std::int64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; };
  std::fprintf(stderr, "%-20s %10s\n", "stage", "seconds");
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    std::fprintf(stderr, "%-20s %10.3f\n", plan.stages[i].spec->id.c_str(),
                 seconds(monitor.stage_nanoseconds[i]));
  }
  std::fprintf(stderr, "%-20s %10.3f\n", "(storing)", seconds(monitor.store_nanoseconds));
}

}  // namespace hookflow::pipeline

#pragma once
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "pipeline/engine/monitor.hpp"
#include "pipeline/engine/plan.hpp"

namespace hookflow::pipeline {

/// What is said on stderr while a run works: nothing; a line for people, which rewrites itself on a terminal
/// and comes every few seconds elsewhere; or one JSON object a line, for programs.
enum class ProgressStyle { quiet, lines, json };

/// Shows how far a run is, with rate, time left and failures, while it lives.
class Progress {
 public:
  Progress(const Monitor& monitor, ProgressStyle style);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  void show();

  const Monitor& monitor_;
  ProgressStyle style_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

/// Where the time of a session went. Shares are of the threads' time together.
struct TimeUse {
  double seconds = 0;  // by the clock
  double compute = 0;
  double writing = 0;
  double reading = 0;                       // of the subject's files, before the first result
  double waiting = 0;                       // what is left: for work, or for the disk
  [[nodiscard]] std::string limit() const;  // the largest of them
};

/// The process's time on processors until now, in seconds.
double processor_seconds();
TimeUse time_use(const Monitor& monitor, double seconds, double processor, std::size_t threads);

/// Time of each stage, and what the limit was, on stderr.
void tell_times(const Plan& plan, const Monitor& monitor, const TimeUse& use, ProgressStyle style);

}  // namespace hookflow::pipeline

#pragma once
#include <condition_variable>
#include <mutex>
#include <thread>

#include "pipeline/graph.hpp"

namespace hookflow::pipeline {

/// Shows on stderr how far a run is, with rate and time left, while it lives; silent when `quiet`, or when
/// stderr is no terminal.
class Progress {
 public:
  Progress(const Monitor& monitor, bool quiet);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

 private:
  void show();

  const Monitor& monitor_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

/// Time of each stage, as a table on stderr.
void print_stage_times(const Plan& plan, const Monitor& monitor);

}  // namespace hookflow::pipeline

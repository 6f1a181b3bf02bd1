#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace hookflow::pipeline {

/// SIGINT, SIGTERM and SIGHUP as a wish to stop: the first is noted, a second ends the process there and
/// then, which the run file survives. A SIGHUP that is ignored when the program starts (nohup) stays ignored.
class StopSignals {
 public:
  static void install();
  /// What a second signal says on stderr before it ends the process with `code`; asked now for every signal,
  /// as a handler can make no text.
  static void prepare_farewell(const std::function<std::string(int code)>& text);
  static const std::atomic<bool>& requested();
  static int number();                  // 0: none came
  static std::string name(int signal);  // SIGINT
  static int exit_code() { return 128 + number(); }
};

/// Gives what is in flight a while to end after a signal, then ends it: calls `give_up`, from a thread of its
/// own, which must not return.
class StopDeadline {
 public:
  StopDeadline(std::chrono::milliseconds patience, std::function<void()> give_up);
  StopDeadline(const StopDeadline&) = delete;
  StopDeadline& operator=(const StopDeadline&) = delete;
  ~StopDeadline();

 private:
  void watch(std::chrono::milliseconds patience);

  std::function<void()> give_up_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace hookflow::pipeline

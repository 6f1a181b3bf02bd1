#pragma once
#include <atomic>
#include <chrono>
#include <functional>
#include <stop_token>
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
  static int number();        // of the first; 0: none came
  static std::string name();  // and its name: SIGINT
  static int exit_code() { return 128 + number(); }
};

/// A thread that, while it lives, gives what is in flight a while to end after a signal and then ends it:
/// calls `give_up`, which must not return.
[[nodiscard]] std::jthread watch_deadline(std::chrono::milliseconds patience, std::function<void()> give_up);

/// Sleeps until told to stop. Returns whether it slept for all of `time`.
bool sleep_through(const std::stop_token& stop, std::chrono::milliseconds time);

}  // namespace hookflow::pipeline

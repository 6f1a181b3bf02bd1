#include "pipeline/stop_signals.hpp"

#include <csignal>
#include <cstdlib>
#include <utility>

namespace hookflow::pipeline {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

extern "C" void handle_signal(int signal) {
  if (stop_requested.exchange(true)) std::_Exit(128 + signal);
  stop_signal = signal;
}

}  // namespace

void StopSignals::install() {
  struct sigaction action {};
  action.sa_handler = handle_signal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow further is a write error like any other
}

const std::atomic<bool>& StopSignals::requested() { return stop_requested; }

int StopSignals::number() { return stop_signal; }

std::string StopSignals::name(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal " + std::to_string(signal);
  }
}

StopDeadline::StopDeadline(std::chrono::milliseconds patience, std::function<void()> give_up)
    : give_up_(std::move(give_up)), thread_([this, patience] { watch(patience); }) {}

StopDeadline::~StopDeadline() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void StopDeadline::watch(std::chrono::milliseconds patience) {
  constexpr std::chrono::milliseconds kGlance{50};  // a handler may wake nobody
  std::unique_lock lock(mutex_);
  const auto is_over = [this] { return over_; };
  while (!stop_requested)
    if (wake_.wait_for(lock, kGlance, is_over)) return;
  if (!wake_.wait_for(lock, patience, is_over)) give_up_();
}

}  // namespace hookflow::pipeline

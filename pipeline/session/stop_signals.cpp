#include "pipeline/session/stop_signals.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace hookflow::pipeline {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

constexpr std::array kSignals = {SIGINT, SIGTERM, SIGHUP};
using Farewells = std::array<std::string, kSignals.size()>;
std::atomic<const Farewells*> farewells{nullptr};
static_assert(std::atomic<const Farewells*>::is_always_lock_free);  // as a handler needs it

/// Only calls that a handler may make, and none that waits: nobody may be reading stderr.
void say_farewell(int signal) {
  const Farewells* texts = farewells;
  pollfd place{STDERR_FILENO, POLLOUT, 0};
  if (texts == nullptr || ::poll(&place, 1, 0) != 1 || place.revents != POLLOUT) return;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals[i] != signal) continue;
    const std::string& text = (*texts)[i];
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // and nobody is left to tell
  }
}

extern "C" void handle_signal(int signal) {
  if (stop_requested.exchange(true)) {
    say_farewell(signal);
    std::_Exit(128 + signal);
  }
  stop_signal = signal;
}

}  // namespace

void StopSignals::install() {
  struct sigaction action {};
  action.sa_handler = handle_signal;
  for (const int signal : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow further is a write error like any other
}

void StopSignals::prepare_farewell(const std::function<std::string(int code)>& text) {
  static std::vector<std::unique_ptr<Farewells>> all;  // kept: a handler may be reading the one before
  auto& texts = *all.emplace_back(std::make_unique<Farewells>());
  for (std::size_t i = 0; i < kSignals.size(); ++i) texts[i] = text(128 + kSignals[i]);
  farewells = &texts;
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

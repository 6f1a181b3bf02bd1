#include "pipeline/session/stop_signals.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <list>
#include <mutex>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace hookflow::pipeline {
namespace {

std::atomic<bool> stop_requested{false};
std::atomic<int> stop_signal{0};

struct Signal {
  int number;
  const char* name;
};
constexpr std::array kSignals = {Signal{SIGINT, "SIGINT"}, Signal{SIGTERM, "SIGTERM"},
                                 Signal{SIGHUP, "SIGHUP"}};
using Farewells = std::array<std::string, kSignals.size()>;
std::atomic<const Farewells*> farewells{nullptr};
static_assert(std::atomic<const Farewells*>::is_always_lock_free);  // as a handler needs it

std::size_t place_of(int signal) {
  return static_cast<std::size_t>(std::ranges::find(kSignals, signal, &Signal::number) - kSignals.begin());
}

/// Only calls that a handler may make, and none that waits: nobody may be reading stderr.
void say_farewell(int signal) {
  const Farewells* texts = farewells;
  pollfd place{STDERR_FILENO, POLLOUT, 0};
  if (texts == nullptr || ::poll(&place, 1, 0) != 1 || place.revents != POLLOUT) return;
  const std::string& text = (*texts)[place_of(signal)];
  if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return;  // and nobody is left to tell
}

extern "C" void handle_signal(int signal) {
  int none = 0;
  if (!stop_signal.compare_exchange_strong(none, signal)) {
    say_farewell(signal);
    std::_Exit(128 + signal);
  }
  stop_requested = true;
}

}  // namespace

void StopSignals::install() {
  struct sigaction action {};
  action.sa_handler = handle_signal;
  for (const auto& [signal, name] : kSignals) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    if (signal == SIGHUP && before.sa_handler == SIG_IGN) continue;
    sigaction(signal, &action, nullptr);
  }
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow further is a write error like any other
}

void StopSignals::prepare_farewell(const std::function<std::string(int code)>& text) {
  static std::list<Farewells> all;  // kept: a handler may be reading the one before
  Farewells& texts = all.emplace_back();
  for (std::size_t i = 0; i < kSignals.size(); ++i) texts[i] = text(128 + kSignals[i].number);
  farewells = &texts;
}

const std::atomic<bool>& StopSignals::requested() { return stop_requested; }

int StopSignals::number() { return stop_signal; }

std::string StopSignals::name() { return kSignals.at(place_of(stop_signal)).name; }

std::jthread watch_deadline(std::chrono::milliseconds patience, std::function<void()> give_up) {
  return std::jthread([patience, give_up = std::move(give_up)](const std::stop_token& over) {
    constexpr std::chrono::milliseconds kGlance{50};  // a handler may wake nobody
    while (!stop_requested)
      if (!sleep_through(over, kGlance)) return;
    if (sleep_through(over, patience)) give_up();
  });
}

bool sleep_through(const std::stop_token& stop, std::chrono::milliseconds time) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace hookflow::pipeline

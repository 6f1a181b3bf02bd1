#include "pipeline/engine/gate.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

/// Pieces by number, with the tickets of those that are in.
struct Pieces {
  Gate gate;
  std::vector<std::size_t> came_in{};
  std::vector<Gate::Ticket> tickets{};

  void enter(double bytes) {
    const std::size_t piece = tickets.size();
    tickets.emplace_back();
    gate.enter(bytes, [this, piece](const Gate::Ticket& ticket) {
      came_in.push_back(piece);
      tickets[piece] = ticket;
    });
  }
  void leave(std::size_t piece) { tickets[piece].reset(); }
};

using Order = std::vector<std::size_t>;

TEST(Gate, LetsInSoManyPieces) {
  Pieces pieces{{2, 100}};
  for (int i = 0; i < 4; ++i) pieces.enter(1);
  EXPECT_EQ(pieces.came_in, (Order{0, 1}));
  pieces.leave(1);
  EXPECT_EQ(pieces.came_in, (Order{0, 1, 2}));
  pieces.leave(0);
  pieces.leave(2);
  EXPECT_EQ(pieces.came_in, (Order{0, 1, 2, 3}));
}

TEST(Gate, LetsInWhatFitsInTheOrderInWhichItComes) {
  Pieces pieces{{9, 100}};
  for (const double bytes : {60.0, 40.0, 50.0, 1.0}) pieces.enter(bytes);
  EXPECT_EQ(pieces.came_in, (Order{0, 1}));
  pieces.leave(1);  // the last would fit now, but is not the first that waits
  EXPECT_EQ(pieces.came_in, (Order{0, 1}));
  pieces.leave(0);
  EXPECT_EQ(pieces.came_in, (Order{0, 1, 2, 3}));
}

TEST(Gate, LetsFewPassTheOneThatIsInsideForTheLongest) {
  Pieces pieces{{2, 100}};
  for (int i = 0; i < 40; ++i) pieces.enter(1);
  for (std::size_t passing = 1; passing < pieces.came_in.size(); ++passing) pieces.leave(passing);
  EXPECT_EQ(pieces.came_in.size(), 9U);  // all but the first are out again
  pieces.leave(0);
  EXPECT_EQ(pieces.came_in.size(), 11U);
}

TEST(Gate, LetsInWhatIsTooLargeAlone) {
  Pieces pieces{{9, 100}};
  for (const double bytes : {500.0, 0.0, 300.0, 99.0}) pieces.enter(bytes);
  EXPECT_EQ(pieces.came_in, (Order{0}));
  pieces.leave(0);
  EXPECT_EQ(pieces.came_in, (Order{0, 1}));
  pieces.leave(1);
  EXPECT_EQ(pieces.came_in, (Order{0, 1, 2}));
  pieces.leave(2);
  EXPECT_EQ(pieces.came_in, (Order{0, 1, 2, 3}));
}

TEST(Gate, APieceIsInsideForAsLongAsACopyOfItsTicketIsHeld) {
  Pieces pieces{{1, 100}};
  pieces.enter(1);
  pieces.enter(1);
  const Gate::Ticket copy = pieces.tickets[0];
  pieces.leave(0);
  EXPECT_EQ(pieces.came_in, (Order{0}));
}

// Each comes when the one before it is let in, and is gone at once: no call stands within another.
TEST(Gate, AStartMayEnterAnother) {
  constexpr int kPieces = 300'000;
  Gate gate(1, 0);
  int started = 0;
  std::function<void(Gate::Ticket)> next = [&](const Gate::Ticket&) {
    if (++started < kPieces) gate.enter(1, next);
  };
  gate.enter(1, next);
  EXPECT_EQ(started, kPieces);
}

/// Pieces inside, which leave in any order.
class Crowd {
 public:
  void take_in(double bytes, Gate::Ticket ticket) {
    const std::lock_guard lock(mutex_);
    inside_.emplace_back(bytes, std::move(ticket));
    double all = 0;
    for (const auto& [own, of] : inside_) all += own;
    most_pieces = std::max(most_pieces, inside_.size());
    if (inside_.size() > 1) most_bytes = std::max(most_bytes, all);
    ++seen;
  }
  /// Returns whether there was one.
  bool let_out(std::size_t random) {
    std::unique_lock lock(mutex_);
    if (inside_.empty()) return false;
    std::swap(inside_[random % inside_.size()], inside_.back());
    const auto leaving = std::move(inside_.back());
    inside_.pop_back();
    lock.unlock();  // it lets others in
    return true;
  }
  std::size_t most_pieces = 0, seen = 0;
  double most_bytes = 0;  // of two or more

 private:
  std::mutex mutex_;
  std::vector<std::pair<double, Gate::Ticket>> inside_;
};

// Two gates, one behind the other, as those of batches and of their variants are.
TEST(Gate, ManyThreadsGoThroughTwo) {
  constexpr std::size_t kThreads = 4, kEach = 3000;
  constexpr double kMost = 100;
  Gate outer(5, kMost), inner(3, kMost);
  Crowd crowd;
  const auto work = [&](unsigned seed) {
    std::mt19937 random(seed);
    for (std::size_t i = 0; i < kEach; ++i) {
      const auto bytes = static_cast<double>(random() % 150);
      outer.enter(bytes, [&, bytes](const Gate::Ticket& out) {
        inner.enter(bytes, [&, bytes, out](const Gate::Ticket& in) {
          crowd.take_in(bytes, std::make_shared<std::pair<Gate::Ticket, Gate::Ticket>>(out, in));
        });
      });
      if (random() % 2 == 0) crowd.let_out(random());
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < kThreads; ++i) threads.emplace_back(work, i);
  }
  while (crowd.let_out(0)) continue;
  EXPECT_EQ(crowd.seen, kThreads * kEach);
  EXPECT_LE(crowd.most_pieces, 3U);
  EXPECT_GT(crowd.most_pieces, 1U);
  EXPECT_LE(crowd.most_bytes, kMost);
}

}  // namespace
}  // namespace hookflow::pipeline

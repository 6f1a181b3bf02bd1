#pragma once
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>

namespace hookflow::pipeline {

/// Lets pieces of work in, in the order in which they come, while those inside are few enough and their bytes
/// fit, and while not too many have passed the one that is inside for the longest: threads turn to the newest
/// work first. Where none is inside one is let in whatever it takes, so that all that comes is let in once.
/// May be used from any thread; no caller waits.
class Gate {
 public:
  /// Of a piece that is inside; it leaves when the last copy goes, and that thread lets in what waits.
  using Ticket = std::shared_ptr<void>;
  using Start = std::function<void(Ticket)>;

  Gate(std::size_t most_pieces, double most_bytes) : most_pieces_(most_pieces), most_bytes_(most_bytes) {}

  /// Calls `start` once the piece is let in: now, or when another leaves. Starts are called one after the
  /// other; they may enter further pieces, and must not throw.
  void enter(double bytes, Start start);

 private:
  struct Piece {
    double bytes = 0;
    Start start;
  };
  void leave(double bytes, std::size_t number);
  [[nodiscard]] bool has_room() const;  // for the piece that waits the longest
  void let_in(std::unique_lock<std::mutex>& lock);

  const std::size_t most_pieces_;
  const double most_bytes_;
  std::mutex mutex_;
  std::deque<Piece> waiting_;
  std::size_t let_in_ = 0;        // so far
  std::set<std::size_t> inside_;  // their numbers
  double bytes_ = 0;              // of those
  bool is_letting_in_ = false;
};

}  // namespace hookflow::pipeline

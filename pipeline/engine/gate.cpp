#include "pipeline/engine/gate.hpp"

#include <utility>

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kTimesPassed = 4;  // as many pieces as may be inside may pass one

}  // namespace

void Gate::enter(double bytes, Start start) {
  std::unique_lock lock(mutex_);
  waiting_.push_back({bytes, std::move(start)});
  let_in(lock);
}

void Gate::leave(double bytes, std::size_t number) {
  std::unique_lock lock(mutex_);
  inside_.erase(number);
  bytes_ -= bytes;
  let_in(lock);
}

bool Gate::has_room() const {
  if (waiting_.empty()) return false;
  if (inside_.empty()) return true;
  const bool passes = let_in_ - *inside_.begin() > kTimesPassed * most_pieces_;
  return !passes && inside_.size() < most_pieces_ && bytes_ + waiting_.front().bytes <= most_bytes_;
}

/// One thread at a time; what comes or leaves meanwhile it sees before it stops.
void Gate::let_in(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(is_letting_in_, true)) return;
  while (has_room()) {
    Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    const std::size_t number = let_in_++;
    inside_.insert(number);
    bytes_ += piece.bytes;
    lock.unlock();
    piece.start(Ticket(
        this, [bytes = piece.bytes, number](void* gate) { static_cast<Gate*>(gate)->leave(bytes, number); }));
    piece = {};  // what it held may be another's ticket
    lock.lock();
  }
  is_letting_in_ = false;
}

}  // namespace hookflow::pipeline

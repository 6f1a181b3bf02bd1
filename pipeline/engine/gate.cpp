#include "pipeline/engine/gate.hpp"

#include <utility>

namespace hookflow::pipeline {

void Gate::enter(double bytes, Start start) {
  std::unique_lock lock(mutex_);
  waiting_.push_back({bytes, std::move(start)});
  let_in(lock);
}

void Gate::leave(double bytes) {
  std::unique_lock lock(mutex_);
  --pieces_;
  bytes_ -= bytes;
  let_in(lock);
}

bool Gate::has_room() const {
  if (waiting_.empty()) return false;
  return pieces_ == 0 || (pieces_ < most_pieces_ && bytes_ + waiting_.front().bytes <= most_bytes_);
}

/// One thread at a time; what comes or leaves meanwhile it sees before it stops.
void Gate::let_in(std::unique_lock<std::mutex>& lock) {
  if (std::exchange(is_letting_in_, true)) return;
  while (has_room()) {
    Piece piece = std::move(waiting_.front());
    waiting_.pop_front();
    ++pieces_;
    bytes_ += piece.bytes;
    lock.unlock();
    piece.start(Ticket(this, [bytes = piece.bytes](void* gate) { static_cast<Gate*>(gate)->leave(bytes); }));
    piece = {};  // what it held may be another's ticket
    lock.lock();
  }
  is_letting_in_ = false;
}

}  // namespace hookflow::pipeline

#pragma once
#include <future>
#include <thread>
#include <utility>

#include "pipeline/engine/provenance.hpp"

namespace hookflow::pipeline {

/// Finds a run's identity in a thread of its own: hashing a large model takes longer than its first results.
/// Whoever drops it before it is done waits for no more than the block that is being hashed.
class IdentityTask {
 public:
  explicit IdentityTask(const Plan& plan) {
    std::packaged_task<Identity(std::stop_token)> task(
        [&plan](const std::stop_token& stop) { return run_identity(plan, stop); });
    identity_ = task.get_future();
    thread_ = std::jthread(std::move(task));
  }

  /// Waits for it, and throws what finding it threw.
  [[nodiscard]] const Identity& get() const { return identity_.get(); }

 private:
  std::shared_future<Identity> identity_;
  std::jthread thread_;
};

}  // namespace hookflow::pipeline

#pragma once
#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "pipeline/engine/phase.hpp"

namespace hookflow::pipeline {

/// How much may be under way at a time.
struct InFlight {
  std::size_t threads = 1;
  double bytes =
      std::numeric_limits<double>::infinity();  // of the work under way; what is larger is done alone

  /// Batches, and chunks of each expand's variants.
  [[nodiscard]] std::size_t most_packets() const { return threads + 2; }
  /// Every lane that runs has the same share of the memory, its own: a packet waits for packets of its lane
  /// alone. Those of a lane without lanes below wait for nothing once they are in, and so leave; then the
  /// batches above them do. So no run stalls, however little memory there is.
  [[nodiscard]] double bytes_of_lane(const Phase& phase) const {
    return bytes / static_cast<double>(std::ranges::count(phase.runs, true));
  }
};

/// Bytes of one packet of a lane: of the values of the lane's own stages that it holds, and of what a stage
/// takes while it runs on it.
struct PacketBytes {
  double peak = 0;     // while a stage runs
  double waiting = 0;  // once all have: for the store
  double handed = 0;   // of that, what packets of lanes below go on to hold
};

/// What the packets of one lane take.
class LaneMemory {
 public:
  LaneMemory(const Phase& phase, std::size_t lane);
  [[nodiscard]] PacketBytes packet(const Work& work) const;
  /// Those of one batch.
  [[nodiscard]] std::vector<PacketBytes> packets(const Batch& batch,
                                                 std::span<const VariantRange> ranges) const;

 private:
  struct Value {
    const FlowStage* stage = nullptr;
    std::string name;       // of the stage, for messages
    double measured = 0;    // bytes of a variant of a prompt: its numbers
    std::size_t until = 0;  // the last stage, counted along the lane, that it is held for; kNone: to the end
    bool read_below = false;
  };
  std::vector<Value> values_;  // [stage of the lane]
};

/// Bytes that the work under way takes at most, in whatever phase: the values that packets hold until no
/// later stage needs them, and what stages take while they run.
double memory_in_flight(const Plan& plan, const InFlight& limits);

}  // namespace hookflow::pipeline

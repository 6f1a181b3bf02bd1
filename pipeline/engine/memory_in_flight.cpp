#include "pipeline/engine/memory_in_flight.hpp"

#include <algorithm>

#include "pipeline/engine/packet.hpp"

namespace hookflow::pipeline {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

/// Of one variant of one prompt.
double measured_bytes(const Phase& phase, const PlannedStage& stage) {
  double bytes = 0;  // of the run
  for (const Variable& variable : stage.variables)
    bytes += as_double(cell_count(variable.axes)) * as_double(size_of(variable.dtype));
  return bytes / as_double(phase.plan.prompts.size() * cell_count(phase.lanes[stage.lane].axes));
}

bool read_below(const Phase& phase, std::size_t value) {
  return std::any_of(phase.stages.begin(), phase.stages.end(), [&](const PlannedStage& reader) {
    return reader.flow != nullptr && reader.lane != phase.stages[value].lane &&
           std::find(reader.inputs.begin(), reader.inputs.end(), value) != reader.inputs.end();
  });
}

/// All packets of a lane that a run has, and the heaviest in each regard.
struct LanePackets {
  std::size_t count = 0;
  PacketBytes heaviest;
};

LanePackets packets_of(const Phase& phase, std::size_t lane) {
  const LaneMemory memory(phase, lane);
  LanePackets packets;
  for (const Batch& batch : phase.plan.batches) {
    for (const Chunk& chunk : chunks_of(phase, lane, batch)) {
      const PacketBytes bytes = memory.packet({batch, chunk.variants});
      PacketBytes& most = packets.heaviest;
      most = {std::max(most.peak, bytes.peak), std::max(most.waiting, bytes.waiting),
              std::max(most.handed, bytes.handed)};
      ++packets.count;
    }
  }
  return packets;
}

/// A thread goes through a lane with one packet and then stores it, unless another does: packets come to wait
/// while one thread stores and the others go on, up to the lane's limits.
double lane_bytes(const PacketBytes& packet, std::size_t packets, std::size_t threads) {
  const std::size_t running = std::min(threads, packets);
  const double all_running = as_double(running) * packet.peak;
  if (threads == 1) return all_running;
  const std::size_t beside = std::min(threads - 1, packets);
  return std::max(all_running,
                  as_double(beside) * packet.peak + as_double(packets - beside) * packet.waiting);
}

double phase_bytes(const Phase& phase, const InFlight& limits) {
  double most = 0;     // of the lanes: a thread is in one of them
  double parents = 0;  // which stay until their last chunk is done
  for (std::size_t lane = 0; lane < phase.lanes.size(); ++lane) {
    if (!phase.runs[lane]) continue;
    const auto [count, heaviest] = packets_of(phase, lane);
    const std::size_t packets = std::min(limits.most_packets(), count);
    const double room = std::max(heaviest.peak, limits.bytes_of_lane(phase));
    most = std::max(most, std::min(room, lane_bytes(heaviest, packets, limits.threads)));
    parents += std::min(room, as_double(packets) * heaviest.handed);
  }
  return most + parents;
}

}  // namespace

LaneMemory::LaneMemory(const Phase& phase, std::size_t lane) {
  const std::vector<std::size_t>& stages = phase.lanes[lane].stages;
  for (std::size_t made = 0; made < stages.size(); ++made) {
    const PlannedStage& stage = phase.stages[stages[made]];
    Value value{stage.flow, measured_bytes(phase, stage), made, read_below(phase, stages[made])};
    while (value.until < stages.size() && needed_after(phase, stages[made], stages[value.until], lane))
      ++value.until;
    if (value.until == stages.size()) value.until = kNone;
    values_.push_back(value);
  }
}

PacketBytes LaneMemory::packet(const Work& work) const {
  const double passes = as_double(work.batch.prompts.size() * work.variants.count);
  PacketBytes bytes;
  std::vector<double> held;  // [stage so far]
  for (std::size_t step = 0; step < values_.size(); ++step) {
    const Bytes own = values_[step].stage->bytes(work);
    held.push_back(own.held + values_[step].measured * passes);
    double now = own.working;
    for (std::size_t i = 0; i <= step; ++i)
      if (values_[i].until >= step) now += held[i];
    bytes.peak = std::max(bytes.peak, now);
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].until != kNone) continue;
    bytes.waiting += held[i];
    if (values_[i].read_below) bytes.handed += held[i];
  }
  return bytes;
}

double memory_in_flight(const Plan& plan, const InFlight& limits) {
  double most = 0;
  for (std::size_t number = 0; number < plan.phase_count(); ++number)
    most = std::max(most, phase_bytes(phase_of(plan, number), limits));
  return most;
}

}  // namespace hookflow::pipeline

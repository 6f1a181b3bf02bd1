#include "pipeline/engine/memory_in_flight.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "pipeline/engine/packet.hpp"
#include "pipeline/parallel/for_each_of.hpp"

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
  PacketBytes heaviest{};

  [[nodiscard]] LanePackets operator+(const LanePackets& other) const {
    return {count + other.count,
            {std::max(heaviest.peak, other.heaviest.peak), std::max(heaviest.waiting, other.heaviest.waiting),
             std::max(heaviest.handed, other.heaviest.handed)}};
  }
};

LanePackets packets_of(const Phase& phase, std::size_t lane) {
  const LaneMemory memory(phase, lane);
  const std::vector<Batch>& batches = phase.plan.batches;
  std::vector<LanePackets> packets(batches.size());
  for_each_of(batches.size(), [&](std::size_t batch) {
    std::vector<VariantRange> ranges;
    for (const Chunk& chunk : chunks_of(phase, lane, batches[batch])) ranges.push_back(chunk.variants);
    for (const PacketBytes& bytes : memory.packets(batches[batch], ranges))
      packets[batch] = packets[batch] + LanePackets{1, bytes};
  });
  return std::accumulate(packets.begin(), packets.end(), LanePackets{});
}

/// Packets come to wait for the store while one thread stores another; they may still wait when that thread,
/// which takes the newest work first, goes on with a new one. A single thread stores each packet as it comes.
double lane_bytes(const PacketBytes& packet, std::size_t packets, std::size_t threads) {
  const std::size_t running = std::min(threads, packets);
  const std::size_t waiting = threads == 1 ? 0 : packets - running;
  return as_double(running) * packet.peak + as_double(waiting) * packet.waiting;
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
    Value value{stage.flow, stage.spec->declaration->name, measured_bytes(phase, stage), made,
                read_below(phase, stages[made])};
    while (value.until < stages.size() && needed_after(phase, stages[made], stages[value.until], lane))
      ++value.until;
    if (value.until == stages.size()) value.until = kNone;
    values_.push_back(value);
  }
}

PacketBytes LaneMemory::packet(const Work& work) const {
  return packets(work.batch, {&work.variants, 1}).front();
}

std::vector<PacketBytes> LaneMemory::packets(const Batch& batch, std::span<const VariantRange> ranges) const {
  std::vector<PacketBytes> packets(ranges.size());
  std::vector<std::vector<Bytes>> own;  // [stage so far][range]
  for (std::size_t step = 0; step < values_.size(); ++step) {
    std::vector<Bytes>& of_stage = own.emplace_back(values_[step].stage->bytes(batch, ranges));
    if (of_stage.size() != ranges.size())
      throw std::logic_error(values_[step].name + ": does not tell the bytes of each range of variants");
    for (std::size_t range = 0; range < ranges.size(); ++range) {
      of_stage[range].held += values_[step].measured * as_double(batch.prompts.size() * ranges[range].count);
      double now = of_stage[range].working;
      for (std::size_t i = 0; i <= step; ++i)
        if (values_[i].until >= step) now += own[i][range].held;
      packets[range].peak = std::max(packets[range].peak, now);
    }
  }
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].until != kNone) continue;
    for (std::size_t range = 0; range < ranges.size(); ++range) {
      packets[range].waiting += own[i][range].held;
      if (values_[i].read_below) packets[range].handed += own[i][range].held;
    }
  }
  return packets;
}

double memory_in_flight(const Plan& plan, const InFlight& limits) {
  double most = 0;
  for (std::size_t number = 0; number < plan.phase_count(); ++number)
    most = std::max(most, phase_bytes(phase_of(plan, number), limits));
  return most;
}

}  // namespace hookflow::pipeline

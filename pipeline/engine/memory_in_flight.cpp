#include "pipeline/engine/memory_in_flight.hpp"

#include <algorithm>

#include "pipeline/engine/graph.hpp"
#include "pipeline/engine/packet.hpp"

namespace hookflow::pipeline {
namespace {

double as_double(std::size_t number) { return static_cast<double>(number); }

/// What one stage's output takes in one packet: of the measured numbers, and what it says itself.
double output_bytes(const Plan& plan, const PlannedStage& stage) {
  const std::size_t prompts = std::ranges::max(plan.batches, {}, &Batch::count).count;
  double bytes = 0;  // of the run
  for (const Variable& variable : stage.variables)
    bytes += as_double(cell_count(variable.axes)) * as_double(size_of(variable.dtype));
  const double packets = as_double(plan.prompts.size() * plan.lanes[stage.lane].parts) / as_double(prompts);
  return bytes / packets + stage.spec->stage->cost().bytes_held;
}

/// One packet of a lane: the values of the lane's own stages that it holds.
struct PacketBytes {
  double peak = 0;     // while a stage runs on it
  double waiting = 0;  // once all have: for the store
  double handed = 0;   // of that, what packets of lanes below go on to hold
};

bool read_below(const Plan& plan, std::size_t value) {
  return std::any_of(plan.stages.begin(), plan.stages.end(), [&](const PlannedStage& reader) {
    return reader.flow != nullptr && reader.lane != plan.stages[value].lane &&
           std::find(reader.inputs.begin(), reader.inputs.end(), value) != reader.inputs.end();
  });
}

PacketBytes packet_bytes(const Plan& plan, std::size_t lane) {
  PacketBytes bytes;
  std::vector<std::size_t> held;
  for (const std::size_t stage : plan.lanes[lane].stages) {
    held.push_back(stage);
    double now = plan.stages[stage].spec->stage->cost().bytes_working;
    for (const std::size_t value : held) now += output_bytes(plan, plan.stages[value]);
    bytes.peak = std::max(bytes.peak, now);
    std::erase_if(held, [&](std::size_t value) { return !needed_after(plan, value, stage, lane); });
  }
  for (const std::size_t value : held) {
    bytes.waiting += output_bytes(plan, plan.stages[value]);
    if (read_below(plan, value)) bytes.handed += output_bytes(plan, plan.stages[value]);
  }
  return bytes;
}

/// A thread goes through a lane with one packet and then stores it, unless another does: packets come to wait
/// while one thread stores and the others go on, up to the graph's limit.
double lane_bytes(const PacketBytes& packet, std::size_t packets, std::size_t threads) {
  const std::size_t running = std::min(threads, packets);
  const double all_running = as_double(running) * packet.peak;
  if (threads == 1) return all_running;
  const std::size_t beside = std::min(threads - 1, packets);
  const std::size_t waiting = std::min(most_in_flight(threads), packets) - beside;
  return std::max(all_running, as_double(beside) * packet.peak + as_double(waiting) * packet.waiting);
}

}  // namespace

double memory_in_flight(const Plan& plan, std::size_t threads) {
  double most = 0;     // of the lanes: a thread is in one of them
  double parents = 0;  // which stay until their last part is done
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    const std::size_t packets = plan.batches.size() * plan.lanes[lane].parts;
    const PacketBytes bytes = packet_bytes(plan, lane);
    most = std::max(most, lane_bytes(bytes, packets, threads));
    parents += as_double(std::min(most_in_flight(threads), packets)) * bytes.handed;
  }
  return most + parents;
}

}  // namespace hookflow::pipeline

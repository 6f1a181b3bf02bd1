#include "pipeline/engine/packet.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::pipeline {
namespace {

/// Writes what a stage has for one prompt of the batch. The checksum beside a mark is of the part's rows:
/// what a stage wrote elsewhere would have none.
void store_measures(const Plan& plan, const Packet& packet, std::size_t index, std::size_t row,
                    RunStore& store) {
  const Lane& lane = plan.lanes[packet.lane];
  const PlannedStage& stage = plan.stages[index];
  const auto& measures = dynamic_cast<const Measures&>(*packet.values[index][row]);
  const std::string& name = stage.spec->declaration->name;
  const std::size_t first = packet.part * lane.variants_a_part;
  const std::size_t count = std::min(lane.variants_a_part, cell_count(lane.axes) - first);
  if (measures.first != first || measures.count != count)
    throw std::logic_error(name + " gave rows of other variants");
  if (measures.columns.size() != stage.variables.size())
    throw std::logic_error(name + " gave another number of variables than it declared");
  const auto shared_axes = static_cast<std::ptrdiff_t>(1 + lane.axes.size());  // with the prompt's
  for (std::size_t i = 0; i < stage.variables.size(); ++i) {
    const Variable& variable = stage.variables[i];
    const Column& column = measures.columns[i];
    const std::size_t cells = cell_count({variable.axes.begin() + shared_axes, variable.axes.end()});
    const std::size_t given = std::visit([](const auto& values) { return values.size(); }, column);
    if (given != cells * count)
      throw std::logic_error(name + ": " + variable.name + " has " + std::to_string(given) + " values for " +
                             std::to_string(count) + " x " + std::to_string(cells));
    store.write_cells(stage.spec->id, variable.name, packet.batch.first + row, first * cells, column);
  }
}

}  // namespace

bool needed_after(const Plan& plan, std::size_t value, std::size_t stage, std::size_t lane) {
  if (plan.stages[value].stored && plan.stages[value].lane == lane) return true;
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    const PlannedStage& reader = plan.stages[i];
    if (std::find(reader.inputs.begin(), reader.inputs.end(), value) == reader.inputs.end()) continue;
    if (reader.flow != nullptr && (reader.lane == lane ? i > stage : plan.leads_to(lane, reader.lane)))
      return true;
  }
  return false;
}

std::shared_ptr<Packet> start_packet(const Plan& plan, const Batch& batch) {
  auto packet = std::make_shared<Packet>();
  packet->batch = batch;
  packet->values.resize(plan.stages.size());
  packet->failures.resize(batch.count);
  for (std::size_t row = 0; row < batch.count; ++row)
    if (const auto bad = plan.bad_prompts.find(batch.first + row); bad != plan.bad_prompts.end())
      packet->failures[row] = bad->second;
  return packet;
}

std::shared_ptr<Packet> part_packet(const Plan& plan, const Packet& parent, std::size_t lane,
                                    std::size_t part) {
  auto packet = start_packet(plan, parent.batch);
  packet->lane = lane;
  packet->part = part;
  packet->failures = parent.failures;
  packet->tickets = parent.tickets;
  const std::size_t before =
      plan.lanes[lane].stages.front() - 1;  // an expander has an input, so it is not the first
  for (std::size_t i = 0; i < plan.stages.size(); ++i) {
    if (plan.stages[i].lane != lane && needed_after(plan, i, before, lane))
      packet->values[i] = parent.values[i];
  }
  return packet;
}

void run_stage(const Plan& plan, std::size_t stage, Packet& packet) {
  const PlannedStage& planned = plan.stages[stage];
  std::vector<Inputs> inputs;
  for (std::size_t row = 0; row < packet.batch.count; ++row) {
    if (packet.failures[row]) continue;
    std::vector<ValuePtr> values;
    for (const std::size_t from : planned.inputs) {
      values.push_back(from == kNone ? nullptr : packet.values[from][row]);
    }
    inputs.emplace_back(packet.batch.first + row, plan.prompts, std::move(values));
  }
  std::vector<ValuePtr>& results = packet.values[stage];
  results.resize(packet.batch.count);
  if (!inputs.empty()) {
    std::vector<Outcome> outcomes = planned.flow->run_batch(inputs, packet.part);
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t prompt = inputs[i].index();
      const std::size_t row = prompt - packet.batch.first;
      results[row] = std::move(outcomes[i].value);
      if (!results[row]) packet.failures[row] = Failure{prompt, planned.spec->id, outcomes[i].failure};
    }
  }
  for (std::size_t value = 0; value < plan.stages.size(); ++value) {
    if (!packet.values[value].empty() && !needed_after(plan, value, stage, packet.lane))
      packet.values[value].clear();
  }
}

void store_packet(const Plan& plan, const Packet& packet, RunStore& store) {
  for (std::size_t row = 0; row < packet.batch.count; ++row) {
    const std::size_t prompt = packet.batch.first + row;
    if (packet.failures[row]) {
      store.record_failure(*packet.failures[row]);
    } else {
      for (const std::size_t stage : plan.lanes[packet.lane].stages)
        if (plan.stages[stage].stored) store_measures(plan, packet, stage, row, store);
    }
    store.mark(packet.lane, prompt, packet.part, packet.failures[row] ? PartState::failed : PartState::done);
  }
}

}  // namespace hookflow::pipeline

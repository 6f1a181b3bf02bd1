#include "pipeline/engine/packet.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::pipeline {
namespace {

void store_measures(const PlannedStage& stage, std::size_t own_from, const Measures& measures,
                    std::size_t prompt, RunStore& store) {
  if (measures.columns.size() != stage.variables.size()) {
    throw std::logic_error(stage.spec->declaration->name +
                           " gave another number of variables than it declared");
  }
  for (std::size_t i = 0; i < stage.variables.size(); ++i) {
    const Variable& variable = stage.variables[i];
    const std::vector<Axis> own(variable.axes.begin() + static_cast<std::ptrdiff_t>(own_from),
                                variable.axes.end());
    const std::size_t cells = cell_count(own);
    const std::size_t given =
        std::visit([](const auto& column) { return column.size(); }, measures.columns[i]);
    if (given != cells * measures.count) {
      throw std::logic_error(stage.spec->declaration->name + ": " + variable.name + " has " +
                             std::to_string(given) + " values for " + std::to_string(measures.count) + " x " +
                             std::to_string(cells));
    }
    store.write_cells(stage.spec->id, variable.name, prompt, measures.first * cells, measures.columns[i]);
  }
}

/// The checksum beside a mark is of the part's rows: what a stage wrote elsewhere would have none.
void expect_part(const Lane& lane, std::size_t part, const PlannedStage& stage, const Measures& measures) {
  const std::size_t first = part * lane.variants_a_part;
  const std::size_t count = std::min(lane.variants_a_part, cell_count(lane.axes) - first);
  if (measures.first != first || measures.count != count)
    throw std::logic_error(stage.spec->declaration->name + " gave rows of another part");
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
  std::vector<std::size_t> rows;  // of the batch, one an input
  for (std::size_t row = 0; row < packet.batch.count; ++row) {
    if (packet.failures[row]) continue;
    std::vector<ValuePtr> values;
    for (const std::size_t from : planned.inputs) {
      values.push_back(from == kNone ? nullptr : packet.values[from][row]);
    }
    const std::size_t prompt = packet.batch.first + row;
    inputs.emplace_back(prompt, plan.prompts, std::move(values));
    rows.push_back(row);
  }
  std::vector<ValuePtr>& results = packet.values[stage];
  results.resize(packet.batch.count);
  if (!inputs.empty()) {
    std::vector<Outcome> outcomes = planned.flow->run_batch(inputs, packet.part);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (outcomes[i].value) {
        results[rows[i]] = std::move(outcomes[i].value);
      } else {
        packet.failures[rows[i]] =
            Failure{packet.batch.first + rows[i], planned.spec->id, outcomes[i].failure};
      }
    }
  }
  for (std::size_t value = 0; value < plan.stages.size(); ++value) {
    if (!packet.values[value].empty() && !needed_after(plan, value, stage, packet.lane))
      packet.values[value].clear();
  }
}

void store_packet(const Plan& plan, const Packet& packet, RunStore& store) {
  const Lane& lane = plan.lanes[packet.lane];
  for (std::size_t row = 0; row < packet.batch.count; ++row) {
    const std::size_t prompt = packet.batch.first + row;
    if (packet.failures[row]) {
      store.record_failure(*packet.failures[row]);
    } else {
      for (const std::size_t index : lane.stages) {
        const PlannedStage& stage = plan.stages[index];
        if (!stage.stored) continue;
        const auto& measures = dynamic_cast<const Measures&>(*packet.values[index][row]);
        expect_part(lane, packet.part, stage, measures);
        store_measures(stage, 1 + lane.axes.size(), measures, prompt, store);
      }
    }
    store.mark(packet.lane, prompt, packet.part, packet.failures[row] ? PartState::failed : PartState::done);
  }
}

}  // namespace hookflow::pipeline

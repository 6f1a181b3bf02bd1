#include "pipeline/engine/packet.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/plugin/thrown.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Writes what a stage has for one prompt of the batch. The checksums beside the marks are of the chunk's
/// rows: what a stage wrote elsewhere would have none.
void store_measures(const Phase& phase, const Packet& packet, std::size_t index, std::size_t row,
                    RunStore& store) {
  const Lane& lane = phase.lanes[packet.lane];
  const PlannedStage& stage = phase.stages[index];
  const auto& measures = dynamic_cast<const Measures&>(*packet.values[index][row]);
  const std::string& name = stage.spec->declaration->name;
  const auto [first, count] = packet.chunk.variants;
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
    store.write_cells(stage.spec->id, variable.name, packet.batch->prompts[row], first * cells, column);
  }
}

}  // namespace

std::vector<Chunk> chunks_of(const Phase& phase, std::size_t lane, const Batch& batch) {
  const Lane& of = phase.lanes[lane];
  if (of.continues) return chunks_of(phase, of.parent, batch);
  if (of.parent == kNone) return {Chunk{}};
  const PlannedStage& expander = phase.stages[of.stages.front()];
  std::vector<std::size_t> sizes = expander.flow->chunks(batch);
  if (sizes.empty()) sizes.assign(of.parts, 1);
  std::vector<Chunk> chunks;
  std::size_t part = 0;
  const auto variant_at = [&] { return std::min(part * of.variants_a_part, cell_count(of.axes)); };
  for (const std::size_t size : sizes) {
    const std::size_t first = part;
    const std::size_t first_variant = variant_at();
    part += size;
    chunks.push_back({first, size, {first_variant, variant_at() - first_variant}});
  }
  if (part != of.parts || std::ranges::count(sizes, 0U) > 0)
    throw std::logic_error(expander.spec->declaration->name +
                           ": the chunks that it gives do not make up its variants");
  return chunks;
}

bool needed_after(const Phase& phase, std::size_t value, std::size_t stage, std::size_t lane) {
  if (phase.stages[value].stored && phase.stages[value].lane == lane) return true;
  for (std::size_t i = 0; i < phase.stages.size(); ++i) {
    const PlannedStage& reader = phase.stages[i];
    if (std::find(reader.inputs.begin(), reader.inputs.end(), value) == reader.inputs.end()) continue;
    if (reader.flow != nullptr &&
        (reader.lane == lane ? i > stage : leads_to(phase.lanes, lane, reader.lane)))
      return true;
  }
  return false;
}

std::shared_ptr<Packet> start_packet(const Phase& phase, const Batch& batch) {
  auto packet = std::make_shared<Packet>();
  packet->batch = &batch;
  packet->values.resize(phase.stages.size());
  packet->failures.resize(batch.prompts.size());
  packet->left_out.resize(batch.prompts.size());
  for (std::size_t row = 0; row < batch.prompts.size(); ++row) {
    const auto bad = phase.plan.bad_prompts.find(batch.prompts[row]);
    if (bad == phase.plan.bad_prompts.end()) continue;
    packet->failures[row] = bad->second;
    packet->left_out[row] = true;
  }
  return packet;
}

std::shared_ptr<Packet> chunk_packet(const Phase& phase, const Packet& parent, std::size_t lane,
                                     const Chunk& chunk) {
  auto packet = start_packet(phase, *parent.batch);
  packet->lane = lane;
  packet->chunk = chunk;
  packet->failures = parent.failures;
  packet->left_out = parent.left_out;
  packet->tickets = parent.tickets;
  constexpr std::size_t kFirst = 0;  // of all stages: it reads none, and so is in the first lane
  for (std::size_t i = 0; i < phase.stages.size(); ++i) {
    if (phase.stages[i].lane != lane && needed_after(phase, i, kFirst, lane))
      packet->values[i] = parent.values[i];
  }
  return packet;
}

namespace {

/// One of each input.
std::vector<Outcome> outcomes_of(const PlannedStage& stage, std::span<const Inputs> inputs,
                                 VariantRange variants) {
  try {
    std::vector<Outcome> outcomes = stage.flow->run_batch(inputs, variants);
    if (outcomes.size() != inputs.size())
      throw std::logic_error(std::to_string(outcomes.size()) + " outcomes of " +
                             counted(inputs.size(), "prompt"));
    return outcomes;
  } catch (...) {
    rethrow_of_stage(stage.spec->id, stage.spec->declaration->name);
  }
}

/// What a prompt of the packet has at each port of a stage.
std::vector<ValuePtr> inputs_of(const Phase& phase, std::size_t stage, const Packet& packet,
                                std::size_t row) {
  std::vector<ValuePtr> values;
  for (const std::size_t from : phase.stages[stage].inputs) {
    const bool of_fold = from != kNone && phase.stages[from].fold != nullptr;
    values.push_back(from == kNone ? nullptr
                     : of_fold     ? phase.results[stage][values.size()]
                                   : packet.values[from][row]);
  }
  return values;
}

/// Marks the prompts that failed in an earlier phase, and so do not come to a stage. One that runs again
/// leaves out those that it had to leave out then, no others: which prompts run together decides the bits.
void leave_out(const Phase& phase, std::size_t stage, Packet& packet) {
  const bool again = phase.again(packet.lane);
  for (std::size_t row = 0; row < packet.failures.size(); ++row) {
    const auto found = phase.failed.find(packet.batch->prompts[row]);
    if (found == phase.failed.end()) continue;
    const auto& [failure, at] = found->second;
    if (again && (at == kNone || at > stage || phase.stages[at].lane != packet.lane)) continue;
    if (!packet.failures[row]) packet.failures[row] = failure;
    if (again) packet.left_out[row] = true;
  }
}

}  // namespace

void run_stage(const Phase& phase, std::size_t stage, Packet& packet) {
  const PlannedStage& planned = phase.stages[stage];
  const std::vector<std::size_t>& prompts = packet.batch->prompts;
  std::vector<Inputs> inputs;
  std::vector<std::size_t> rows;  // of the batch, one an input
  leave_out(phase, stage, packet);
  for (std::size_t row = 0; row < prompts.size(); ++row) {
    if (phase.again(packet.lane) ? packet.left_out[row] : packet.failures[row].has_value()) continue;
    rows.push_back(row);
    inputs.emplace_back(prompts[row], phase.plan.prompts, inputs_of(phase, stage, packet, row));
  }
  std::vector<ValuePtr>& results = packet.values[stage];
  results.resize(prompts.size());
  if (!inputs.empty()) {
    std::vector<Outcome> outcomes = outcomes_of(planned, inputs, packet.chunk.variants);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::size_t row = rows[i];
      results[row] = std::move(outcomes[i].value);
      if (results[row]) continue;
      packet.left_out[row] = phase.again(packet.lane);
      if (!packet.failures[row])
        packet.failures[row] = Failure{prompts[row], planned.spec->id, outcomes[i].failure};
    }
  }
  for (std::size_t value = 0; value < phase.stages.size(); ++value) {
    if (!packet.values[value].empty() && !needed_after(phase, value, stage, packet.lane))
      packet.values[value].clear();
  }
}

void store_packet(const Phase& phase, const Packet& packet, RunStore& store) {
  const auto& [first_part, parts, variants] = packet.chunk;
  for (std::size_t row = 0; row < packet.batch->prompts.size(); ++row) {
    const std::size_t prompt = packet.batch->prompts[row];
    if (packet.failures[row]) {
      store.record_failure(*packet.failures[row]);
    } else {
      for (const std::size_t stage : phase.lanes[packet.lane].stages)
        if (phase.stages[stage].stored) store_measures(phase, packet, stage, row, store);
    }
    const PartState state = packet.failures[row] ? PartState::failed : PartState::done;
    for (std::size_t part = first_part; part < first_part + parts; ++part)
      store.mark(packet.lane, prompt, part, state);
  }
}

}  // namespace hookflow::pipeline

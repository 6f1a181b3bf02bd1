#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/engine/gate.hpp"
#include "pipeline/engine/phase.hpp"
#include "pipeline/run_file/store/run_store.hpp"

namespace hookflow::pipeline {

/// Consecutive parts of a lane, of all prompts of a batch, that are computed together.
struct Chunk {
  std::size_t first_part = 0;
  std::size_t parts = 1;
  VariantRange variants{};
};

/// How a batch goes through a lane, chunk after chunk; as a single one where no stage expands.
std::vector<Chunk> chunks_of(const Phase& phase, std::size_t lane, const Batch& batch);

/// A batch on its way through a lane: its prompts and, behind an expand, one chunk of their variants. One
/// node at a time changes it; once at the end of its lane it is only read.
struct Packet {
  std::size_t lane = 0;
  const Batch* batch = nullptr;  // of the plan
  Chunk chunk;
  std::vector<std::vector<ValuePtr>> values;     // [stage][prompt of the batch]
  std::vector<std::optional<Failure>> failures;  // [prompt of the batch]
  std::vector<bool> left_out;                    // of these, by the stages that run again
  std::vector<Gate::Ticket> tickets;             // for room among what is in flight, given back at the end
};

/// The packet that starts a batch in the first lane.
std::shared_ptr<Packet> start_packet(const Phase& phase, const Batch& batch);
/// A packet of one chunk of a child lane, with the values that the lane reads from above.
std::shared_ptr<Packet> chunk_packet(const Phase& phase, const Packet& parent, std::size_t lane,
                                     const Chunk& chunk);

/// Whether a packet of `lane` that has passed `stage` still needs `value`, another stage's: for the file, for
/// a later stage of its lane, or for any stage of a lane below, all of which run after it.
bool needed_after(const Phase& phase, std::size_t value, std::size_t stage, std::size_t lane);

/// Runs one stage of the packet's lane on the prompts that have not failed, now or in an earlier phase, and
/// drops values that nothing later needs.
void run_stage(const Phase& phase, std::size_t stage, Packet& packet);

/// Writes what the packet's stages have for the file, and marks each part of its prompts. The store commits
/// later.
void store_packet(const Phase& phase, const Packet& packet, RunStore& store);

}  // namespace hookflow::pipeline

#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/engine/packet.hpp"
#include "pipeline/engine/phase.hpp"

namespace hookflow::pipeline {

/// Work of a phase that one process does: a batch, or some chunks of its variants.
struct Piece {
  struct Chunks {
    std::size_t lane = 0;
    Chunk chunk;
  };
  std::size_t batch = 0;       // of the plan
  double work = 0;             // floating-point operations
  bool whole = true;           // all that the phase does with the batch
  std::vector<Chunks> chunks;  // otherwise
};

/// A phase cut into shares, one list of pieces each. What shares a matrix product stays together, so every
/// share computes the bits that the whole run does. Batches are dealt out whole, those with the most work
/// first, each to the share with the least so far; only where the longest share then has more than a tenth
/// above the mean, batches in it are cut between chunks of their variants, whose clean pass each piece
/// repeats. It depends on the plan alone.
std::vector<std::vector<Piece>> cut_phase(const Phase& phase, std::size_t shares);

}  // namespace hookflow::pipeline

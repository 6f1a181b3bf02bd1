#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"

namespace hookflow::pipeline {

/// What the parts of a lane's prompts have in a run file, and the checksums of that. A part's is of the text
/// "LANE PROMPT PART done\n", or failed, with prompt and part as numbers from 0; then of its cells' bytes,
/// variable by variable; then, if it failed, of the prompt's rows of failed_stage and failed_reason. So it
/// changes when parts change places, when a state changes, and when a failed part gets values.
class LaneCells {
 public:
  /// `check` is the lane's dataset of checksums, whose attributes say which cells belong to which part.
  LaneCells(const h5::File& file, std::string lane, const h5::Dataset& check);

  /// Which cells a part has in the file.
  [[nodiscard]] LaneLayout layout(std::size_t parts) const {
    return {lane_, parts, names_, variants_, variants_a_part_, continues_};
  }
  /// One for each of the parts, which are in the order of their prompts. Reads a few MiB at a time, and
  /// hashes many small parts side by side.
  [[nodiscard]] std::vector<std::int64_t> checksums(std::span<const MarkedPart> parts) const;

  /// Makes a part's cells missing, whatever was left in them.
  void clear(const MarkedPart& part);
  /// The same of all parts.
  void clear();

 private:
  struct Cells {
    h5::Dataset dataset;
    std::size_t row_cells = 0;    // that a prompt has
    std::size_t piece_cells = 0;  // that a variant has
  };
  class Slab;
  class FailureRows;
  /// Of prompts that are read together.
  void add_checksums(std::span<const MarkedPart> parts, FailureRows& failures,
                     std::vector<std::int64_t>& checksums) const;
  void add_large(Sha256& digest, const MarkedPart& part) const;
  /// The cells that a part has of a variable, as [first, first + count) of all its cells.
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  [[nodiscard]] Range range_of(const Cells& cells, const MarkedPart& part) const;

  std::string lane_;
  std::vector<std::string> names_;
  std::vector<Cells> cells_;
  h5::Dataset failed_stage_;
  h5::Dataset failed_reason_;
  std::string continues_;
  std::size_t variants_ = 1;
  std::size_t variants_a_part_ = 1;
  std::size_t prompts_at_once_ = 0;  // 0: even one is too large to read at once
};

/// Adds the cells [first, first + count) of a dataset, counted row-major, as the file has them.
void add_cells(Sha256& digest, const h5::Dataset& dataset, std::size_t first, std::size_t count);

}  // namespace hookflow::pipeline

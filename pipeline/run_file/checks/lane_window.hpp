#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/hash/sha256.hpp"
#include "pipeline/run_file/checks/lane_cells.hpp"

namespace hookflow::pipeline {

/// Some parts of a lane, in the order of their prompts, with all that these prompts have of it in the file,
/// which is read together; a prompt that is too large for that stands alone, and is read as it is used.
///
/// A part's checksum is of the text "LANE PROMPT PART done\n", or failed, with prompt and part as numbers
/// from 0, the prompt's in the whole run; then of its cells' bytes, variable by variable; then, if it failed,
/// of the prompt's rows of failed_stage and failed_reason. So it changes when parts change places, when a
/// state changes, and when a failed part gets values; and it is the same in a share's file and in the whole.
class LaneWindow {
 public:
  /// Of the first parts of these that fit; at least those of one prompt. There must be one.
  LaneWindow(const LaneCells& lane, std::span<const MarkedPart> parts);

  [[nodiscard]] const LaneCells& lane() const { return *lane_; }
  [[nodiscard]] const std::vector<MarkedPart>& parts() const { return parts_; }
  /// Otherwise the file is read for all that is asked.
  [[nodiscard]] bool in_memory() const { return in_memory_; }
  /// One for each part. In memory they are computed side by side.
  [[nodiscard]] std::vector<std::int64_t> checksums() const;
  /// What parts that follow each other have of a variable: `use(cell, bytes)` for stretches of its cells, in
  /// order.
  using Use = std::function<void(std::size_t cell, std::string_view bytes)>;
  void for_cells(std::size_t variable, const MarkedPart& first, const MarkedPart& last, const Use& use) const;

 private:
  [[nodiscard]] std::int64_t checksum(Sha256& digest, const MarkedPart& part) const;

  const LaneCells* lane_;
  std::vector<MarkedPart> parts_;
  bool in_memory_;
  std::vector<std::string> rows_;     // in memory: of each variable
  std::vector<std::string> reasons_;  // if any part failed: of failed_stage and failed_reason
};

/// Adds the cells [first, first + count) of a dataset, counted row-major, as the file has them.
void add_cells(Sha256& digest, const h5::Dataset& dataset, std::size_t first, std::size_t count);

}  // namespace hookflow::pipeline

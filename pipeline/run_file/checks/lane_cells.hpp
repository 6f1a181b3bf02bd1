#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"

namespace hookflow::pipeline {

constexpr std::size_t kBytesAtOnce = std::size_t{1} << 20;    // that are read or written together
constexpr std::size_t kBytesOfPrompt = std::size_t{1} << 22;  // that are, too, where one prompt has so many

/// Which cells the parts of a lane's prompts have in a run file. Those of parts that follow each other do so,
/// too.
class LaneCells {
 public:
  /// `check` is the lane's dataset of checksums, whose attributes say which cells belong to which part.
  /// `run_prompts` are the numbers that the file's prompts have in the whole run; empty: the file has it.
  LaneCells(const h5::File& file, std::string lane, const h5::Dataset& check,
            std::vector<std::size_t> run_prompts);

  [[nodiscard]] LaneLayout layout(std::size_t parts) const {
    return {lane_, parts, names_, variants_, variants_a_part_, continues_};
  }
  [[nodiscard]] const std::string& lane() const { return lane_; }
  [[nodiscard]] std::size_t run_prompt(std::size_t prompt) const {
    return run_prompts_.empty() ? prompt : run_prompts_[prompt];
  }
  /// "GROUP/VARIABLE" of each variable, which are counted in this order.
  [[nodiscard]] const std::vector<std::string>& variables() const { return names_; }
  [[nodiscard]] const h5::Dataset& dataset(std::size_t variable) const { return cells_[variable].dataset; }
  [[nodiscard]] const h5::Dataset& failed_stage() const { return failed_stage_; }
  [[nodiscard]] const h5::Dataset& failed_reason() const { return failed_reason_; }
  /// That a prompt has of a variable.
  [[nodiscard]] std::size_t row_cells(std::size_t variable) const { return cells_[variable].row_cells; }
  /// [first, first + count) of all cells of a variable.
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
  };
  /// Those of parts that follow each other, from the first to the last.
  [[nodiscard]] Range range_of(std::size_t variable, const MarkedPart& first, const MarkedPart& last) const;
  /// Of how many prompts all cells are read together; 0: even one has too many.
  [[nodiscard]] std::size_t prompts_at_once() const { return prompts_at_once_; }

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
  std::string lane_;
  std::vector<std::size_t> run_prompts_;
  std::vector<std::string> names_;
  std::vector<Cells> cells_;
  h5::Dataset failed_stage_;
  h5::Dataset failed_reason_;
  std::string continues_;
  std::size_t variants_ = 1;
  std::size_t variants_a_part_ = 1;
  std::size_t prompts_at_once_ = 0;
};

}  // namespace hookflow::pipeline

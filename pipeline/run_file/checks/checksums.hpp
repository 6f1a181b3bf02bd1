#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/run_file/checks/lane_window.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"

namespace hookflow::pipeline {

/// A checksum beside each mark of /checkpoint: of what the part, or the fold, has in the file. It is written
/// with the values, so that it is on the disk before the mark is; a mark without it is damaged.
class Checksums {
 public:
  /// Makes the datasets beside those of the marks, which must be there.
  static void create(h5::File& file, const RunLayout& layout);
  Checksums(const h5::File& file, const Checkpoint& checkpoint);

  /// Writes those of parts that follow each other, from a cell of [prompt, part] on.
  void put(std::size_t lane, std::size_t cell, std::span<const std::int64_t> checksums);
  /// Writes the checksums of what is marked since the last commit and has none. The cells are read back from
  /// the file: they come in pieces and in any order, and keeping them until the commit would take as much
  /// memory as they take disk. What failed has no values, whatever was in the file before.
  void write(const Checkpoint& checkpoint);
  /// Clears the checksums of folds that are not done: a mark that flips to done is then found out.
  void forget_folds(const Checkpoint& checkpoint);
  /// Makes all values of a lane missing, none of which may be marked as done: they are of no use any more.
  void clear(std::size_t lane);
  /// Parts whose checksums were compared with those in the file.
  struct Compared {
    LaneWindow window;
    std::vector<std::int64_t> checksums;  // of what each part has
    std::vector<bool> sound;              // whether the file says the same
  };
  using UseCompared = std::function<void(std::size_t lane, const Compared&)>;
  /// Compares all that is done or failed with its checksums. `use` is called with all of it, lane by lane and
  /// window by window in their order, on whatever thread, while the next window's checksums are computed.
  [[nodiscard]] Damage find_damage(const h5::File& file, const Checkpoint& checkpoint,
                                   const UseCompared& use = {}) const;
  /// The same of folds alone.
  [[nodiscard]] std::vector<std::size_t> damaged_folds(const Checkpoint& checkpoint) const;
  /// Of the text "FOLD\n" and then of its variables' bytes, in the order in which `fold_check` lists them.
  [[nodiscard]] std::int64_t fold_checksum(std::size_t fold) const;

 private:
  struct Lane {
    h5::Dataset check;  // [prompt, part]
    LaneCells cells;
  };
  void write(std::size_t lane, const LaneWindow& window);
  void find_damaged_parts(const Checkpoint& checkpoint, std::size_t lane, Damage& damage,
                          const UseCompared& use) const;

  std::vector<Lane> lanes_;
  std::vector<std::string> fold_names_;
  std::vector<std::vector<h5::Dataset>> fold_variables_;
  h5::Dataset fold_check_;
};

}  // namespace hookflow::pipeline

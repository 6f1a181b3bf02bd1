#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/damage.hpp"
#include "pipeline/run_file/marks/lane_cells.hpp"

namespace hookflow::pipeline {

/// A checksum beside each mark of /checkpoint: of what the part, or the fold, has in the file. It is written
/// with the values, so that it is on the disk before the mark is; a mark without it is damaged.
class Checksums {
 public:
  /// Makes the datasets beside those of the marks, which must be there.
  static void create(h5::File& file, const RunLayout& layout);
  Checksums(const h5::File& file, const Checkpoint& checkpoint);

  /// Writes the checksums of what is marked since the last commit. The cells are read back from the
  /// file: they come in pieces and in any order, and keeping them until the commit would take as much memory
  /// as they take disk. What failed has no values, whatever was in the file before.
  void write(const Checkpoint& checkpoint);
  /// Clears the checksums of folds that are not done: a mark that flips to done is then found out.
  void forget_folds(const Checkpoint& checkpoint);
  /// Makes all values of a lane missing, none of which may be marked as done: they are of no use any more.
  void clear(std::size_t lane);
  /// Compares all that is done or failed with its checksums.
  [[nodiscard]] Damage find_damage(const h5::File& file, const Checkpoint& checkpoint) const;
  /// The same of folds alone.
  [[nodiscard]] std::vector<std::size_t> damaged_folds(const Checkpoint& checkpoint) const;
  /// Of the text "FOLD\n" and then of its variables' bytes, in the order in which `fold_check` lists them.
  [[nodiscard]] std::int64_t fold_checksum(std::size_t fold) const;

 private:
  struct Lane {
    h5::Dataset check;  // [prompt, part]
    LaneCells cells;
  };
  void find_damaged_parts(const Checkpoint& checkpoint, std::size_t lane, Damage& damage) const;

  std::vector<Lane> lanes_;
  std::vector<std::string> fold_names_;
  std::vector<std::vector<h5::Dataset>> fold_variables_;
  h5::Dataset fold_check_;
};

}  // namespace hookflow::pipeline

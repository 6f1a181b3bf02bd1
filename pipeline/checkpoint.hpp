#pragma once
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "pipeline/h5.hpp"
#include "pipeline/run_store.hpp"

namespace hookflow::pipeline {

/// The group /checkpoint: which units are done, which folds, and why a prompt failed. All of it is allocated
/// when the file is made, so that marking overwrites bytes and moves nothing.
class Checkpoint {
 public:
  static void create(h5::File& file, const RunLayout& layout);
  explicit Checkpoint(const h5::File& file);

  [[nodiscard]] const std::vector<std::string>& lanes() const { return lane_names_; }
  [[nodiscard]] const std::vector<std::string>& folds() const { return fold_names_; }
  [[nodiscard]] std::size_t prompts() const { return reasons_.extents().at(0); }
  [[nodiscard]] std::size_t parts(std::size_t lane) const { return lanes_.at(lane).done.extents().at(1); }
  /// What a layout has otherwise, a line each.
  [[nodiscard]] std::vector<std::string> differences(const RunLayout& layout) const;

  [[nodiscard]] std::vector<UnitState> states(std::size_t lane) const;  // as written
  [[nodiscard]] std::int64_t count(UnitState state) const;              // over all lanes, as written
  [[nodiscard]] bool fold_done(std::size_t fold) const { return folds_.written.at(fold) != 0; }
  /// The prompts of which some unit has failed and not been done since.
  [[nodiscard]] std::vector<Failure> failures() const;

  void mark(std::size_t lane, std::size_t prompt, std::size_t part, UnitState state);
  void mark_fold(std::size_t fold);
  /// The first failure of a prompt since the file was opened stands, whatever lane it came from.
  void record(const Failure& failure);

  [[nodiscard]] bool has_marks() const;
  /// A fold that was done is no longer, once units are marked after it. Returns whether there was one: that
  /// must reach the disk before the marks do.
  bool take_back_folds();
  void write_marks();

 private:
  // A dataset of states, what it holds, and what it is to hold after the next write.
  struct Map {
    h5::Dataset done;
    std::vector<std::uint8_t> written;
    std::vector<std::uint8_t> marked;
    std::vector<std::size_t> changed;  // cells
  };
  static Map open_map(const h5::Group& group, const std::string& name);
  static void set(Map& map, std::size_t cell, std::uint8_t state);
  static void write(Map& map);
  void clear_mended();

  explicit Checkpoint(const h5::Group& group);
  [[nodiscard]] bool has_failed(std::size_t prompt) const;

  std::vector<std::string> lane_names_;
  std::vector<std::string> fold_names_;
  std::vector<Map> lanes_;
  Map folds_;
  h5::Dataset stages_;
  h5::Dataset reasons_;
  std::set<std::size_t> recorded_;
};

}  // namespace hookflow::pipeline

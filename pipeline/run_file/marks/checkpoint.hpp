#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/marks/dependencies.hpp"
#include "pipeline/run_file/marks/failure_texts.hpp"
#include "pipeline/run_file/marks/part_state.hpp"
#include "pipeline/values/index_set.hpp"

namespace hookflow::pipeline {

/// The prompts as they were given, in JSON, which the checkpoint keeps for who goes on with a run; empty
/// where it was made without.
std::vector<std::string> stored_prompt_rows(const h5::File& file);

/// A part of a prompt that is done or failed.
struct MarkedPart {
  std::size_t prompt = 0;
  std::size_t part = 0;
  PartState state = PartState::done;
};

/// The group /checkpoint: which parts are done, which folds, and why a prompt failed. All of it is allocated
/// when the file is made, so that marking overwrites bytes and moves nothing.
class Checkpoint {
 public:
  static void create(h5::File& file, const RunLayout& layout);
  explicit Checkpoint(const h5::File& file);

  [[nodiscard]] const std::vector<std::string>& lanes() const { return lane_names_; }
  [[nodiscard]] const std::vector<std::string>& folds() const { return fold_names_; }
  [[nodiscard]] std::size_t prompts() const { return texts_.prompts(); }
  [[nodiscard]] std::size_t parts(std::size_t lane) const { return lanes_.at(lane).done.extents().at(1); }
  /// Which share of a run it is; none: all of it.
  [[nodiscard]] const std::optional<ShareLayout>& share() const { return share_; }
  /// How the file differs from a layout, a line for each difference.
  [[nodiscard]] std::vector<std::string> differences(const RunLayout& layout) const;

  // What the file says by now; marks that wait for the next write do not count.
  [[nodiscard]] std::vector<PartState> states(std::size_t lane) const;
  [[nodiscard]] std::int64_t count(PartState state) const;  // over all lanes
  [[nodiscard]] PartState fold_state(std::size_t fold) const;
  [[nodiscard]] bool fold_done(std::size_t fold) const { return fold_state(fold) == PartState::done; }
  [[nodiscard]] bool all_done() const;  // all parts done or failed, all folds done, as far as its share goes
  /// The prompts of which some part has failed and not been done since.
  [[nodiscard]] std::vector<Failure> failures() const;

  /// The marks of prompts [first, first + count).
  struct Marks {
    std::vector<MarkedPart> parts;
    std::vector<MarkedPart> unreadable;  // bytes that are no state here; they count as pending, or elsewhere
  };
  [[nodiscard]] Marks marks(std::size_t lane, std::size_t first, std::size_t count) const;
  [[nodiscard]] bool fold_unreadable(std::size_t fold) const { return folds_.written.at(fold) > 1; }
  /// What is to be marked as done or failed with the next write and has no checksum yet; parts in order.
  [[nodiscard]] std::vector<MarkedPart> unchecked(std::size_t lane) const;
  /// State of a part after the next write.
  [[nodiscard]] PartState marked(std::size_t lane, std::size_t prompt, std::size_t part) const;
  [[nodiscard]] std::vector<std::size_t> unwritten_folds() const;

  void mark(std::size_t lane, std::size_t prompt, std::size_t part, PartState state);
  /// As done, the checksum being in the file.
  void mark_checked(std::size_t lane, std::size_t prompt, std::size_t part);
  void mark_fold(std::size_t fold, bool done = true);
  /// The first failure of a prompt stands, whatever lane it came from, until its marks are taken back.
  void record(const Failure& failure);
  /// Marks what failed as pending.
  void retry();
  /// Clears the reasons of prompts of which no part is marked as failed.
  void clear_stale_failures();

  [[nodiscard]] bool has_marks() const;
  /// What newer marks make stale.
  struct Stale {
    bool folds = false;              // any
    std::vector<std::size_t> lanes;  // as a whole
    [[nodiscard]] bool any() const { return folds || !lanes.empty(); }
  };
  /// Marks as pending what was done and is built on what has changed. That must reach the disk before the
  /// newer marks do.
  Stale take_back(const Dependencies& dependencies);
  void write_marks();

 private:
  // A dataset of states; `written` is what it holds, `marked` what it will hold after the next write.
  struct Map {
    h5::Dataset done;
    std::vector<std::uint8_t> written;
    std::vector<std::uint8_t> marked;
    IndexSet changed;                        // rows
    IndexSet unchecked;                      // cells whose checksums are to be written
    std::array<std::int64_t, 256> counts{};  // of each byte, written
  };
  static Map open_map(const h5::Group& group, const std::string& name);
  static bool has_changed(const Map& map) { return !map.changed.empty(); }
  static void set(Map& map, std::size_t cell, std::uint8_t state);
  /// Of a row, which is a prompt's, or a fold.
  static std::size_t width(const Map& map) {
    return map.done.extents().size() == 2 ? map.done.extents()[1] : 1;
  }
  [[nodiscard]] bool is_stale(std::size_t fold, const Dependencies& dependencies) const;
  static void write(Map& map);

  [[nodiscard]] bool has_failed(std::size_t prompt) const;
  [[nodiscard]] bool is_own(std::size_t lane, std::size_t cell) const {
    return !share_ || share_->own[lane].empty() || share_->own[lane][cell];
  }

  std::vector<std::string> lane_names_;
  std::vector<std::string> fold_names_;
  std::optional<ShareLayout> share_;
  std::vector<Map> lanes_;
  Map folds_;
  FailureTexts texts_;
  std::set<std::size_t> recorded_;  // prompts, since the file was opened or they were retried
};

}  // namespace hookflow::pipeline

#include "pipeline/merge/take_in.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/checksums.hpp"
#include "pipeline/run_file/reading/cell_reader.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kCopiedAtOnce = std::size_t{1} << 22;  // bytes
constexpr std::size_t kCommitted = std::size_t{1} << 28;     // bytes, between commits
constexpr std::size_t kStretch = std::size_t{1} << 26;       // bytes that are marked together
constexpr std::size_t kMarked = std::size_t{1} << 20;        // parts, between commits

Column read_column(const h5::Dataset& dataset, std::size_t first, std::size_t count) {
  switch (dataset.kind()) {
    case h5::Kind::float32:
      return read_cells<float>(dataset, first, count);
    case h5::Kind::float64:
      return read_cells<double>(dataset, first, count);
    default:
      return read_cells<std::int64_t>(dataset, first, count);
  }
}

/// Parts of the shard's rows [first, first + count) that are all copied: prompts that follow each other in
/// the whole run, too.
struct Stretch {
  std::size_t row = 0;
  std::size_t rows = 0;
  std::size_t first_part = 0;
  std::size_t parts = 0;
};

class TakeIn {
 public:
  TakeIn(const ShardFile& shard, const h5::File& file, const RunLayout& layout, RunStore& whole,
         const std::atomic<bool>& stop)
      : shard_(shard), file_(file), checkpoint_(file), layout_(layout), whole_(whole), stop_(stop) {
    for (Failure& failure : checkpoint_.failures()) failures_.emplace(failure.prompt, std::move(failure));
  }

  Damage run() {
    Damage damage = Checksums(file_, checkpoint_).find_damage(file_, checkpoint_);
    for (const Damage::Part& part : damage.parts) damaged_.emplace(part.lane, part.prompt, part.part);
    for (std::size_t lane = 0; lane < layout_.lanes.size(); ++lane) take_lane(lane);
    whole_.commit();
    return damage;
  }

 private:
  /// A variable of the shard.
  struct Source {
    std::string group;
    std::string variable;
    h5::Dataset cells;
  };

  void take_lane(std::size_t lane) {
    own_ = checkpoint_.states(lane);
    const auto is_there = [](PartState state) {
      return state == PartState::done || state == PartState::failed;
    };
    if (std::ranges::none_of(own_, is_there)) return;  // as of another phase's, which the file does not have
    sources_.clear();
    std::size_t row_bytes = 1;
    for (const std::string& name : layout_.lanes[lane].variables) {
      const std::size_t slash = name.find('/');
      Source& source = sources_.emplace_back(Source{name.substr(0, slash), name.substr(slash + 1), {}});
      source.cells = file_.open_group(source.group).open_dataset(source.variable);
      row_bytes += source.cells.rows(0, 1).cells() * source.cells.cell_bytes();
    }
    most_rows_ = std::max<std::size_t>(1, kStretch / row_bytes);
    const std::vector<std::size_t>& prompts = shard_.share.prompts;
    there_ = whole_.states(lane, prompts.front(), prompts.back() + 1 - prompts.front());
    const std::size_t parts = layout_.lanes[lane].parts;
    Stretch stretch;
    for (std::size_t row = 0; row < prompts.size(); ++row) {
      for (std::size_t part = 0; part < parts; ++part) {
        const PartState state = state_to_take(lane, row, part);
        if (state == PartState::failed) take_failure(lane, row, part);
        if (state != PartState::done) continue;
        if (!joins(lane, stretch, row, part)) copy(lane, std::exchange(stretch, {row, 1, part, 0}));
        if (stretch.row + stretch.rows == row) ++stretch.rows;
        if (stretch.rows == 1) ++stretch.parts;
      }
    }
    copy(lane, stretch);
  }

  /// Pending: there is nothing to be taken.
  [[nodiscard]] PartState state_to_take(std::size_t lane, std::size_t row, std::size_t part) const {
    const std::size_t parts = layout_.lanes[lane].parts;
    const PartState own = own_[row * parts + part];
    const PartState there = there_[(shard_.share.prompts[row] - shard_.share.prompts.front()) * parts + part];
    if (damaged_.contains({lane, row, part}) || there == PartState::done) return PartState::pending;
    if (own == PartState::failed && there == PartState::failed) return PartState::pending;
    return own;
  }

  /// Whether the part goes on a stretch: the next of its row, or the first of the next row behind whole ones.
  [[nodiscard]] bool joins(std::size_t lane, const Stretch& stretch, std::size_t row,
                           std::size_t part) const {
    const std::size_t parts = layout_.lanes[lane].parts;
    if (stretch.parts == 0) return false;
    const std::size_t last = stretch.row + stretch.rows - 1;
    if (row == last) return stretch.rows > 1 || part == stretch.first_part + stretch.parts;
    const std::vector<std::size_t>& prompts = shard_.share.prompts;
    return part == 0 && stretch.parts == parts && stretch.rows < most_rows_ && row == last + 1 &&
           prompts[row] == prompts[last] + 1 && all_done(lane, row);
  }
  [[nodiscard]] bool all_done(std::size_t lane, std::size_t row) const {
    for (std::size_t part = 0; part < layout_.lanes[lane].parts; ++part)
      if (state_to_take(lane, row, part) != PartState::done) return false;
    return true;
  }

  void take_failure(std::size_t lane, std::size_t row, std::size_t part) {
    Failure failure = failures_.at(row);
    failure.prompt = shard_.share.prompts[row];
    whole_.record_failure(failure);
    whole_.mark_merged(lane, failure.prompt, part, PartState::failed, kernel_);
    count_marked(1);
  }

  void copy(std::size_t lane, const Stretch& stretch) {
    if (stretch.parts == 0) return;
    const LaneLayout& of = layout_.lanes[lane];
    const std::size_t prompt = shard_.share.prompts[stretch.row];
    for (const Source& source : sources_) {
      const std::size_t row = source.cells.rows(0, 1).cells();
      const std::size_t a_variant = row / of.variants;
      const std::size_t first = of.first_variant(stretch.first_part) * a_variant;
      const std::size_t end = of.first_variant(stretch.first_part + stretch.parts) * a_variant;
      copy_cells(source,
                 {stretch.row * row + first, prompt * row + first, (stretch.rows - 1) * row + end - first});
    }
    for (std::size_t row = 0; row < stretch.rows; ++row)
      for (std::size_t part = stretch.first_part; part < stretch.first_part + stretch.parts; ++part)
        whole_.mark_merged(lane, prompt + row, part, PartState::done, kernel_);
    count_marked(stretch.rows * stretch.parts);
  }

  void count_marked(std::size_t parts) {
    marked_ += parts;
    if (uncommitted_ < kCommitted && marked_ < kMarked) return;
    whole_.commit();
    uncommitted_ = marked_ = 0;
  }

  struct Cells {
    std::size_t from = 0;
    std::size_t to = 0;
    std::size_t count = 0;
  };
  void copy_cells(const Source& source, const Cells& cells) {
    const std::size_t at_once = kCopiedAtOnce / source.cells.cell_bytes();
    for (std::size_t done = 0; done < cells.count; done += at_once) {
      if (stop_) throw Stopped();
      const std::size_t count = std::min(at_once, cells.count - done);
      whole_.write_range(source.group, source.variable, cells.to + done,
                         read_column(source.cells, cells.from + done, count));
      uncommitted_ += count * source.cells.cell_bytes();
    }
  }

  const ShardFile& shard_;
  const std::string kernel_ = shard_.kernel();
  const h5::File& file_;
  Checkpoint checkpoint_;
  const RunLayout& layout_;
  RunStore& whole_;
  const std::atomic<bool>& stop_;
  std::map<std::size_t, Failure> failures_;                              // by row
  std::set<std::tuple<std::size_t, std::size_t, std::size_t>> damaged_;  // lane, row, part
  // Of the lane that is taken:
  std::vector<Source> sources_;
  std::size_t most_rows_ = 1;  // of a stretch
  std::vector<PartState> own_;
  std::vector<PartState> there_;  // from the share's first prompt on
  std::size_t uncommitted_ = 0;   // bytes
  std::size_t marked_ = 0;        // parts, uncommitted
};

}  // namespace

Damage take_in(const ShardFile& shard, const RunLayout& layout, RunStore& whole,
               const std::atomic<bool>& stop) {
  return RunFile(shard.path).read([&](const h5::File& file) {
    return TakeIn(shard, file, layout, whole, stop).run();
  });
}

}  // namespace hookflow::pipeline

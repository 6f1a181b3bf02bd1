#include "pipeline/run_file/marks/checkpoint.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "pipeline/run_file/marks/share_group.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

// Bytes between two changed marks up to which one write of all is cheaper than two.
constexpr std::size_t kWorthSkipping = 4096;

constexpr auto kLastState = static_cast<std::uint8_t>(PartState::failed);

PartState state_of(std::uint8_t byte) { return byte > kLastState ? PartState::pending : PartState{byte}; }

}  // namespace

Checkpoint::Checkpoint(const h5::File& file) : texts_(file.open_group(kCheckpointGroup)) {
  const h5::Group group = file.open_group(kCheckpointGroup);
  if (group.has_attribute("lanes")) lane_names_ = group.texts("lanes");
  share_ = read_share(file, lane_names_);
  for (const std::string& name : lane_names_) {
    lanes_.push_back(open_map(group, "done_" + name));
    const auto& extents = lanes_.back().done.extents();
    const bool fits_share = !share_ || share_->own[lanes_.size() - 1].empty() ||
                            share_->own[lanes_.size() - 1].size() == lanes_.back().written.size();
    if (extents.size() != 2 || extents[0] != prompts() || !fits_share)
      throw h5::Error(lanes_.back().done.path() +
                      ": does not have one state for each prompt and piece of its variants");
  }
  if (share_ && share_->prompts.size() != prompts())
    throw h5::Error("/share: does not have one number for each prompt");
  if (!group.has("folds")) return;
  fold_names_ = group.open_dataset("fold").read_texts();
  folds_ = open_map(group, "folds");
}

Checkpoint::Map Checkpoint::open_map(const h5::Group& group, const std::string& name) {
  h5::Dataset done = group.open_dataset(name);
  std::vector<std::uint8_t> written = done.read_all<std::uint8_t>();
  Map map{std::move(done), written, written, {}, {}};
  for (const std::uint8_t state : map.written) ++map.counts.at(state);
  return map;
}

std::vector<PartState> Checkpoint::states(std::size_t lane) const {
  const auto& written = lanes_.at(lane).written;
  std::vector<PartState> states(written.size());
  for (std::size_t i = 0; i < states.size(); ++i)
    states[i] = is_own(lane, i) ? state_of(written[i]) : PartState::elsewhere;
  return states;
}

PartState Checkpoint::marked(std::size_t lane, std::size_t prompt, std::size_t part) const {
  return state_of(lanes_.at(lane).marked.at(prompt * parts(lane) + part));
}

Checkpoint::Marks Checkpoint::marks(std::size_t lane, std::size_t first, std::size_t count) const {
  Marks marks;
  const Map& map = lanes_.at(lane);
  const std::size_t width = parts(lane);
  for (std::size_t cell = first * width; cell < (first + count) * width; ++cell) {
    const MarkedPart part{cell / width, cell % width, state_of(map.written[cell])};
    if (map.written[cell] > (is_own(lane, cell) ? kLastState : 0))
      marks.unreadable.push_back(part);
    else if (part.state != PartState::pending)
      marks.parts.push_back(part);
  }
  return marks;
}

std::vector<MarkedPart> Checkpoint::unchecked(std::size_t lane) const {
  const Map& map = lanes_.at(lane);
  std::vector<MarkedPart> unchecked;
  for (const std::size_t cell : map.unchecked.ascending())
    if (const PartState state = state_of(map.marked[cell]); state != PartState::pending)
      unchecked.push_back({cell / parts(lane), cell % parts(lane), state});
  return unchecked;
}

std::vector<std::size_t> Checkpoint::unwritten_folds() const {
  std::vector<std::size_t> folds;
  for (const std::size_t fold : folds_.changed.ascending())
    if (folds_.marked[fold] == 1) folds.push_back(fold);
  return folds;
}

PartState Checkpoint::fold_state(std::size_t fold) const {
  if (share_) return PartState::elsewhere;
  return folds_.written.at(fold) == 1 ? PartState::done : PartState::pending;
}

bool Checkpoint::all_done() const {
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
    for (std::size_t cell = 0; cell < lanes_[lane].written.size(); ++cell)
      if (is_own(lane, cell) && state_of(lanes_[lane].written[cell]) == PartState::pending) return false;
  for (std::size_t fold = 0; fold < fold_names_.size(); ++fold)
    if (fold_state(fold) == PartState::pending) return false;
  return true;
}

std::int64_t Checkpoint::count(PartState state) const {
  std::int64_t parts = 0;
  for (const Map& lane : lanes_) parts += lane.counts.at(static_cast<std::size_t>(state));
  return parts;
}

void Checkpoint::set(Map& map, std::size_t cell, std::uint8_t state) {
  map.marked.at(cell) = state;
  map.changed.add(cell / std::max<std::size_t>(width(map), 1));
}

void Checkpoint::mark(std::size_t lane, std::size_t prompt, std::size_t part, PartState state) {
  if (prompt >= prompts() || part >= parts(lane))
    throw std::logic_error("checkpoint: no such chunk of a prompt's variants");
  const std::size_t cell = prompt * parts(lane) + part;
  set(lanes_[lane], cell, static_cast<std::uint8_t>(state));
  lanes_[lane].unchecked.add(cell);
}

void Checkpoint::mark_checked(std::size_t lane, std::size_t prompt, std::size_t part) {
  set(lanes_.at(lane), prompt * parts(lane) + part, static_cast<std::uint8_t>(PartState::done));
}

void Checkpoint::mark_fold(std::size_t fold, bool done) { set(folds_, fold, done ? 1 : 0); }

bool Checkpoint::has_failed(std::size_t prompt) const {
  return std::ranges::any_of(lanes_, [&](const Map& map) {
    const std::size_t width = map.done.extents()[1];
    const auto row = std::span(map.marked).subspan(prompt * width, width);
    return std::ranges::count(row, static_cast<std::uint8_t>(PartState::failed)) > 0;
  });
}

void Checkpoint::record(const Failure& failure) {
  if (failure.prompt >= prompts()) throw std::logic_error("checkpoint: no such prompt");
  // A reason that is there stays: the checksums of parts marked as failed cover it.
  if (has_failed(failure.prompt) || !recorded_.insert(failure.prompt).second) return;
  texts_.write(failure);
}

std::vector<Failure> Checkpoint::failures() const {
  return texts_.read([&](std::size_t prompt) { return has_failed(prompt); });
}

void Checkpoint::retry() {
  for (Map& lane : lanes_)
    for (std::size_t cell = 0; cell < lane.written.size(); ++cell)
      if (state_of(lane.written[cell]) == PartState::failed) set(lane, cell, 0);
}

void Checkpoint::clear_stale_failures() {
  texts_.keep([&](std::size_t prompt) { return has_failed(prompt); });
  recorded_.clear();
}

bool Checkpoint::has_marks() const { return has_changed(folds_) || std::ranges::any_of(lanes_, has_changed); }

/// One that ends just now read what is there.
bool Checkpoint::is_stale(std::size_t fold, const Dependencies& dependencies) const {
  return folds_.written[fold] != 0 && folds_.marked[fold] != 0 &&
         (std::ranges::any_of(dependencies.lanes_of_fold[fold],
                              [&](std::size_t lane) { return has_changed(lanes_[lane]); }) ||
          std::ranges::any_of(dependencies.folds_of_fold[fold],
                              [&](std::size_t other) { return folds_.marked[other] == 0; }));
}

Checkpoint::Stale Checkpoint::take_back(const Dependencies& dependencies) {
  Stale stale;
  if (share_) return stale;  // what it is built on is elsewhere, and does not change
  for (bool more = true; std::exchange(more, false);) {
    for (std::size_t fold = 0; fold < fold_names_.size(); ++fold) {
      if (!is_stale(fold, dependencies)) continue;
      set(folds_, fold, 0);
      more = true;
    }
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
      Map& map = lanes_[lane];
      const auto is_pending = [](std::uint8_t state) { return state == 0; };
      if (std::ranges::all_of(map.marked, is_pending) ||
          std::ranges::none_of(dependencies.folds_of_lane[lane],
                               [&](std::size_t fold) { return folds_.marked[fold] == 0; }))
        continue;
      for (std::size_t cell = 0; cell < map.marked.size(); ++cell)
        if (map.marked[cell] != 0) set(map, cell, 0);
      stale.lanes.push_back(lane);
      more = true;
    }
  }
  stale.folds = std::ranges::any_of(folds_.changed.ascending(),
                                    [&](std::size_t fold) { return folds_.marked[fold] == 0; });
  if (!stale.any()) return stale;
  write(folds_);
  for (const std::size_t lane : stale.lanes) write(lanes_[lane]);
  return stale;
}

void Checkpoint::write_marks() {
  write(folds_);
  for (Map& lane : lanes_) write(lane);
}

void Checkpoint::write(Map& map) {
  const std::size_t width = Checkpoint::width(map);
  const std::vector<std::size_t>& changed = map.changed.ascending();
  for (auto row = changed.begin(); row != changed.end();) {
    const std::size_t from = *row;
    std::size_t to = from;  // rows [from, to]
    while (row != changed.end() && (*row - to) * width <= kWorthSkipping) to = *row++;
    const std::size_t rows = to - from + 1;
    const std::span<const std::uint8_t> marked(map.marked);
    map.done.write(map.done.rows(from, rows), marked.subspan(from * width, rows * width));
  }
  for (const std::size_t row : changed) {
    for (std::size_t cell = row * width; cell < (row + 1) * width; ++cell) {
      --map.counts.at(map.written[cell]);
      ++map.counts.at(map.written[cell] = map.marked[cell]);
    }
  }
  map.changed.clear();
  map.unchecked.clear();
}

}  // namespace hookflow::pipeline

#include "pipeline/checkpoint.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <stdexcept>

#include "pipeline/run_contents.hpp"
#include "pipeline/utf8.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kStageBytes = 64;
constexpr std::size_t kReasonBytes = 256;
// Two writes cost more than the bytes between them.
constexpr std::size_t kWorthSkipping = 4096;

Axis numbered(const std::string& name, std::size_t size, const std::string& long_name) {
  std::vector<std::int64_t> numbers(size);
  std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
  return {name, numbers, long_name, ""};
}

void create_map(h5::Group& group, const std::string& name, const std::vector<Axis>& axes,
                const std::string& long_name) {
  std::vector<std::size_t> extents;
  for (const Axis& axis : axes) extents.push_back(axis.size());
  h5::Dataset map = group.create_dataset(name, h5::Kind::uint8, extents);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const h5::Dataset scale =
        group.has(axes[i].name) ? group.open_dataset(axes[i].name) : write_scale(group, axes[i]);
    map.attach_scale(scale, i);
  }
  describe(map, long_name, "", axes);
  // The CF conventions' way to name the values of a byte.
  map.set_bytes("flag_values", std::array<std::uint8_t, 3>{0, 1, 2});
  map.set_text("flag_meanings", "pending done failed");
}

}  // namespace

void Checkpoint::create(h5::File& file, const RunLayout& layout) {
  h5::Group group = file.create_group(kCheckpointGroup);
  group.set_text("about", "Which units of the run are done; what resuming reads");
  Axis prompt = prompt_axis(layout);
  spell_labels(prompt);
  write_scale(group, prompt);
  std::vector<std::string> lanes;
  for (const LaneLayout& lane : layout.lanes) {
    lanes.push_back(lane.name);
    create_map(group, "done_" + lane.name,
               {prompt, numbered("part_" + lane.name, lane.parts, "Part of a prompt")},
               "State of the units of " + lane.name);
  }
  if (!lanes.empty()) group.set_texts("lanes", lanes);
  if (!layout.folds.empty())
    create_map(group, "folds", {{"fold", layout.folds, "Stage that runs after the units", ""}},
               "State of the folds");
  write_text_rows(group, "failed_stage", kStageBytes, prompt, "Stage that failed");
  write_text_rows(group, "failed_reason", kReasonBytes, prompt, "Why it failed");
  if (layout.prompt_rows.empty()) return;
  if (layout.prompt_rows.size() != layout.prompts)
    throw std::logic_error("run layout: there is not one row for each prompt");
  h5::Dataset rows = group.create_dataset(kPromptRows, h5::Kind::text, {layout.prompts});
  write_texts(rows, layout.prompt_rows);
  rows.attach_scale(group.open_dataset(prompt.name), 0);
  describe(rows, "The prompts as given, in JSON", "", {prompt});
}

Checkpoint::Checkpoint(const h5::File& file) : Checkpoint(file.open_group(kCheckpointGroup)) {}

Checkpoint::Checkpoint(const h5::Group& group)
    : stages_(group.open_dataset("failed_stage")), reasons_(group.open_dataset("failed_reason")) {
  if (group.has_attribute("lanes")) lane_names_ = group.texts("lanes");
  for (const std::string& name : lane_names_) {
    lanes_.push_back(open_map(group, "done_" + name));
    const auto& extents = lanes_.back().done.extents();
    if (extents.size() != 2 || extents[0] != prompts())
      throw std::runtime_error(lanes_.back().done.path() + ": is not one state for each prompt and part");
  }
  if (!group.has("folds")) return;
  fold_names_ = group.open_dataset("fold").read_texts();
  folds_ = open_map(group, "folds");
}

Checkpoint::Map Checkpoint::open_map(const h5::Group& group, const std::string& name) {
  h5::Dataset done = group.open_dataset(name);
  std::vector<std::uint8_t> written = done.read_all<std::uint8_t>();
  if (std::any_of(written.begin(), written.end(), [](std::uint8_t state) { return state > 2; }))
    throw std::runtime_error(done.path() + ": holds what is no state");
  return Map{std::move(done), written, written, {}};
}

std::vector<std::string> Checkpoint::differences(const RunLayout& layout) const {
  std::vector<std::string> lines;
  const auto compare = [&](const std::string& what, const auto& old, const auto& now) {
    if (old != now) lines.push_back(what + ": " + old + " in the file, " + now + " now");
  };
  const auto lane_text = [](const std::string& name, std::size_t parts) {
    return name + "=" + std::to_string(parts) + " ";
  };
  std::string old_lanes;
  for (std::size_t i = 0; i < lanes_.size(); ++i) old_lanes += lane_text(lane_names_[i], parts(i));
  std::string lanes;
  for (const LaneLayout& lane : layout.lanes) lanes += lane_text(lane.name, lane.parts);
  const auto joined = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  };
  compare("prompts", std::to_string(prompts()), std::to_string(layout.prompts));
  compare("lanes and their parts", old_lanes, lanes);
  compare("folds", joined(fold_names_), joined(layout.folds));
  return lines;
}

std::vector<UnitState> Checkpoint::states(std::size_t lane) const {
  const auto& written = lanes_.at(lane).written;
  std::vector<UnitState> states(written.size());
  std::transform(written.begin(), written.end(), states.begin(), [](auto byte) { return UnitState{byte}; });
  return states;
}

std::int64_t Checkpoint::count(UnitState state) const {
  std::int64_t units = 0;
  for (const Map& lane : lanes_)
    units += std::count(lane.written.begin(), lane.written.end(), static_cast<std::uint8_t>(state));
  return units;
}

void Checkpoint::set(Map& map, std::size_t cell, std::uint8_t state) {
  map.marked.at(cell) = state;
  map.changed.push_back(cell);
}

void Checkpoint::mark(std::size_t lane, std::size_t prompt, std::size_t part, UnitState state) {
  if (prompt >= prompts() || part >= parts(lane)) throw std::logic_error("checkpoint: no such unit");
  set(lanes_[lane], prompt * parts(lane) + part, static_cast<std::uint8_t>(state));
}

void Checkpoint::mark_fold(std::size_t fold) { set(folds_, fold, 1); }

bool Checkpoint::has_failed(std::size_t prompt) const {
  return std::any_of(lanes_.begin(), lanes_.end(), [&](const Map& map) {
    const std::size_t width = map.done.extents()[1];
    const auto row = map.marked.begin() + static_cast<std::ptrdiff_t>(prompt * width);
    return std::find(row, row + static_cast<std::ptrdiff_t>(width),
                     static_cast<std::uint8_t>(UnitState::failed)) !=
           row + static_cast<std::ptrdiff_t>(width);
  });
}

void Checkpoint::record(const Failure& failure) {
  if (failure.prompt >= prompts()) throw std::logic_error("checkpoint: no such prompt");
  if (!recorded_.insert(failure.prompt).second) return;
  stages_.write_row_text(failure.prompt, spell_bytes(failure.stage));
  reasons_.write_row_text(failure.prompt, spell_bytes(failure.reason));
}

std::vector<Failure> Checkpoint::failures() const {
  std::vector<Failure> failures;  // read one by one: their rows are wide, and few of many prompts have one
  for (std::size_t prompt = 0; prompt < prompts(); ++prompt)
    if (has_failed(prompt))
      failures.push_back({prompt, stages_.read_row_text(prompt), reasons_.read_row_text(prompt)});
  return failures;
}

bool Checkpoint::has_marks() const {
  return !folds_.changed.empty() ||
         std::any_of(lanes_.begin(), lanes_.end(), [](const Map& map) { return !map.changed.empty(); });
}

bool Checkpoint::take_back_folds() {
  const bool units =
      std::any_of(lanes_.begin(), lanes_.end(), [](const Map& map) { return !map.changed.empty(); });
  if (!units) return false;
  for (std::size_t fold = 0; fold < folds_.written.size(); ++fold)
    if (folds_.written[fold] != 0) set(folds_, fold, 0);
  const bool any = !folds_.changed.empty();
  write(folds_);
  return any;
}

void Checkpoint::write_marks() {
  clear_mended();
  write(folds_);
  for (Map& lane : lanes_) write(lane);
}

// A prompt that was done at a second attempt leaves no trace of the first.
void Checkpoint::clear_mended() {
  constexpr auto kFailed = static_cast<std::uint8_t>(UnitState::failed);
  std::set<std::size_t> mended;
  for (const Map& lane : lanes_)
    for (const std::size_t cell : lane.changed)
      if (lane.written[cell] == kFailed && lane.marked[cell] != kFailed)
        mended.insert(cell / lane.done.extents()[1]);
  for (const std::size_t prompt : mended) {
    if (has_failed(prompt)) continue;
    stages_.write_row_text(prompt, "");
    reasons_.write_row_text(prompt, "");
    recorded_.erase(prompt);
  }
}

void Checkpoint::write(Map& map) {
  std::sort(map.changed.begin(), map.changed.end());
  const std::vector<std::size_t> extents = map.done.extents();
  const std::size_t width = extents.size() == 2 ? extents[1] : 1;
  for (std::size_t i = 0; i < map.changed.size();) {
    const std::size_t from = map.changed[i] / width;
    std::size_t to = from;  // whole rows [from, to]
    while (i < map.changed.size() && (map.changed[i] / width - to) * width <= kWorthSkipping)
      to = map.changed[i++] / width;
    h5::Block rows{{from}, {to - from + 1}};
    if (extents.size() == 2) rows = {{from, 0}, {to - from + 1, width}};
    const std::span<const std::uint8_t> marked(map.marked);
    map.done.write(rows, marked.subspan(from * width, (to - from + 1) * width));
  }
  for (const std::size_t cell : map.changed) map.written[cell] = map.marked[cell];
  map.changed.clear();
}

}  // namespace hookflow::pipeline

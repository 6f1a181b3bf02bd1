#include "pipeline/run_file/marks/checksums.hpp"

#include <algorithm>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kFoldCheck = "fold_check";
constexpr std::int64_t kNoChecksum = -1;
constexpr std::size_t kPartsAtOnce = 65536;

constexpr const char* kHow =
    "First 8 bytes, as a little-endian number, of the SHA-256 of the text 'STAGE PROMPT PIECE STATE\\n' "
    "(STAGE: as in the name of this dataset; numbers from 0; STATE: done or failed), then of the "
    "piece's cells in each of `variables`, then, if it failed, of the prompt's rows of failed_stage and "
    "failed_reason; -1: none. A prompt's row of a variable is `variants` equal stretches; piece i has the "
    "`variants_a_part` of them from i * variants_a_part on";
constexpr const char* kHowFold =
    "First 8 bytes, as a little-endian number, of the SHA-256 of the text 'STAGE\\n', then of the cells "
    "of each of `variables` that begins with 'STAGE/'; -1: none";

/// Along axes that the group has already.
h5::Dataset create_check(h5::Group& group, const std::string& name, const std::vector<Axis>& axes,
                         const std::string& long_name, const std::vector<std::string>& variables) {
  h5::Dataset check = create_array(group, name, h5::Kind::int64, axes, long_name);
  if (!variables.empty()) check.set_texts("variables", variables);
  return check;
}

std::vector<std::string> fold_variables(const RunLayout& layout) {
  std::vector<std::string> names;
  for (const FoldLayout& fold : layout.folds)
    for (const GroupLayout& group : layout.groups)
      for (const Variable& variable : group.variables)
        if (group.name == fold.name) names.push_back(fold.name + "/" + variable.name);
  return names;
}

}  // namespace

void Checksums::create(h5::File& file, const RunLayout& layout) {
  h5::Group group = file.open_group(kCheckpointGroup);
  for (const LaneLayout& lane : layout.lanes) {
    h5::Dataset check =
        create_check(group, "check_" + lane.name, {{"prompt", {}, "", ""}, {"part_" + lane.name, {}, "", ""}},
                     kHow, lane.variables);
    check.set_number("variants", static_cast<std::int64_t>(lane.variants));
    check.set_number("variants_a_part", static_cast<std::int64_t>(lane.variants_a_part));
    if (!lane.continues.empty()) check.set_text("continues", lane.continues);
  }
  if (!layout.folds.empty())
    create_check(group, kFoldCheck, {{"fold", {}, "", ""}}, kHowFold, fold_variables(layout));
}

Checksums::Checksums(const h5::File& file, const Checkpoint& checkpoint)
    : fold_names_(checkpoint.folds()), fold_variables_(fold_names_.size()) {
  const h5::Group group = file.open_group(kCheckpointGroup);
  for (std::size_t lane = 0; lane < checkpoint.lanes().size(); ++lane) {
    const std::string& name = checkpoint.lanes()[lane];
    h5::Dataset check = group.open_dataset("check_" + name);
    if (check.extents() != std::vector<std::size_t>{checkpoint.prompts(), checkpoint.parts(lane)})
      throw h5::Error(check.path() + ": does not have one number for each prompt and piece of its variants");
    LaneCells cells(file, name, check);
    lanes_.push_back({std::move(check), std::move(cells)});
  }
  if (fold_names_.empty()) return;
  fold_check_ = group.open_dataset(kFoldCheck);
  if (!fold_check_.has_attribute("variables")) return;
  for (const std::string& name : fold_check_.texts("variables")) {
    const std::string fold = name.substr(0, name.find('/'));
    const auto at = std::ranges::find(fold_names_, fold) - fold_names_.begin();
    fold_variables_.at(static_cast<std::size_t>(at))
        .push_back(file.open_group(fold).open_dataset(name.substr(fold.size() + 1)));
  }
}

std::int64_t Checksums::fold_checksum(std::size_t fold) const {
  Sha256 digest;
  digest.add(fold_names_[fold] + "\n");
  for (const h5::Dataset& dataset : fold_variables_[fold]) add_cells(digest, dataset, 0, dataset.cells());
  return digest.first_64();
}

void Checksums::write(const Checkpoint& checkpoint) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const std::vector<MarkedPart> marked = checkpoint.unwritten(i);
    for (const MarkedPart& part : marked)
      if (part.state == PartState::failed) lanes_[i].cells.clear(part);
    const std::vector<std::int64_t> checksums = lanes_[i].cells.checksums(marked);
    const auto cell = [&](std::size_t at) {
      return marked[at].prompt * checkpoint.parts(i) + marked[at].part;
    };
    for (std::size_t first = 0; first < marked.size();) {
      std::size_t end = first + 1;
      while (end < marked.size() && cell(end) == cell(end - 1) + 1) ++end;
      for_blocks(lanes_[i].check.extents(), cell(first), end - first,
                 [&](const h5::Block& block, std::size_t from, std::size_t cells) {
                   lanes_[i].check.write(block, std::span(checksums).subspan(first + from, cells));
                 });
      first = end;
    }
  }
  for (const std::size_t fold : checkpoint.unwritten_folds()) {
    const std::int64_t checksum = fold_checksum(fold);
    fold_check_.write(h5::Block{{fold}, {1}}, std::span(&checksum, 1));
  }
}

void Checksums::clear(std::size_t lane) { lanes_[lane].cells.clear(); }

void Checksums::forget_folds(const Checkpoint& checkpoint) {
  for (std::size_t fold = 0; fold < fold_names_.size(); ++fold)
    if (!checkpoint.fold_done(fold)) fold_check_.write(h5::Block{{fold}, {1}}, std::span(&kNoChecksum, 1));
}

void Checksums::find_damaged_parts(const Checkpoint& checkpoint, std::size_t lane, Damage& damage) const {
  const std::size_t parts = std::max<std::size_t>(checkpoint.parts(lane), 1);
  const std::size_t prompts_at_once = std::max<std::size_t>(kPartsAtOnce / parts, 1);
  for (std::size_t first = 0; first < checkpoint.prompts(); first += prompts_at_once) {
    const std::size_t count = std::min(prompts_at_once, checkpoint.prompts() - first);
    const Checkpoint::Marks marks = checkpoint.marks(lane, first, count);
    for (const MarkedPart& part : marks.unreadable) damage.parts.push_back({lane, part.prompt, part.part});
    std::vector<std::int64_t> stored(count * checkpoint.parts(lane));
    lanes_[lane].check.read(lanes_[lane].check.rows(first, count), std::span(stored));
    const std::vector<std::int64_t> checksums = lanes_[lane].cells.checksums(marks.parts);
    for (std::size_t i = 0; i < checksums.size(); ++i) {
      const MarkedPart& part = marks.parts[i];
      if (stored[(part.prompt - first) * parts + part.part] != checksums[i])
        damage.parts.push_back({lane, part.prompt, part.part});
    }
  }
}

std::vector<std::size_t> Checksums::damaged_folds(const Checkpoint& checkpoint) const {
  std::vector<std::size_t> damaged;
  std::vector<std::int64_t> stored;
  if (!fold_names_.empty()) stored = fold_check_.read_all<std::int64_t>();
  for (std::size_t fold = 0; fold < fold_names_.size(); ++fold) {
    if (checkpoint.fold_unreadable(fold) ||
        (checkpoint.fold_done(fold) && stored.at(fold) != fold_checksum(fold)))
      damaged.push_back(fold);
  }
  return damaged;
}

Damage Checksums::find_damage(const h5::File& file, const Checkpoint& checkpoint) const {
  Damage damage;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) find_damaged_parts(checkpoint, lane, damage);
  std::ranges::sort(damage.parts);
  damage.folds = damaged_folds(checkpoint);
  const std::int64_t stated = stated_complete(file);
  damage.wrongly_complete = stated != 0 && (stated != 1 || !checkpoint.all_done());
  if (!damage.any()) return damage;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane)
    damage.lanes.push_back(lanes_[lane].cells.layout(checkpoint.parts(lane)));
  damage.fold_names = fold_names_;
  damage.prompt = read_axis(file.open_group(kCheckpointGroup), "prompt");
  return damage;
}

}  // namespace hookflow::pipeline

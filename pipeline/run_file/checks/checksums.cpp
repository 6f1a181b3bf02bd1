#include "pipeline/run_file/checks/checksums.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/parallel/for_each_of.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kFoldCheck = "fold_check";
constexpr std::int64_t kNoChecksum = -1;
constexpr std::size_t kPartsAtOnce = 65536;

std::vector<std::size_t> run_prompts(const Checkpoint& checkpoint) {
  return checkpoint.share() ? checkpoint.share()->prompts : std::vector<std::size_t>();
}

constexpr const char* kHow =
    "First 8 bytes, as a little-endian number, of the SHA-256 of the text 'STAGE PROMPT PIECE STATE\\n' "
    "(STAGE: as in the name of this dataset; numbers from 0, that of the prompt in the whole run, which of a "
    "share is in /share/run_prompt; STATE: done or failed), then of the "
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
    LaneCells cells(file, name, check, run_prompts(checkpoint));
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

void Checksums::put(std::size_t lane, std::size_t cell, std::span<const std::int64_t> checksums) {
  h5::Dataset& check = lanes_.at(lane).check;
  for_blocks(check.extents(), cell, checksums.size(),
             [&](const h5::Block& block, std::size_t from, std::size_t cells) {
               check.write(block, checksums.subspan(from, cells));
             });
}

void Checksums::write(std::size_t lane, const LaneWindow& window) {
  const std::vector<std::int64_t> checksums = window.checksums();
  const auto cell = [&](std::size_t at) {
    return window.parts()[at].prompt * lanes_[lane].check.extents()[1] + window.parts()[at].part;
  };
  for (std::size_t first = 0; first < checksums.size();) {
    std::size_t end = first + 1;
    while (end < checksums.size() && cell(end) == cell(end - 1) + 1) ++end;
    put(lane, cell(first), std::span(checksums).subspan(first, end - first));
    first = end;
  }
}

void Checksums::write(const Checkpoint& checkpoint) {
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    const std::vector<MarkedPart> marked = checkpoint.unchecked(i);
    for (const MarkedPart& part : marked)
      if (part.state == PartState::failed) lanes_[i].cells.clear(part);
    for (std::span<const MarkedPart> left(marked); !left.empty();) {
      const LaneWindow window(lanes_[i].cells, left);
      write(i, window);
      left = left.subspan(window.parts().size());
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

void Checksums::find_damaged_parts(const Checkpoint& checkpoint, std::size_t lane, Damage& damage,
                                   const UseCompared& use) const {
  const Lane& of = lanes_[lane];
  const std::size_t parts = std::max<std::size_t>(checkpoint.parts(lane), 1);
  const std::size_t prompts_at_once = std::max<std::size_t>(kPartsAtOnce / parts, 1);
  std::optional<Compared> before;
  const auto use_before = [&] {
    if (before && use) use(lane, *before);
  };
  for (std::size_t first = 0; first < checkpoint.prompts(); first += prompts_at_once) {
    const std::size_t count = std::min(prompts_at_once, checkpoint.prompts() - first);
    const Checkpoint::Marks marks = checkpoint.marks(lane, first, count);
    for (const MarkedPart& part : marks.unreadable) damage.parts.push_back({lane, part.prompt, part.part});
    std::vector<std::int64_t> stored(count * checkpoint.parts(lane));
    of.check.read(of.check.rows(first, count), std::span(stored));
    for (std::span<const MarkedPart> left(marks.parts); !left.empty();) {
      Compared next{{of.cells, left}, {}, {}};
      left = left.subspan(next.window.parts().size());
      // HDF5 is used by one thread at a time: what is read as it is used cannot be hashed beside.
      const auto hash = [&] { next.checksums = next.window.checksums(); };
      if (next.window.in_memory() && before && use) {
        for_each_of(2, [&](std::size_t task) { task == 0 ? hash() : use_before(); });
      } else {
        use_before();
        hash();
      }
      for (std::size_t i = 0; i < next.checksums.size(); ++i) {
        const MarkedPart& part = next.window.parts()[i];
        next.sound.push_back(stored[(part.prompt - first) * parts + part.part] == next.checksums[i]);
        if (!next.sound.back()) damage.parts.push_back({lane, part.prompt, part.part});
      }
      before.emplace(std::move(next));
    }
  }
  use_before();
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

Damage Checksums::find_damage(const h5::File& file, const Checkpoint& checkpoint,
                              const UseCompared& use) const {
  Damage damage;
  for (std::size_t lane = 0; lane < lanes_.size(); ++lane) find_damaged_parts(checkpoint, lane, damage, use);
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

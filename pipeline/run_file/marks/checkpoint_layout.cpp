// How a checkpoint is made from a layout, and compared with one.
#include <array>
#include <stdexcept>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kPromptRows = "prompt_rows";

std::vector<std::string> names_of(const std::vector<FoldLayout>& folds) {
  std::vector<std::string> names;
  for (const FoldLayout& fold : folds) names.push_back(fold.name);
  return names;
}

void create_map(h5::Group& group, const std::string& name, const std::vector<Axis>& axes,
                const std::string& long_name) {
  h5::Dataset map = create_array(group, name, h5::Kind::uint8, axes, long_name);
  // The CF conventions' way to name the values of a byte.
  map.set_bytes("flag_values", std::array<std::uint8_t, 3>{0, 1, 2});
  map.set_text("flag_meanings", "pending done failed");
}

}  // namespace

void Checkpoint::create(h5::File& file, const RunLayout& layout) {
  h5::Group group = file.create_group(kCheckpointGroup);
  group.set_text("about", "What of the run is done; what resuming reads");
  Axis prompt = prompt_axis(layout);
  spell_labels(prompt);
  std::vector<std::string> lanes;
  for (const LaneLayout& lane : layout.lanes) {
    lanes.push_back(lane.name);
    create_map(group, "done_" + lane.name,
               {prompt, numbered_axis("part_" + lane.name, lane.parts, "Piece of a prompt's variants")},
               "State of each prompt, piece by piece of its variants, in " + lane.name);
  }
  if (!lanes.empty()) group.set_texts("lanes", lanes);
  if (!layout.folds.empty())
    create_map(group, "folds", {{"fold", names_of(layout.folds), "Stage that runs over all prompts", ""}},
               "State of the stages that run over all prompts");
  FailureTexts::create(group, prompt);
  if (layout.prompt_rows.empty()) return;
  if (layout.prompt_rows.size() != layout.prompts)
    throw std::logic_error("run layout: there is not one row for each prompt");
  h5::Dataset rows =
      create_array(group, kPromptRows, h5::Kind::text, {prompt}, "The prompts as given, in JSON");
  write_texts(rows, layout.prompt_rows);
}

std::vector<std::string> stored_prompt_rows(const h5::File& file) {
  const h5::Group group = file.open_group(kCheckpointGroup);
  if (!group.has(kPromptRows)) return {};
  return group.open_dataset(kPromptRows).read_texts();
}

std::vector<std::string> Checkpoint::differences(const RunLayout& layout) const {
  std::vector<std::string> lines;
  const auto compare = [&](const std::string& what, const auto& old, const auto& now) {
    if (old != now) lines.push_back(what + ": " + old + " in the file, " + now + " now");
  };
  std::string old_lanes, lanes;
  for (std::size_t i = 0; i < lanes_.size(); ++i)
    old_lanes += lane_names_[i] + "=" + std::to_string(parts(i)) + " ";
  for (const LaneLayout& lane : layout.lanes) lanes += lane.name + "=" + std::to_string(lane.parts) + " ";
  const auto joined = [](const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  };
  if (share_ != layout.share) lines.emplace_back("which prompts and variants the share has");
  compare("prompts", std::to_string(prompts()), std::to_string(layout.prompts));
  compare("pieces that variants are committed in", old_lanes, lanes);
  compare("stages over all prompts", joined(fold_names_), joined(names_of(layout.folds)));
  return lines;
}

}  // namespace hookflow::pipeline

#include "pipeline/run_file/marks/share_group.hpp"

#include <algorithm>
#include <cstdint>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kRunPrompt = "run_prompt";
constexpr const char* kRunPrompts = "run_prompts";
constexpr const char* kPhase = "phase";
constexpr const char* kName = "name";

}  // namespace

void write_share(h5::File& file, const RunLayout& layout) {
  if (!layout.share) return;
  const ShareLayout& share = *layout.share;
  h5::Group group = file.create_group(kShareGroup);
  group.set_text("about", "Which share of a run this file has; hookflow merge puts them together");
  group.set_text(kName, share.name);
  group.set_number(kRunPrompts, static_cast<std::int64_t>(share.run_prompts));
  group.set_number(kPhase, static_cast<std::int64_t>(share.phase));
  Axis prompt = prompt_axis(layout);
  spell_labels(prompt);
  const std::vector<std::int64_t> numbers(share.prompts.begin(), share.prompts.end());
  create_array(group, kRunPrompt, h5::Kind::int64, {prompt}, "Number of the prompt in the whole run, from 0")
      .write_all(std::span(numbers));
  for (std::size_t lane = 0; lane < layout.lanes.size(); ++lane) {
    if (share.own[lane].empty()) continue;
    const LaneLayout& of = layout.lanes[lane];
    const std::vector<std::uint8_t> own(share.own[lane].begin(), share.own[lane].end());
    create_array(group, "own_" + of.name, h5::Kind::uint8,
                 {prompt, numbered_axis("part_" + of.name, of.parts, "Piece of a prompt's variants")},
                 "1 where the piece belongs to this share, 0 where another share has it")
        .write_all(std::span(own));
  }
}

std::string share_name(const h5::File& file) {
  return may_have_share(file) && file.has(kShareGroup) ? file.open_group(kShareGroup).text(kName) : "";
}

std::optional<ShareLayout> read_share(const h5::File& file, const std::vector<std::string>& lanes) {
  if (share_name(file).empty()) return std::nullopt;
  const h5::Group group = file.open_group(kShareGroup);
  ShareLayout share{share_name(file),
                    {},
                    {},
                    static_cast<std::size_t>(group.integer(kRunPrompts)),
                    static_cast<std::size_t>(group.integer(kPhase))};
  for (const std::int64_t number : group.open_dataset(kRunPrompt).read_all<std::int64_t>())
    share.prompts.push_back(static_cast<std::size_t>(number));
  for (const std::string& lane : lanes) {
    std::vector<bool>& own = share.own.emplace_back();
    if (!group.has("own_" + lane)) continue;
    const std::vector<std::uint8_t> bytes = group.open_dataset("own_" + lane).read_all<std::uint8_t>();
    own.assign(bytes.begin(), bytes.end());
  }
  return share;
}

}  // namespace hookflow::pipeline

#include "pipeline/run_file/store/mismatches.hpp"

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/share_group.hpp"
#include "pipeline/run_file/reading/setting_difference.hpp"
#include "pipeline/text/utf8.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostShown = 20;

std::vector<Difference> identity_differences(const h5::File& file, const Identity& identity) {
  const std::string prefix = kIdentityPrefix;
  const Status status(file);
  const Checkpoint checkpoint(file);
  const bool begun = checkpoint.count(PartState::done) > 0 || checkpoint.count(PartState::failed) > 0;
  Attributes in_file = read_attributes(file);
  std::erase_if(in_file, [&](const auto& attribute) { return !attribute.first.starts_with(prefix); });
  std::vector<Difference> found;
  for (const auto& [name, value] : identity) {
    const auto stored = in_file.extract(prefix + name);
    const std::string now = spell_bytes(value);
    const std::string old = stored.empty() ? "" : "'" + stored.mapped() + "'";
    // Not filled in yet, or only in part when the power went: before the first commit, which waits for it.
    const bool unfinished =
        !begun && !stored.empty() && status.has(prefix + name) && now.starts_with(stored.mapped());
    if (!unfinished && old != "'" + now + "'") found.push_back({name, old, "'" + value + "'"});
  }
  for (const auto& [name, value] : in_file)
    found.push_back({name.substr(prefix.size()), "'" + value + "'", ""});
  return found;
}

/// Why two hashes differ: workflow keys, or prompts; the hashes themselves where no more is known.
std::vector<Difference> explained(const h5::File& file, const RunLayout& layout, Difference hashes) {
  std::vector<Difference> found;
  if (hashes.what == "workflow_sha256" && file.has_attribute("workflow") && !layout.workflow.empty()) {
    found = workflow_differences(file.text("workflow"), layout.workflow);
    std::erase_if(found, [](const Difference& d) { return !decides_results(d.what); });
  } else if (hashes.what == "prompts_sha256" && !layout.prompt_rows.empty()) {
    found =
        prompt_differences(stored_prompt_rows(file), layout.prompt_rows.read(0, layout.prompt_rows.size()));
  }
  if (found.empty()) found.push_back(std::move(hashes));
  return found;
}

}  // namespace

std::vector<std::string> mismatches(const h5::File& file, const RunLayout& layout,
                                    const std::vector<GroupContents>& planned, const Identity& identity) {
  std::vector<std::string> lines;
  const auto quoted = [](const std::string& share) {
    return share.empty() ? "the whole run" : "'" + share + "'";
  };
  const std::string old = quoted(share_name(file));
  const std::string now = quoted(layout.share ? layout.share->name : "");
  if (old != now) lines.push_back(difference_line({"share of the run", old, now}, "in the file", "now"));
  for (Difference& hashes : identity_differences(file, identity))
    for (const Difference& difference : explained(file, layout, std::move(hashes)))
      lines.push_back(difference_line(difference, "in the file", "now"));
  if (lines.empty()) lines = Checkpoint(file).differences(layout);
  if (lines.empty()) lines = differences(file, planned);
  if (lines.size() > kMostShown) {
    const std::string more = "... and " + std::to_string(lines.size() - kMostShown) + " more";
    lines.resize(kMostShown);
    lines.push_back(more);
  }
  return lines;
}

}  // namespace hookflow::pipeline

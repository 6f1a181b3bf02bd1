#include "pipeline/merge/progress_of_shares.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <string>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Of a lane, as they are in the whole file.
using States = std::vector<std::vector<PartState>>;

/// The prompts of a share of which something is pending.
std::size_t pending_prompts(const ShareLayout& share, const Plan& plan, const States& states) {
  std::set<std::size_t> prompts;
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) {
    const std::size_t parts = plan.lanes[lane].parts;
    for (std::size_t cell = 0; cell < share.prompts.size() * parts; ++cell) {
      if (!share.own[lane].empty() && !share.own[lane][cell]) continue;
      const std::size_t prompt = share.prompts[cell / parts];
      if (states[lane][prompt * parts + cell % parts] == PartState::pending) prompts.insert(prompt);
    }
  }
  return prompts.size();
}

std::string why(const ShareLayout& share, const std::vector<ShardFile>& files) {
  const auto file =
      std::ranges::find_if(files, [&](const ShardFile& f) { return f.share.name == share.name; });
  if (file == files.end()) return "no file of it was given that can be read";
  if (file->being_written) return file->path.string() + " is being written; merge it again once that ends";
  return file->path.string() + (file->damaged ? " is damaged" : " is not finished");
}

}  // namespace

void tell_shares(const std::vector<ShareLayout>& shares, const std::vector<ShardFile>& files,
                 const Plan& plan, const RunStore& whole, std::ostream& out) {
  States states;
  for (std::size_t lane = 0; lane < plan.lanes.size(); ++lane) states.push_back(whole.states(lane));
  for (const ShareLayout& share : shares)
    if (const std::size_t pending = pending_prompts(share, plan, states); pending > 0)
      out << "hookflow: share " << share.name << ": " << counted(pending, "prompt") << " of "
          << share.prompts.size() << " not done: " << why(share, files) << "\n";
}

}  // namespace hookflow::pipeline

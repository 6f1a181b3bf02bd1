#include "pipeline/run_file/reading/compare_settings.hpp"

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/workflow/workflow.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kResultVersionKey = "identity_result_version";

// Of the file's attributes: what is said otherwise, what only looks at results, and what differs between any
// two runs.
const std::set<std::string> kLeftOut = {"workflow",
                                        "workflow_name",
                                        "about",
                                        "command_line",
                                        "model",
                                        "complete",
                                        "started_utc",
                                        "ended_utc",
                                        "default",
                                        "identity_workflow_sha256",
                                        "identity_prompts_sha256"};

}  // namespace

SettingsComparison compare_settings(const h5::File& first, const h5::File& second) {
  SettingsComparison found;
  Attributes one = read_attributes(first);
  Attributes other = read_attributes(second);
  Attributes all = one;
  all.insert(other.begin(), other.end());
  std::vector<Difference> identity;  // hashes that differ, of what no other setting tells
  for (const auto& [name, value] : all) {
    if (kLeftOut.contains(name) || one[name] == other[name]) continue;
    (name.starts_with(kIdentityPrefix) ? identity : found.settings).push_back({name, one[name], other[name]});
  }
  const auto is_of_model = [](const Difference& hash) {
    return hash.what != kResultVersionKey &&
           !hash.what.starts_with(std::string(kIdentityPrefix) + kPluginPrefix) &&
           !hash.what.starts_with(std::string(kIdentityPrefix) + kFilePrefix);
  };
  for (Difference& difference : workflow_differences(first.text("workflow"), second.text("workflow"))) {
    const bool other_model = difference.what == "model" && std::ranges::any_of(identity, is_of_model);
    if (other_model) std::erase_if(identity, is_of_model);  // its name says enough
    const bool decides = other_model || decides_results(difference.what);
    (decides ? found.causes : found.settings).push_back(std::move(difference));
  }
  std::ranges::move(prompt_differences(stored_prompt_rows(first), stored_prompt_rows(second)),
                    std::back_inserter(found.causes));
  std::ranges::move(identity, std::back_inserter(found.causes));
  return found;
}

}  // namespace hookflow::pipeline

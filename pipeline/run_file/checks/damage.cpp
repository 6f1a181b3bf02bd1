#include "pipeline/run_file/checks/damage.hpp"

#include <set>

#include <nlohmann/json.hpp>

#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using OrderedJson = nlohmann::ordered_json;
constexpr const char* kNotComplete = "it is marked as complete, but is not";

/// "variants 8 to 15"
std::string variants_text(const LaneLayout& lane, std::size_t part) {
  const std::size_t first = lane.first_variant(part);
  const std::size_t count = lane.variants_of(part);
  if (count == 1) return "variant " + std::to_string(first);
  return "variants " + std::to_string(first) + " to " + std::to_string(first + count - 1);
}

std::string line_of(const Damage& damage, const Damage::Part& part) {
  const LaneLayout& lane = damage.lanes.at(part.lane);
  std::string line = "prompt '" + label_of(damage.prompt, part.prompt) + "'";
  if (lane.parts > 1) line += ", " + variants_text(lane, part.part) + " of '" + lane.expander() + "'";
  std::string variables;
  for (const std::string& name : lane.variables) variables += (variables.empty() ? "/" : ", /") + name;
  return line + ": " + (variables.empty() ? "whether it is done is not known" : variables);
}

std::string summary_of(const Damage& damage) {
  if (damage.count() == 0) return kNotComplete;
  std::set<std::size_t> prompts;
  for (const Damage::Part& part : damage.parts) prompts.insert(part.prompt);
  std::string text = "results";
  if (!prompts.empty()) text += " of " + counted(prompts.size(), "prompt");
  if (!damage.folds.empty())
    text +=
        (prompts.empty() ? " of " : " and of ") + counted(damage.folds.size(), "stage") + " over all prompts";
  return text;
}

std::vector<std::string> lines_of(const Damage& damage, std::size_t most) {
  const bool wrongly_complete = damage.wrongly_complete && damage.count() > 0;  // else the summary says it
  std::vector<std::string> lines;
  for (const std::size_t fold : damage.folds)
    lines.push_back("/" + damage.fold_names.at(fold) + ", of all prompts");
  if (wrongly_complete) lines.emplace_back(kNotComplete);
  for (const Damage::Part& part : damage.parts) {
    if (lines.size() >= most) break;
    lines.push_back(line_of(damage, part));
  }
  const std::size_t all = damage.count() + (wrongly_complete ? 1 : 0);
  if (lines.size() < all) lines.push_back("... and " + std::to_string(all - lines.size()) + " more");
  return lines;
}

}  // namespace

std::string damage_report(const Damage& damage, const std::filesystem::path& path, std::size_t most) {
  std::string text = path.string() + " is damaged: " + summary_of(damage) + "\n";
  for (const std::string& line : lines_of(damage, most)) text += "  " + line + "\n";
  return text;
}

std::vector<std::string> json_lines_of(const Damage& damage) {
  std::vector<std::string> lines;
  const auto add = [&](const OrderedJson& line) {
    lines.push_back(line.dump(-1, ' ', false, OrderedJson::error_handler_t::replace));
  };
  for (const Damage::Part& part : damage.parts) {
    const LaneLayout& lane = damage.lanes.at(part.lane);
    OrderedJson line = {{"event", "damaged"}, {"prompt", label_of(damage.prompt, part.prompt)}};
    if (lane.has_variants()) {
      const std::size_t first = lane.first_variant(part.part);
      line["stage"] = lane.expander();
      line["variants"] = {first, first + lane.variants_of(part.part) - 1};
    }
    line["variables"] = lane.variables;
    add(line);
  }
  for (const std::size_t fold : damage.folds)
    add({{"event", "damaged"}, {"stage", damage.fold_names.at(fold)}});
  if (damage.wrongly_complete) add({{"event", "damaged"}, {"attribute", "complete"}});
  return lines;
}

}  // namespace hookflow::pipeline

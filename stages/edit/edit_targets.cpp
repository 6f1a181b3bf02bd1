#include "stages/edit/edit_targets.hpp"

#include <algorithm>

#include "pipeline/yaml/param.hpp"
#include "stages/params/places.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::ParamError;

/// One expression's hook points and heads: kind by kind, layer by layer, head by head.
std::vector<EditTarget> named_by(const std::string& text, const std::string& param, const Config& config) {
  std::vector<EditTarget> targets;
  const auto parse = [&] { return parse_hooks(text, config); };
  for (const HookSelection& selection : translate_param_errors(param, parse)) {
    if (!editable(selection.kind)) {
      throw ParamError(param, pattern_name(selection.kind) +
                                  " cannot be edited; `describe --model` lists the hook points that can");
    }
    for (const HookPoint& point : points(selection)) {
      if (!selection.heads) targets.push_back({point, {}});
      for (const std::size_t head : selection.heads.value_or(std::vector<std::size_t>())) {
        targets.push_back({point, head});
      }
    }
  }
  return targets;
}

void leave_out(const std::string& text, const Config& config, std::vector<EditTarget>& targets) {
  const std::size_t before = targets.size();
  for (const EditTarget& left_out : named_by(text, "except", config)) {
    std::erase_if(targets, [&](const EditTarget& target) {
      if (!overlap(target, left_out)) return false;
      if (!target.head && left_out.head) {
        throw ParamError("except", "`at` edits " + to_string(target) +
                                       " as a whole; write [*] after it in `at`" + " to leave out " +
                                       to_string(left_out));
      }
      return true;
    });
  }
  if (targets.size() == before) throw ParamError("except", "'" + text + "' names nothing that `at` edits");
}

}  // namespace

bool overlap(const EditTarget& a, const EditTarget& b) {
  return a.at == b.at && (!a.head || !b.head || a.head == b.head);
}

std::string to_string(const EditTarget& target) {
  return to_string(target.at) + (target.head ? "[" + std::to_string(*target.head) + "]" : "");
}

std::vector<EditTarget> edit_targets(const std::vector<std::string>& at,
                                     const std::vector<std::string>& except, const Config& config) {
  std::vector<EditTarget> targets;
  for (const std::string& text : at) {
    for (const EditTarget& target : named_by(text, "at", config)) {
      const auto same = [&](const EditTarget& other) { return overlap(target, other); };
      if (std::ranges::any_of(targets, same)) {
        throw ParamError("at", "'" + text + "': " + to_string(target) + " is given twice");
      }
      targets.push_back(target);
    }
  }
  for (const std::string& text : except) leave_out(text, config, targets);
  if (targets.empty()) throw ParamError(at.empty() ? "at" : "except", "no hook point is left to edit");
  return targets;
}

}  // namespace hookflow::stages

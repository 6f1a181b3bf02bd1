#include "stages/path/senders.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "pipeline/yaml/param.hpp"
#include "stages/params/places.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Axis;
using pipeline::ParamError;

constexpr const char* kWith = "with";

/// Along an axis: its label, and where each sender stands.
struct SenderAxis {
  Axis axis;
  std::vector<std::size_t> steps;
};

SenderAxis axis_of_numbers(const std::string& what, const std::vector<std::size_t>& numbers) {
  const std::set<std::size_t> sorted(numbers.begin(), numbers.end());
  SenderAxis made{
      {"sender_" + what, std::vector<std::size_t>(sorted.begin(), sorted.end()), what + " of the sender", ""},
      {}};
  made.axis.unordered = what == "head";
  for (const std::size_t number : numbers)
    made.steps.push_back(static_cast<std::size_t>(std::distance(sorted.begin(), sorted.find(number))));
  return made;
}

SenderAxis axis_of_names(const Senders& senders) {
  std::vector<std::string> names;
  for (const Sender& sender : senders) names.push_back(to_string(sender));
  SenderAxis made{{"sender", std::move(names), "what sends", ""}, std::vector<std::size_t>(senders.size())};
  std::iota(made.steps.begin(), made.steps.end(), std::size_t{0});
  return made;
}

/// By layer and head, as far as senders have them; by name where that leaves a combination out.
std::vector<SenderAxis> axes_of(const Senders& senders) {
  std::set<HookKind> kinds;
  std::vector<std::size_t> layers, heads;
  for (const Sender& sender : senders) {
    kinds.insert(sender.at.kind);
    if (in_block(sender.at.kind)) layers.push_back(sender.at.layer);
    if (sender.head) heads.push_back(*sender.head);
  }
  std::vector<SenderAxis> axes;
  if (!layers.empty()) axes.push_back(axis_of_numbers("layer", layers));
  if (!heads.empty()) axes.push_back(axis_of_numbers("head", heads));
  std::size_t combinations = 1;
  for (const SenderAxis& axis : axes) combinations *= axis.axis.size();
  const bool all_alike = kinds.size() == 1 && (heads.empty() || heads.size() == senders.size());
  if (senders.empty() || (all_alike && combinations == senders.size())) return axes;
  return {axis_of_names(senders)};
}

}  // namespace

Senders senders_of(const Replacement& with, const Config& config) {
  Senders senders;
  if (with.key() != kPath) return senders;
  const auto add = [&](const Sender& sender) {
    const auto same = [&](const Sender& other) {
      return other.at == sender.at && (!other.head || !sender.head || other.head == sender.head);
    };
    if (std::ranges::any_of(senders, same))
      throw ParamError(kWith, "senders: " + to_string(sender) + " is given twice");
    senders.push_back(sender);
  };
  for (const std::string& text : std::get<std::vector<std::string>>(with.settings().at(kSenders))) {
    const auto parse = [&] { return parse_hooks(text, config); };
    for (const HookSelection& selection : translate_param_errors(kWith, parse, "senders: ")) {
      if (!can_send(selection.kind))
        throw ParamError(kWith, "senders: " + pattern_name(selection.kind) +
                                    " sends nothing along a path; must be attn.hook_z, hook_mlp_out, "
                                    "hook_embed or hook_pos_embed");
      for (const HookPoint& point : points(selection)) {
        if (!selection.heads) add({point, {}});
        for (const std::size_t head : selection.heads.value_or(std::vector<std::size_t>()))
          add({point, head});
      }
    }
  }
  if (senders.empty()) throw ParamError(kWith, "senders: the list is empty");
  return senders;
}

Replacement sent_by(const Replacement& with, const Senders& senders) {
  if (with.key() != kPath) return with;
  EditSettings settings = with.settings();
  std::vector<std::string> names;
  for (const Sender& sender : senders) names.push_back(to_string(sender));
  settings[kSenders] = std::move(names);
  return Replacement(with.key(), with.argument(), with.name(), std::move(settings));
}

bool arrives(const Replacement& with, const HookPoint& at, const Config& config) {
  return with.key() != kPath || is_behind(at, senders_of(with, config));
}

SenderSteps sender_steps(const Senders& senders, const std::vector<std::string>& together) {
  SenderSteps made;
  std::vector<SenderAxis> axes = axes_of(senders);
  for (const SenderAxis& axis : axes) made.names.push_back(axis.axis.name);
  std::erase_if(axes, [&](const SenderAxis& axis) {
    return std::ranges::find(together, axis.axis.name) != together.end();
  });
  std::map<std::vector<std::size_t>, Senders> steps;  // by where they stand along the axes
  if (senders.empty()) steps[{}];
  for (std::size_t i = 0; i < senders.size(); ++i) {
    std::vector<std::size_t> where;
    for (const SenderAxis& axis : axes) where.push_back(axis.steps[i]);
    steps[where].push_back(senders[i]);
  }
  for (SenderAxis& axis : axes) made.axes.push_back(std::move(axis.axis));
  for (auto& [where, step] : steps) made.steps.push_back(std::move(step));
  return made;
}

}  // namespace hookflow::stages

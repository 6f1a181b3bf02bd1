#include "stages/params/places.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {

std::vector<HookSelection> read_places(const std::vector<std::string>& at, const Config& config) {
  std::vector<HookSelection> places;
  for (const std::string& text : at) {
    const auto parse = [&] { return parse_hooks(text, config); };
    for (HookSelection& selection : translate_param_errors("at", parse)) {
      const bool twice = std::any_of(places.begin(), places.end(), [&](const HookSelection& other) {
        return other.kind == selection.kind;
      });
      if (twice) {
        throw pipeline::ParamError("at", "'" + text + "': " + pattern_name(selection.kind) +
                                             " is given twice; write its layers and heads as one hook point");
      }
      places.push_back(std::move(selection));
    }
  }
  return places;
}

std::vector<HookPoint> points(const HookSelection& selection) {
  if (selection.layers.empty()) return {{selection.kind, 0}};
  std::vector<HookPoint> places;
  for (const std::size_t layer : selection.layers) places.push_back({selection.kind, layer});
  return places;
}

std::vector<std::size_t> heads_of(const HookSelection& selection, const Config& config) {
  if (!has_heads(selection.kind)) return {0};
  if (selection.heads) return *selection.heads;
  std::vector<std::size_t> heads(config.heads);
  std::iota(heads.begin(), heads.end(), std::size_t{0});
  return heads;
}

std::string variable_name(HookKind kind) {
  std::string name = pattern_name(kind);
  for (const std::string_view part : {"blocks.*.", "attn.", "hook_"}) {
    if (const std::size_t found = name.find(part); found != std::string::npos) {
      name.erase(found, part.size());
    }
  }
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

}  // namespace hookflow::stages

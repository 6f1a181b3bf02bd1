#include "stages/edit/variant_grid.hpp"

#include <algorithm>
#include <stdexcept>

#include "pipeline/text/nearest.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/subject/translate_errors.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Axis;
using pipeline::ParamError;

/// All the places that are asked for: kinds that share their layers and heads.
struct EditedPlaces {
  std::vector<HookKind> kinds;
  std::vector<std::size_t> layers;                // empty: outside the blocks
  std::optional<std::vector<std::size_t>> heads;  // none: as a whole
};

EditedPlaces read_edited_places(const std::vector<std::string>& at, const Config& config) {
  EditedPlaces places;
  bool first = true;
  for (const std::string& text : at) {
    const auto parse = [&] { return parse_hooks(text, config); };
    for (HookSelection& selection : translate_param_errors("at", parse)) {
      if (!editable(selection.kind)) {
        throw ParamError("at", pattern_name(selection.kind) +
                                   " cannot be edited; `describe --model` lists "
                                   "the places that can");
      }
      if (first) {
        places = {{}, selection.layers, selection.heads};
        first = false;
      } else if (selection.layers != places.layers || selection.heads != places.heads) {
        throw ParamError("at", "'" + text + "' selects other layers or heads than '" + at.front() +
                                   "'; places of one ablation must share them");
      }
      if (std::find(places.kinds.begin(), places.kinds.end(), selection.kind) != places.kinds.end()) {
        throw ParamError("at", "'" + text + "' is there twice");
      }
      places.kinds.push_back(selection.kind);
    }
  }
  return places;
}

void check_replacement(const Replacement& with, const EditedPlaces& places, const Config& config) {
  for (const HookKind kind : places.kinds) {
    const EditPlace place = edit_place(kind, places.heads.has_value(), config);
    if (const auto problem = with->problem_at(place)) throw ParamError("with", *problem);
  }
}

Axis replacement_axis(const std::vector<Replacement>& with) {
  std::vector<std::string> labels;
  for (const Replacement& replacement : with) {
    const std::string text = replacement.label();
    const bool twice = std::find(labels.begin(), labels.end(), text) != labels.end();
    if (twice && replacement.label_says_all()) throw ParamError("with", text + " is there twice");
    labels.push_back(twice ? text + "_" + std::to_string(labels.size()) : text);
  }
  return {"replacement", std::move(labels), "what takes the activation's place", ""};
}

}  // namespace

VariantGrid make_variant_grid(const GridRequest& request, const Config& config) {
  if (request.with.empty()) throw ParamError("with", "the list is empty");
  const EditedPlaces places = read_edited_places(request.at, config);
  for (const Replacement& with : request.with) check_replacement(with, places, config);

  VariantGrid grid;
  grid.axes.push_back(replacement_axis(request.with));
  std::vector<Axis> axes;
  if (places.kinds.size() > 1) {
    std::vector<std::string> names;
    for (const HookKind kind : places.kinds) names.push_back(pattern_name(kind));
    axes.push_back({"place", std::move(names), "hook point", ""});
  }
  if (!places.layers.empty()) axes.push_back({"layer", places.layers, "layer that is edited", ""});
  if (places.heads) axes.push_back({"head", *places.heads, "head that is edited", ""});

  std::vector<std::string> names;
  for (const Axis& axis : axes) names.push_back(axis.name);
  for (const std::string& name : request.together) {
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw ParamError("together",
                       "there is no axis '" + name + "' here" + pipeline::suggestion(name, names));
    }
  }
  const auto together = [&](const std::string& name) {
    return std::find(request.together.begin(), request.together.end(), name) != request.together.end();
  };
  for (const Axis& axis : axes) {
    if (!together(axis.name)) grid.axes.push_back(axis);
  }

  const std::size_t layer_count = std::max<std::size_t>(1, places.layers.size());
  const std::size_t head_count = places.heads ? places.heads->size() : 1;
  grid.variants.resize(pipeline::cell_count(grid.axes));
  for (std::size_t r = 0; r < request.with.size(); ++r) {
    for (std::size_t k = 0; k < places.kinds.size(); ++k) {
      for (std::size_t l = 0; l < layer_count; ++l) {
        for (std::size_t h = 0; h < head_count; ++h) {
          std::size_t index = r;
          if (!together("place")) index = index * places.kinds.size() + k;
          if (!together("layer")) index = index * layer_count + l;
          if (!together("head")) index = index * head_count + h;
          Intervention edit;
          edit.at = {places.kinds[k], places.layers.empty() ? 0 : places.layers[l]};
          if (places.heads) edit.head = (*places.heads)[h];
          edit.positions = request.positions;
          edit.with = request.with[r];
          grid.variants[index].push_back(std::move(edit));
        }
      }
    }
  }
  return grid;
}

}  // namespace hookflow::stages

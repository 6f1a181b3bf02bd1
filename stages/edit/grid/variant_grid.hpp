#pragma once
#include <optional>
#include <string>
#include <vector>

#include "stages/edit/edit_positions.hpp"
#include "stages/edit/edit_scope.hpp"
#include "stages/edit/labelled_variants.hpp"
#include "stages/edit/named_variant.hpp"

namespace hookflow::stages {

/// What is edited, how, and where: the alternatives of which an ablation makes every combination.
struct GridRequest {
  std::vector<std::string> at;
  std::vector<Replacement> with;
  EditPositions positions;
  std::vector<std::string> together;  // axes along which all is edited in one variant
  std::vector<std::string> except = {};
  std::vector<NamedEdit> also = {};        // that every variant has, too
  std::optional<EditPositions> keys = {};  // at places with keys; none: all
  std::size_t window = 1;                  // layers around each that are edited with it
};

/// Every combination of the request's alternatives, as variants, along the axes replacement, those of senders
/// where a path has several (see SenderSteps), then positions and keys where several are alternatives, then
/// hook_point where there is more than one kind of hook point, then layer and head where they have them,
/// position and key where each is edited, and sample where edits are drawn several times. Throws
/// pipeline::ParamError for hook points that cannot be edited, replacements that do not fit them, and
/// combinations in which there is nothing to edit.
LabelledVariants make_variant_grid(const GridRequest& request, EditScope& scope);

}  // namespace hookflow::stages

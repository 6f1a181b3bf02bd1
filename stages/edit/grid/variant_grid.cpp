#include "stages/edit/grid/variant_grid.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <optional>
#include <set>

#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/edit/grid/grid_axes.hpp"
#include "stages/edit/grid/where_steps.hpp"
#include "stages/edit/variant_list.hpp"
#include "stages/given/samples.hpp"
#include "stages/path/senders.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Axis;
using pipeline::ParamError;

/// Takes away the axes along which all is edited together. `others`: axes that it may name, too.
void put_together(const std::vector<std::string>& together, const std::vector<std::string>& others,
                  std::vector<GridAxis>& axes) {
  std::vector<std::string> names = others;
  for (const GridAxis& axis : axes) names.push_back(axis.axis.name);
  for (const std::string& said : together) {
    const std::string name = pipeline::current_name(said, names);
    if (std::ranges::find(names, name) == names.end()) {
      throw ParamError("together", "unknown axis '" + said + "'" + pipeline::suggestion(said, names));
    }
    std::erase_if(axes, [&](const GridAxis& axis) { return axis.axis.name == name; });
  }
}

/// Which combination of the axes' labels a target is part of.
std::size_t combination_of(std::size_t target, const std::vector<EditTarget>& targets,
                           const std::vector<GridAxis>& axes) {
  std::size_t index = 0;
  for (const GridAxis& axis : axes) {
    const std::optional<std::size_t> step = axis.steps[target];
    if (!step) {
      throw ParamError("at",
                       to_string(targets[target]) + " has no " + axis.axis.name +
                           ", but other hook points have; edit them all in one variant with together: " +
                           axis.axis.name + ", or list the edits in `variants`");
    }
    index = index * axis.labels.size() + *step;
  }
  return index;
}

/// As a message says it: `layer 1, head 0`.
std::string name_of(std::size_t combination, const std::vector<GridAxis>& axes) {
  std::string name;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const std::size_t size = axis->labels.size();
    name = axis->axis.name + " " + axis->labels[combination % size] + (name.empty() ? "" : ", ") + name;
    combination /= size;
  }
  return name;
}

/// Of each combination of the axes' labels, what is edited in it.
std::vector<std::vector<EditTarget>> combine(const std::vector<EditTarget>& targets,
                                             const std::vector<GridAxis>& axes, const std::string& param) {
  std::size_t count = 1;
  for (const GridAxis& axis : axes) count *= axis.labels.size();
  std::vector<std::vector<EditTarget>> combinations(count);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    combinations[combination_of(i, targets, axes)].push_back(targets[i]);
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!combinations[i].empty()) continue;
    throw ParamError(
        param, "there is nothing to edit in " + name_of(i, axes) +
                   ", but every combination of labels is a variant; edit along an axis in one variant with " +
                   "`together`, or name the sets of edits in `variants`");
  }
  return combinations;
}

/// Adds to what is edited in each layer the same of those around it, `window` layers in all, fewer at the
/// ends.
std::vector<std::vector<EditTarget>> widen(const std::vector<std::vector<EditTarget>>& combinations,
                                           std::size_t window, std::vector<GridAxis>& axes) {
  if (window == 1) return combinations;
  const auto layers =
      std::ranges::find_if(axes, [](const GridAxis& axis) { return axis.axis.name == "layer"; });
  if (layers == axes.end())
    throw ParamError("window", "there is no axis layer, around each of whose layers others could be edited");
  layers->axis.long_name = "middle of " + std::to_string(window) + " layers that are edited together";
  std::size_t stride = 1;
  for (auto axis = layers + 1; axis != axes.end(); ++axis) stride *= axis->labels.size();
  const std::size_t count = layers->labels.size();
  std::vector<std::vector<EditTarget>> widened(combinations.size());
  for (std::size_t i = 0; i < combinations.size(); ++i) {
    const std::size_t own = combinations[i].front().at.layer;
    const std::size_t first = i - i / stride % count * stride;
    for (std::size_t step = 0; step < count; ++step) {
      const std::vector<EditTarget>& others = combinations[first + step * stride];
      const std::size_t layer = others.front().at.layer;
      if (layer + window / 2 >= own && layer < own + (window + 1) / 2)
        widened[i].insert(widened[i].end(), others.begin(), others.end());
    }
  }
  return widened;
}

/// A vector's numbers do not stand in its label, so vectors without a name are counted.
Axis replacement_axis(const std::vector<Replacement>& with) {
  std::vector<std::string> labels;
  std::set<std::string> taken;
  for (const Replacement& replacement : with) {
    labels.push_back(replacement.label());
    if (replacement.label_says_all() && !taken.insert(labels.back()).second) {
      throw ParamError("with", labels.back() + " is given twice");
    }
  }
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i].label_says_all()) continue;
    for (std::size_t number = i; !taken.insert(labels[i]).second; ++number) {
      labels[i] = with[i].label() + "_" + std::to_string(number);
    }
  }
  return {"replacement", std::move(labels), "what replaces the activation", ""};
}

/// How many draws edits ask for, all as many; 0: none does.
std::size_t samples_of(const GridRequest& request) {
  std::size_t samples = 0;
  const auto add = [&](const std::string& param, const Replacement& with) {
    const std::size_t of_this = stages::samples_of(with);
    if (samples != 0 && of_this != 0 && of_this != samples)
      throw ParamError(param, "samples is " + std::to_string(of_this) + " and " + std::to_string(samples) +
                                  "; must be the same of all edits, which share the axis sample");
    samples = std::max(samples, of_this);
  };
  for (const Replacement& with : request.with) add("with", with);
  for (const NamedEdit& edit : request.also) add("also", edit.with);
  return samples;
}

Axis sample_axis(std::size_t samples) {
  std::vector<std::int64_t> labels(samples);
  std::iota(labels.begin(), labels.end(), 0);
  return {"sample", std::move(labels), "draw of what is random", "", "", true};
}

/// The senders that paths name, all the same ones; none: no replacement is a path.
Senders common_senders(const std::vector<Replacement>& with, const Config& config) {
  Senders senders;
  for (const Replacement& replacement : with) {
    const Senders of_this = senders_of(replacement, config);
    if (!senders.empty() && !of_this.empty() && of_this != senders)
      throw ParamError("with", "senders: must be the same of all paths, which share their axes");
    if (!of_this.empty()) senders = of_this;
  }
  return senders;
}

/// Throws ParamError for a path that arrives nowhere.
void check_arrival(const Replacement& with, const std::vector<EditTarget>& targets, const Config& config) {
  const auto arrives_at = [&](const EditTarget& target) { return arrives(with, target.at, config); };
  if (std::ranges::none_of(targets, arrives_at)) throw ParamError("with", kNoArrival);
}

/// What is edited together; of a path, where it arrives. Where it does at no place, it is edited nowhere: no
/// prompt has such a variant.
Variant edits_of(const Replacement& with, const std::vector<EditTarget>& together,
                 const WhereSteps::Step& where, const Config& config) {
  Variant variant, nowhere;
  for (const EditTarget& target : together) {
    if (arrives(with, target.at, config))
      variant.push_back({target.at, target.head, where.positions.value(), with, {}, where.keys});
    else
      nowhere.push_back({target.at, target.head, Positions::at({}), with, {}, where.keys});
  }
  return variant.empty() ? nowhere : variant;
}

/// The variant, once for each draw of those of its edits that are drawn.
void add_draws(Variant variant, std::size_t samples, std::vector<Variant>& variants) {
  if (samples == 0) return variants.push_back(std::move(variant));
  for (std::size_t sample = 0; sample < samples; ++sample) {
    Variant& drawn = variants.emplace_back(variant);
    for (Intervention& edit : drawn)
      if (stages::samples_of(edit.with) > 0) edit.with = sample_of(edit.with, sample);
  }
}

void check(const GridRequest& request, const std::vector<EditTarget>& targets, EditScope& scope) {
  for (const Positions& step : position_steps(request.positions, scope.tokens()).steps)
    scope.check(step, {"positions"});
  std::vector<std::optional<Positions>> keys(1);
  if (request.keys) {
    const PositionSteps steps = position_steps(*request.keys, scope.tokens(), "key");
    keys.assign(steps.steps.begin(), steps.steps.end());
  }
  for (const Replacement& with : request.with) {
    scope.check(with, targets, {"with"});
    for (const auto& step : keys) scope.check_keys(step, with, targets, {"keys"});
  }
}

}  // namespace

LabelledVariants make_variant_grid(const GridRequest& request, EditScope& scope) {
  if (request.with.empty()) throw ParamError("with", "the list is empty");
  const std::vector<EditTarget> targets = edit_targets(request.at, request.except, scope.config());
  check(request, targets, scope);

  std::vector<GridAxis> axes = grid_axes(targets);
  const SenderSteps senders = sender_steps(common_senders(request.with, scope.config()), request.together);
  for (const Replacement& with : request.with) check_arrival(with, targets, scope.config());
  put_together(request.together, senders.names, axes);
  const auto combinations =
      widen(combine(targets, axes, request.except.empty() ? "at" : "except"), request.window, axes);
  const std::size_t samples = samples_of(request);
  LabelledVariants grid;
  grid.axes.push_back(replacement_axis(request.with));
  std::ranges::copy(senders.axes, std::back_inserter(grid.axes));
  const WhereSteps before = where_steps(request.positions, request.keys, false, scope.tokens());
  const WhereSteps behind = where_steps(request.positions, request.keys, true, scope.tokens());
  std::ranges::copy(before.axes, std::back_inserter(grid.axes));
  for (const GridAxis& axis : axes) grid.axes.push_back(axis.axis);
  std::ranges::copy(behind.axes, std::back_inserter(grid.axes));
  if (samples > 0) grid.axes.push_back(sample_axis(samples));
  const Variant also = make_edits(request.also, "also", scope);
  const auto add = [&](const Replacement& with, const std::vector<EditTarget>& together,
                       const WhereSteps::Step& outer, const WhereSteps::Step& inner) {
    Variant variant = also;
    const WhereSteps::Step where{(outer.positions ? outer : inner).positions,
                                 (outer.keys ? outer : inner).keys};
    std::ranges::move(edits_of(with, together, where, scope.config()), std::back_inserter(variant));
    add_draws(std::move(variant), samples, grid.variants);
  };
  // Row-major along the axes.
  const auto add_all = [&](const Replacement& with) {
    for (const WhereSteps::Step& outer : before.steps)
      for (const std::vector<EditTarget>& together : combinations)
        for (const WhereSteps::Step& inner : behind.steps) add(with, together, outer, inner);
  };
  for (const Replacement& with : request.with)
    for (const Senders& step : senders.steps) add_all(sent_by(with, step));
  return grid;
}

}  // namespace hookflow::stages

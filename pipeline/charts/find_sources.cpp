#include "pipeline/charts/find_sources.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

class SourceFinder {
 public:
  SourceFinder(const Kept& kept, std::vector<std::string>& problems) : kept_(kept), problems_(problems) {}

  /// `what`: the key that names it.
  void add(const InputRef& ref, const std::string& what, std::vector<ChartSource>& sources) {
    const auto group = std::ranges::find(kept_.groups, ref.stage, &GroupLayout::name);
    if (group == kept_.groups.end()) {
      problems_.push_back(what + ": '" + ref.stage + "' is not among the stages that are kept" +
                          suggestion(ref.stage, kept_.groups, &GroupLayout::name));
      return;
    }
    std::vector<std::string> names;
    for (const Variable& variable : group->variables) names.push_back(variable.name);
    const Variable* found = find_variable(kept_.groups, ref.stage, current_name(ref.variable, names));
    if (found == nullptr) {
      problems_.push_back(what + ": '" + ref.stage + "' has no variable '" + ref.variable + "'" +
                          suggestion(ref.variable, names));
      return;
    }
    sources.push_back({ref.stage, *found, {}, ""});
    for (const AxisLabel& picked : ref.where) pick(picked, what, sources.back());
  }

  /// A label of an axis that the source has, or that marks of it have.
  void pick(const AxisLabel& picked, const std::string& what, ChartSource& source) {
    const Axis* axis = find_axis(source, picked.axis);
    if (axis == nullptr) {
      problems_.push_back(what + ": '" + source.stage + "." + source.variable.name + "' has no axis '" +
                          picked.axis + "'" + suggestion(picked.axis, axis_names(source)));
      return;
    }
    std::vector<std::string> labels;
    for (std::size_t step = 0; step < axis->size(); ++step) labels.push_back(label_of(*axis, step));
    if (std::ranges::find(labels, picked.label) == labels.end()) {
      problems_.push_back(what + ": the axis '" + axis->name + "' has no '" + picked.label + "'" +
                          suggestion(picked.label, labels) + some(labels));
      return;
    }
    source.where.push_back({axis->name, picked.label});
  }

  [[nodiscard]] bool has_axis(const ChartSource& source, const std::string& name) const {
    return find_axis(source, name) != nullptr;
  }
  [[nodiscard]] std::vector<std::string> axis_names(const ChartSource& source) const {
    std::vector<std::string> names;
    for (const Axis* axis : axes(source)) names.push_back(axis->name);
    return names;
  }

 private:
  [[nodiscard]] std::vector<const Axis*> axes(const ChartSource& source) const {
    std::vector<const Axis*> all;
    for (const Axis& axis : source.variable.axes) all.push_back(&axis);
    for (const Variable* marks : ancillaries(kept_.groups, source, Relation::significant))
      for (const Axis& axis : marks->axes)
        if (std::ranges::find(all, axis.name, &Axis::name) == all.end()) all.push_back(&axis);
    return all;
  }

  [[nodiscard]] const Axis* find_axis(const ChartSource& source, const std::string& name) const {
    const std::string now = current_name(name, axis_names(source));
    const std::vector<const Axis*> all = axes(source);
    const auto found = std::ranges::find(all, now, &Axis::name);
    return found == all.end() ? nullptr : *found;
  }

  static std::string some(const std::vector<std::string>& labels) {
    constexpr std::size_t kShown = 8;
    std::string text = "; it has ";
    for (std::size_t i = 0; i < std::min(kShown, labels.size()); ++i)
      text += (i == 0 ? "'" : ", '") + labels[i] + "'";
    return text + (labels.size() > kShown ? " … '" + labels.back() + "'" : "");
  }

  const Kept& kept_;
  std::vector<std::string>& problems_;
};

/// What tells the sources from each other: their variables' names, else their stages', else all.
void label_sources(const FigureRequest& request, std::vector<ChartSource>& sources) {
  using LabelOf = std::function<std::string(std::size_t)>;
  const LabelOf candidates[] = {
      [&](std::size_t i) { return sources[i].variable.name; },
      [&](std::size_t i) { return sources[i].stage; },
      [&](std::size_t i) {
        std::string picked;
        for (const AxisLabel& label : request.of[i].where)
          picked += (picked.empty() ? "" : ", ") + label.axis + " " + label.label;
        return picked;
      },
      [&](std::size_t i) { return to_string(request.of[i]); },
      [&](std::size_t i) { return std::to_string(i + 1) + " " + to_string(request.of[i]); }};
  for (const LabelOf& label : candidates) {
    std::set<std::string> different;
    for (std::size_t i = 0; i < sources.size(); ++i) different.insert(sources[i].label = label(i));
    if (different.size() == sources.size()) return;
  }
}

}  // namespace

std::vector<Axis> free_axes(const ChartSource& source) {
  std::vector<Axis> axes;
  for (const Axis& axis : source.variable.axes)
    if (axis.size() > 1 && !source.picks(axis.name)) axes.push_back(axis);
  return axes;
}

std::vector<ChartSource> find_sources(const FigureRequest& request, const Kept& kept,
                                      std::vector<std::string>& problems) {
  SourceFinder finder(kept, problems);
  std::vector<ChartSource> sources;
  for (const InputRef& ref : request.of) finder.add(ref, "of", sources);
  if (sources.size() < request.of.size() || sources.empty()) return {};
  for (const AxisLabel& picked : request.where) {
    bool used = false;
    for (ChartSource& source : sources) {
      if (!finder.has_axis(source, picked.axis)) continue;
      used = true;
      finder.pick(picked, "where", source);
    }
    if (!used) finder.pick(picked, "where", sources.front());  // notes that it is not there
  }
  label_sources(request, sources);
  return sources;
}

std::optional<ChartSource> find_minus(const FigureRequest& request, const Kept& kept,
                                      std::vector<std::string>& problems) {
  if (request.minus.stage.empty()) return {};
  SourceFinder finder(kept, problems);
  std::vector<ChartSource> found;
  finder.add(request.minus, "minus", found);
  if (found.empty()) return {};
  for (const AxisLabel& picked : request.where)
    if (!found.front().picks(picked.axis) && finder.has_axis(found.front(), picked.axis))
      finder.pick(picked, "minus", found.front());
  return found.front();
}

void check_references(const FigureRequest& request, const Kept& kept, std::vector<std::string>& problems) {
  constexpr std::size_t kMost = 12;
  SourceFinder finder(kept, problems);
  for (const ReferenceLine& line : request.reference) {
    if (line.variable.stage.empty()) continue;
    std::vector<ChartSource> found;
    finder.add(line.variable, "reference", found);
    if (found.empty()) continue;
    const std::size_t cells = cell_count(free_axes(found.front()));
    if (cells > kMost)
      problems.push_back("reference: '" + to_string(line.variable) + "' has " + std::to_string(cells) +
                         " values; must be " + std::to_string(kMost) +
                         " or fewer: pick a label, as in scores.prob[layer=3]");
  }
}

}  // namespace hookflow::pipeline

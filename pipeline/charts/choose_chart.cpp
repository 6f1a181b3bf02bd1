#include "pipeline/charts/choose_chart.hpp"

#include <algorithm>
#include <optional>

#include "pipeline/charts/chart_kind.hpp"
#include "pipeline/charts/find_sources.hpp"
#include "pipeline/text/nearest.hpp"
#include "pipeline/values/renamed.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kPromptAxis = "prompt";  // the axis of what the others are measured of
constexpr std::size_t kMostColours = 10;
constexpr std::size_t kMostPanels = 12;  // small figures

using Names = std::vector<std::string>;

class Chooser {
 public:
  Chooser(const FigureRequest& request, const Kept& kept, std::vector<std::string>& problems)
      : request_(request), kept_(kept), problems_(problems) {}

  Chart run() {
    chart_.sources = find_sources(request_, kept_, problems_);
    if (chart_.sources.empty()) return std::move(chart_);
    chart_.minus = find_minus(request_, kept_, problems_);
    read_axes();
    take_asked();
    chart_.counts_texts = counts_texts(request_, chart_, kept_);
    chart_.kind =
        request_.kind.empty() ? kind_for(kept_, chart_, widest(), rest_) : kind_named(request_.kind);
    for (const std::string& problem : kind_problems(request_, kept_, chart_, widest()))
      problems_.push_back("kind: " + to_string(chart_.kind) + ": " + problem);
    if (chart_.counts_texts)
      place_counts();
    else
      place_axes();
    keep_axes();
    return std::move(chart_);
  }

 private:
  // What may be drawn along, the sources first where they are several.
  void read_axes() {
    for (const ChartSource& source : chart_.sources)
      if (free_axes(source).size() > free_axes(chart_.sources[widest_]).size())
        widest_ = static_cast<std::size_t>(&source - chart_.sources.data());
    rest_ = free_axes(widest());
    for (const ChartSource& source : chart_.sources) check_aligned(source, "of");
    if (chart_.minus) check_aligned(*chart_.minus, "minus");
    if (chart_.sources.size() < 2) return;
    Names labels;
    for (const ChartSource& source : chart_.sources) labels.push_back(source.label);
    sources_ = Axis{kSourceAxis, std::move(labels), "", ""};
    rest_.insert(rest_.begin(), *sources_);
  }

  /// The one that has all axes; the others are repeated along those that they have not.
  [[nodiscard]] const ChartSource& widest() const { return chart_.sources[widest_]; }

  void check_aligned(const ChartSource& source, const std::string& key) {
    const std::vector<Axis> all = free_axes(widest());
    auto next = all.begin();  // axes come in one order
    for (const Axis& axis : free_axes(source)) {
      next = std::find_if(next, all.end(), [&](const Axis& other) {
        return other.name == axis.name && other.size() == axis.size();
      });
      if (next++ != all.end()) continue;
      problems_.push_back(key + ": '" + widest().stage + "." + widest().variable.name + "' has the axes " +
                          axes_text(all) + ", and '" + source.stage + "." + source.variable.name + "' has " +
                          axes_text(free_axes(source)) +
                          ": one must have all that the other has; pick a label of the others, as in "
                          "scores.prob[layer=3]");
      return;
    }
  }

  [[nodiscard]] Names known_axes() const {
    Names names;
    if (sources_) names.push_back(sources_->name);
    for (const Axis& axis : variable().axes)
      if (!widest().picks(axis.name)) names.push_back(axis.name);
    return names;
  }

  /// The current name of an axis, which no other key may have; empty: noted as a problem.
  std::string asked(const std::string& key, const std::string& said) {
    const Names known = known_axes();
    const std::string name = current_name(said, known);
    if (std::ranges::find(known, name) == known.end()) {
      const bool picked = widest().picks(name);
      problems_.push_back(key + ": " +
                          (picked ? "of the axis '" + name + "' one label is picked already"
                                  : "'" + widest().stage + "." + widest().variable.name + "' has no axis '" +
                                        said + "'" + suggestion(said, known) + "; its axes are " +
                                        axes_text(widest().variable.axes)));
      return "";
    }
    if (std::ranges::find(taken_, name) != taken_.end()) {
      problems_.push_back(key + ": the axis '" + name + "' is asked for twice");
      return "";
    }
    taken_.push_back(name);
    std::erase_if(rest_, [&](const Axis& axis) { return axis.name == name; });
    return name;
  }

  void take_asked() {
    if (!request_.x.empty()) chart_.x = asked("x", request_.x);
    if (!request_.y.empty()) chart_.y = asked("y", request_.y);
    if (!request_.colour.empty()) chart_.colour = asked("colour", request_.colour);
    for (const std::string& name : request_.facet) chart_.facet.push_back(asked("facet", name));
    for (const std::string& name : request_.choose) chart_.choose.push_back(asked("choose", name));
  }

  [[nodiscard]] const Variable& variable() const { return widest().variable; }

  /// Takes the last of the rest that fits, or nothing.
  template <typename Fits>
  std::string take_last(const Fits& fits) {
    const auto found = std::find_if(rest_.rbegin(), rest_.rend(), fits);
    if (found == rest_.rend()) return "";
    std::string name = found->name;
    rest_.erase(std::next(found).base());
    return name;
  }
  template <typename Fits>
  std::string take_first(const Fits& fits) {
    const auto found = std::ranges::find_if(rest_, fits);
    if (found == rest_.end()) return "";
    std::string name = found->name;
    rest_.erase(found);
    return name;
  }
  /// An axis of one label, for a figure that needs one.
  std::string take_single() {
    const std::vector<Axis>& axes = variable().axes;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      const bool is_free = !widest().picks(axis->name) && axis->size() <= 1;
      if (!is_free || std::ranges::find(taken_, axis->name) != taken_.end()) continue;
      taken_.push_back(axis->name);
      return axis->name;
    }
    return "";
  }

  /// For a map: steps before alternatives, and any axis before one of a single label.
  std::string take_step() {
    const auto counts = [&](const Axis& axis) {
      return chart_.kind == ChartKind::pattern && !axis.counts_along.empty();
    };
    const auto steps = [](const Axis& axis) { return axis.name != kSourceAxis && is_wide(axis); };
    const auto any = [](const Axis&) { return true; };
    for (std::string name : {take_last(counts)})
      if (!name.empty()) return name;
    for (std::string name : {take_last(steps)})
      if (!name.empty()) return name;
    for (std::string name : {take_last(any)})
      if (!name.empty()) return name;
    return take_single();
  }

  void place_axes() {
    switch (chart_.kind) {
      case ChartKind::heatmap:
      case ChartKind::pattern:
        if (chart_.x.empty()) chart_.x = take_step();
        if (chart_.y.empty()) chart_.y = take_step();
        break;
      case ChartKind::histogram:
      case ChartKind::density:
        place_numbers();
        break;
      case ChartKind::scatter:
        take_first([](const Axis& axis) { return axis.name == kSourceAxis; });  // they are x and y
        break;
      case ChartKind::bars:
      case ChartKind::line:
        if (chart_.x.empty()) chart_.x = take_along();
        break;
    }
    place_colour();
    place_facets();
    place_choices();
  }

  /// Of bars and lines: steps; else the first alternatives, of which the next may be colours.
  std::string take_along() {
    std::string name = take_last([](const Axis& axis) { return axis.name != kSourceAxis && is_wide(axis); });
    if (name.empty()) name = take_first([](const Axis& axis) { return axis.name != kSourceAxis; });
    if (name.empty()) name = take_first([](const Axis&) { return true; });
    return name.empty() ? take_single() : name;
  }

  /// Of histograms and densities: the axis of the bins or the grid.
  void place_numbers() {
    if (!chart_.x.empty() || variable().axes.empty()) return;
    chart_.x = variable().axes.back().name;
    taken_.push_back(chart_.x);
    std::erase_if(rest_, [&](const Axis& axis) { return axis.name == chart_.x; });
  }

  void place_colour() {
    if (is_map(chart_.kind) || !chart_.colour.empty()) return;
    const auto few = [](const Axis& axis) { return axis.size() <= kMostColours; };
    chart_.colour = take_first([](const Axis& axis) { return axis.name == kSourceAxis; });
    if (chart_.colour.empty() && chart_.kind != ChartKind::scatter)
      chart_.colour = take_alternatives(kMostColours);
    const bool curves = chart_.kind == ChartKind::density || chart_.kind == ChartKind::line;
    if (chart_.colour.empty() && curves) chart_.colour = take_first(few);
  }

  /// Few of them; prompts only where there are no others.
  std::string take_alternatives(std::size_t most) {
    const auto fits = [&](const Axis& axis) { return has_text_labels(axis) && axis.size() <= most; };
    std::string name = take_first([&](const Axis& axis) { return axis.name != kPromptAxis && fits(axis); });
    return name.empty() ? take_first(fits) : name;
  }

  /// Along which each prompt has texts of its own.
  [[nodiscard]] bool draws_positions() const {
    return std::ranges::any_of(variable().axes, [&](const Axis& axis) {
      return !axis.counts_along.empty() && (axis.name == chart_.x || axis.name == chart_.y);
    });
  }

  void place_facets() {
    const bool many = chart_.kind == ChartKind::histogram;
    std::size_t panels = 1;
    while (request_.facet.empty() && chart_.facet.size() < 2) {
      std::size_t taken = 1;
      const std::string name = take_first([&](const Axis& axis) {
        taken = axis.size();
        const bool alike = axis.name != kPromptAxis || !draws_positions();
        return alike && (has_text_labels(axis) || many) && panels * axis.size() <= kMostPanels;
      });
      if (name.empty()) return;
      panels *= taken;
      chart_.facet.push_back(name);
    }
  }

  /// Points need no choice: each is of one label of every axis.
  void place_choices() {
    if (chart_.kind == ChartKind::scatter) return;
    for (const Axis& axis : rest_) chart_.choose.push_back(axis.name);
  }

  /// What is counted over needs no place. Prompts that have one value each are counted over.
  void place_counts() {
    const std::vector<Axis> all = rest_;
    std::erase_if(rest_, [](const Axis& axis) { return axis.name == kPromptAxis; });
    const auto place = [&] {
      if (chart_.colour.empty()) chart_.colour = take_alternatives(kFewLabels);
      place_facets();
    };
    const std::size_t others = rest_.size();
    Chart unplaced = chart_;
    place();
    if (rest_.empty() || others == all.size()) return;
    chart_ = std::move(unplaced);
    rest_ = all;
    place();
  }

  /// Those that are drawn along, the sources first, as they are stored.
  void keep_axes() {
    const auto is_used = [&](const std::string& name) {
      return name == chart_.x || name == chart_.y || name == chart_.colour ||
             std::ranges::count(chart_.facet, name) > 0 || std::ranges::count(chart_.choose, name) > 0 ||
             (chart_.kind == ChartKind::scatter && std::ranges::count(rest_, name, &Axis::name) > 0);
    };
    if (sources_ && chart_.kind != ChartKind::scatter) chart_.axes.push_back(*sources_);
    for (const Axis& axis : variable().axes)
      if (is_used(axis.name)) chart_.axes.push_back(axis);
  }

  const FigureRequest& request_;
  const Kept& kept_;
  std::vector<std::string>& problems_;
  Chart chart_;
  std::size_t widest_ = 0;       // of the sources
  std::optional<Axis> sources_;  // as an axis, where they are several
  std::vector<Axis> rest_;       // that have no place yet
  Names taken_;                  // that have one because it was asked for, or needed
};

}  // namespace

Chart choose_chart(const FigureRequest& request, const Kept& kept, std::vector<std::string>& problems) {
  check_references(request, kept, problems);
  return Chooser(request, kept, problems).run();
}

}  // namespace hookflow::pipeline

#include "pipeline/figures/data/chart_data.hpp"

#include <algorithm>
#include <cmath>

#include "pipeline/charts/chart_kind.hpp"
#include "pipeline/charts/find_sources.hpp"
#include "pipeline/error.hpp"
#include "pipeline/figures/data/axis_texts.hpp"
#include "pipeline/figures/data/count_texts.hpp"
#include "pipeline/figures/data/describe_chart.hpp"
#include "pipeline/figures/data/step_maps.hpp"
#include "pipeline/figures/data/why_empty.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

using Numbers = std::vector<double>;

class ChartReader {
 public:
  ChartReader(const RunFile& run, const RunFileView& view, const FigureRequest& request, Chart chart)
      : run_(run), view_(view), request_(request), stored_(std::move(chart)) {
    data_.chart = stored_;
  }

  ChartData read() {
    if (stored_.counts_texts) {
      data_.value = count_texts(run_, view_, data_.chart);
    } else {
      reduction_ = reduce(stored_);
      read_values();
      read_details();
      draw_reduced_axes();
      data_.texts = axis_texts(run_, view_, data_.chart);
    }
    read_references();
    if (is_empty()) data_.empty = why_empty(run_, view_, data_.chart);
    data_.title = chart_title(data_.chart, request_.title);
    std::vector<std::string> notes = reduction_.notes;
    if (infinite_ > 0)
      notes.push_back(counted(infinite_, "infinite value") + (infinite_ == 1 ? " is" : " are") +
                      " not drawn");
    data_.note = chart_note(data_, view_, notes, Medium::picture);
    data_.text_note = chart_note(data_, view_, notes, Medium::characters);
    return std::move(data_);
  }

 private:
  [[nodiscard]] bool is_pending(const std::string& stage) const {
    const auto fold = std::ranges::find(view_.folds, stage);
    return fold != view_.folds.end() &&
           !view_.fold_done[static_cast<std::size_t>(fold - view_.folds.begin())];
  }

  /// Of a scatter no pair is whole.
  [[nodiscard]] bool is_empty() const {
    for (std::size_t cell = 0; cell < data_.value.size(); ++cell)
      if (!std::isnan(data_.value[cell]) && (data_.other.empty() || !std::isnan(data_.other[cell])))
        return false;
    return true;
  }

  /// What is computed anew may hold what was there before.
  Gathered gathered(const ChartSource& source, const Variable& variable) {
    Gathered found = gather(run_, source.stage, variable, step_maps(source, variable, stored_, reduction_));
    if (is_pending(source.stage))
      for (Numbers* numbers : {&found.mean, &found.least, &found.most})
        std::ranges::fill(*numbers, std::nan(""));
    return found;
  }

  static void append(const Numbers& from, Numbers& to) { to.insert(to.end(), from.begin(), from.end()); }

  /// Repeated along the axes that the source has not.
  [[nodiscard]] Numbers spread(const Numbers& numbers, const ChartSource& source) const {
    std::vector<Axis> all;
    std::vector<std::size_t> own;  // of its cells between two steps; 0: it has none along the axis
    for (std::size_t i = 0; i < stored_.axes.size(); ++i) {
      const std::string& name = stored_.axes[i].name;
      if (name == kSourceAxis || reduction_.axes[i].summed) continue;
      all.push_back(reduction_.axes[i].axis);
      const auto axis = std::ranges::find(source.variable.axes, name, &Axis::name);
      const bool has = axis != source.variable.axes.end() && axis->size() > 1 && !source.picks(name);
      own.push_back(has ? 1 : 0);
    }
    std::size_t cells = 1;
    for (std::size_t i = all.size(); i-- > 0;)
      if (own[i] > 0) {
        own[i] = cells;
        cells *= all[i].size();
      }
    Numbers spread(cell_count(all));
    for (std::size_t cell = 0; cell < spread.size(); ++cell) {
      std::size_t from = 0, rest = cell;
      for (std::size_t i = all.size(); i-- > 0; rest /= all[i].size()) from += rest % all[i].size() * own[i];
      spread[cell] = numbers[from];
    }
    return spread;
  }

  void read_values() {
    const bool pairs = stored_.kind == ChartKind::scatter;
    data_.range = reduction_.groups() && reduction_.summary.empty() && !pairs && !stored_.minus &&
                  !is_map(stored_.kind);
    for (std::size_t s = 0; s < stored_.sources.size(); ++s) {
      const ChartSource& source = stored_.sources[s];
      const Gathered found = gathered(source, source.variable);
      infinite_ += found.infinite;
      append(spread(found.mean, source), pairs && s == 1 ? data_.other : data_.value);
      if (!reduction_.summary.empty()) {
        append(spread(found.least, source), data_.value);
        append(spread(found.most, source), data_.value);
      }
      if (data_.range) {
        append(spread(found.least, source), data_.lower);
        append(spread(found.most, source), data_.upper);
      }
    }
    if (stored_.minus) take_away();
  }

  void take_away() {
    const Gathered found = gathered(*stored_.minus, stored_.minus->variable);
    const Numbers once = spread(found.mean, *stored_.minus);
    infinite_ += found.infinite;
    for (std::size_t cell = 0; cell < data_.value.size(); ++cell)
      data_.value[cell] -= once[cell % once.size()];
    for (ChartSource& source : data_.chart.sources) source.variable.zero_is_neutral = true;
  }

  void read_details() {
    if (stored_.kind == ChartKind::histogram) read_edges();
    if (reduction_.changes() || stored_.minus || stored_.kind == ChartKind::scatter) return;
    data_.lower = read_detail(Relation::lower);
    data_.upper = read_detail(Relation::upper);
    data_.p_value = read_detail(Relation::p_value);
    data_.clean = read_detail(Relation::change);
    for (std::size_t cell = 0; cell < data_.clean.size(); ++cell)
      data_.clean[cell] = data_.value[cell] - data_.clean[cell];
    read_marks();
  }

  /// Of all sources, or none.
  Numbers read_detail(Relation relation) {
    Numbers numbers;
    for (const ChartSource& source : stored_.sources) {
      const auto found = ancillaries(view_.groups, source, relation);
      const auto fits = std::ranges::find_if(
          found, [&](const Variable* variable) { return variable->axes == source.variable.axes; });
      if (fits == found.end()) return {};
      append(spread(gathered(source, **fits).mean, source), numbers);
    }
    return numbers;
  }

  /// By correction, along the one axis that the marks have and the value has not.
  void read_marks() {
    if (stored_.sources.size() != 1) return;
    const ChartSource& source = stored_.sources.front();
    const auto found = ancillaries(view_.groups, source, Relation::significant);
    if (found.empty()) return;
    const Axis* corrections = nullptr;
    for (const Axis& axis : found.front()->axes)
      if (std::ranges::find(source.variable.axes, axis.name, &Axis::name) == source.variable.axes.end())
        corrections = &axis;
    for (std::size_t step = 0; step < (corrections == nullptr ? 1 : corrections->size()); ++step) {
      ChartSource picked = source;
      std::string label;
      if (corrections != nullptr) {
        label = label_of(*corrections, step);
        const auto asked = std::ranges::find(source.where, corrections->name, &AxisLabel::axis);
        if (asked != source.where.end() && asked->label != label) continue;
        if (asked == source.where.end()) picked.where.push_back({corrections->name, label});
      }
      data_.marks.push_back({label, gathered(picked, *found.front()).mean});
    }
    std::ranges::stable_sort(data_.marks, {},
                             [](const Marks& marks) { return std::ranges::count(marks.significant, 1.0); });
  }

  void read_edges() {
    for (const ChartSource& source : stored_.sources) {
      const auto found = ancillaries(view_.groups, source, Relation::edges);
      if (found.empty() || found.front()->axes.size() != 1) continue;
      const Numbers all =
          gather(run_, source.stage, *found.front(), {StepMap::grouped(1, found.front()->axes[0].size())})
              .mean;
      Numbers& edges = data_.edges.emplace_back();
      const std::size_t by = grouped_by(stored_.x);
      for (std::size_t edge = 0; edge < all.size(); edge += by) edges.push_back(all[edge]);
      if (edges.size() <= cells_along_x()) edges.push_back(all.back());
    }
  }

  [[nodiscard]] std::size_t grouped_by(const std::string& name) const {
    for (const ReducedAxis& reduced : reduction_.axes)
      if (reduced.axis.name == name) return reduced.by;
    return 1;
  }
  [[nodiscard]] std::size_t cells_along_x() const {
    for (const ReducedAxis& reduced : reduction_.axes)
      if (reduced.axis.name == stored_.x) return reduced.axis.size();
    return 1;
  }

  void draw_reduced_axes() {
    std::vector<Axis>& axes = data_.chart.axes;
    axes.clear();
    for (const ReducedAxis& reduced : reduction_.axes) {
      if (reduced.axis.name == kSourceAxis) axes.push_back(reduced.axis);
      if (reduced.summed) std::erase(data_.chart.choose, reduced.axis.name);
    }
    if (!reduction_.summary.empty()) {
      axes.push_back({reduction_.summary,
                      std::vector<std::string>(std::begin(kSummaries), std::end(kSummaries)), "", ""});
      data_.chart.choose.insert(data_.chart.choose.begin(), reduction_.summary);
    }
    for (const ReducedAxis& reduced : reduction_.axes)
      if (!reduced.summed && reduced.axis.name != kSourceAxis) axes.push_back(reduced.axis);
  }

  void read_references() {
    for (const ReferenceLine& line : request_.reference) {
      if (line.variable.stage.empty()) {
        data_.references.push_back({line.at, shown_number(line.at)});
        continue;
      }
      ChartSource source{line.variable.stage,
                         *find_variable(view_.groups, line.variable.stage, line.variable.variable),
                         line.variable.where, ""};
      Chart values;
      values.axes = free_axes(source);
      const Reduction whole = reduce(values);
      const Numbers found =
          gather(run_, source.stage, source.variable, step_maps(source, source.variable, values, whole)).mean;
      for (std::size_t cell = 0; cell < found.size(); ++cell)
        if (!std::isnan(found[cell]))
          data_.references.push_back({found[cell], reference_label(line, values.axes, cell)});
    }
  }

  static std::string reference_label(const ReferenceLine& line, const std::vector<Axis>& axes,
                                     std::size_t cell) {
    std::string label;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
      label = label_of(*axis, cell % axis->size()) + (label.empty() ? "" : ", ") + label;
      cell /= axis->size();
    }
    return to_string(line.variable) + (label.empty() ? "" : ": " + label);
  }

  const RunFile& run_;
  const RunFileView& view_;
  const FigureRequest& request_;
  const Chart stored_;  // with all labels of its axes
  Reduction reduction_;
  std::size_t infinite_ = 0;
  ChartData data_;
};

}  // namespace

ChartData read_chart(const RunFile& run, const RunFileView& view, const FigureRequest& request) {
  std::vector<std::string> problems;
  Chart chart = choose_chart(request, {view.groups, view.texts}, problems);
  std::string text;
  for (const std::string& problem : problems)
    text += (text.empty() ? "" : "\n") + request.id() + ": " + problem;
  if (!text.empty()) throw UsageError(text);
  return ChartReader(run, view, request, std::move(chart)).read();
}

}  // namespace hookflow::pipeline

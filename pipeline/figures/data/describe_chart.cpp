#include "pipeline/figures/data/describe_chart.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "pipeline/charts/chart_kind.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

/// Names of one letter stay as they are.
std::string capitalised(std::string text) {
  const bool is_word =
      text.size() > 1 && (std::isalpha(static_cast<unsigned char>(text[1])) != 0 || text.starts_with("a "));
  if (is_word) text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text;
}

/// "a", "a and b", "a, b and c"
std::string listed(const std::vector<std::string>& items) {
  std::string text;
  for (std::size_t i = 0; i < items.size(); ++i)
    text += (i == 0 ? "" : i + 1 == items.size() ? " and " : ", ") + items[i];
  return text;
}

std::string with_units(const std::string& name, const std::string& units) {
  return units.empty() || units == "1" ? name : name + " (" + units + ")";
}

/// A long name up to where it goes on to explain.
std::string short_meaning(const Variable& variable) {
  if (variable.long_name.empty()) return spaced(variable.name);
  const std::string meaning = meaning_of(variable);
  return meaning.substr(0, meaning.find(';'));
}

bool same_variable(const Chart& chart) {
  return std::ranges::all_of(chart.sources, [&](const ChartSource& source) {
    return source.variable.name == chart.sources.front().variable.name &&
           source.variable.long_name == chart.sources.front().variable.long_name;
  });
}

/// What is picked of all sources alike.
std::vector<std::string> picked(const Chart& chart) {
  std::vector<std::string> labels;
  for (const AxisLabel& label : chart.sources.front().where)
    if (std::ranges::all_of(chart.sources, [&](const ChartSource& source) {
          return std::ranges::find(source.where, label) != source.where.end();
        }))
      labels.push_back(spaced(label.axis) + " " + label.label);
  return labels;
}

/// Axes of a single label, of which all is.
std::vector<std::string> singles(const Chart& chart) {
  constexpr std::size_t kLongest = 60;
  std::vector<std::string> labels;
  for (const Axis& axis : chart.sources.front().variable.axes)
    if (axis.size() == 1 && chart.axis(axis.name) == nullptr && !chart.sources.front().picks(axis.name)) {
      std::string label = label_of(axis, 0);
      if (label.size() > kLongest) continue;
      labels.push_back(spaced(axis.name) + " " + label);
    }
  return labels;
}

std::vector<std::string> spaced_all(std::vector<std::string> names) {
  for (std::string& name : names) name = spaced(name);
  return names;
}

std::string shape_note(const Chart& chart) {
  if (chart.counts_texts) {
    std::vector<std::string> over;
    for (const Axis& axis : chart.sources.front().variable.axes)
      if (axis.size() > 1 && chart.axis(axis.name) == nullptr && !chart.sources.front().picks(axis.name))
        over.push_back(spaced(axis.name));
    return "how often each comes" + (over.empty() ? "" : ", over " + listed(over));
  }
  if (chart.kind == ChartKind::scatter)
    return chart.sources[0].label + " along x, " + chart.sources[1].label + " along y";
  if (!chart.y.empty()) return spaced(chart.y) + " by " + spaced(chart.x);
  return chart.x.empty() || chart.x == kSourceAxis ? "" : "by " + spaced(chart.x);
}

std::string progress_note(const RunFileView& view) {
  std::string note;
  if (!view.complete)
    note = "the run is not complete: " + std::to_string(count_of(view.states, PartState::done)) + " of " +
           counted(view.prompts, "prompt") + (view.prompts == 1 ? " is done" : " are done");
  if (const std::size_t failed = view.failures.size(); failed > 0)
    note += (note.empty() ? "" : ", ") + counted(failed, "prompt") + " failed";
  return note;
}

std::string sentence_of(const std::vector<std::string>& notes) {
  std::string text;
  for (const std::string& note : notes)
    if (!note.empty()) text += (text.empty() ? "" : "; ") + note;
  return text.empty() ? "" : capitalised(text) + ".";
}

}  // namespace

std::string spaced(std::string name) {
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string axis_title(const Axis& axis) { return with_units(spaced(axis.name), axis.units); }

std::string value_title(const ChartData& data) {
  if (data.chart.counts_texts) return "count";
  const bool alike = same_variable(data.chart);
  return with_units(alike ? spaced(data.variable().name) : "value", data.variable().units);
}

std::string chart_title(const Chart& chart, const std::string& given) {
  if (!given.empty()) return given;
  std::vector<std::string> meanings;
  for (const ChartSource& source : chart.sources) {
    const std::string meaning = short_meaning(source.variable);
    if (std::ranges::find(meanings, meaning) == meanings.end()) meanings.push_back(meaning);
  }
  std::string labels = listed(picked(chart));
  if (chart.minus) {
    std::string taken;
    for (const AxisLabel& label : chart.minus->where)
      taken += (taken.empty() ? "" : ", ") + spaced(label.axis) + " " + label.label;
    labels += (labels.empty() ? "minus " : " minus ") +
              (taken.empty() ? short_meaning(chart.minus->variable) : taken);
  }
  return capitalised(listed(meanings)) + (labels.empty() ? "" : " (" + labels + ")");
}

std::string chart_note(const ChartData& data, const RunFileView& view, const std::vector<std::string>& notes,
                       Medium medium) {
  const bool picture = medium == Medium::picture;
  const Chart& chart = data.chart;
  std::vector<std::string> all = {shape_note(chart)};
  if (!data.empty.empty()) {
    all.insert(all.end(), notes.begin(), notes.end());
    all.push_back(data.empty);
    all.push_back(progress_note(view));
    return sentence_of(all);
  }
  if (!chart.colour.empty() && chart.colour != chart.x)
    all.push_back("a colour for each " + (chart.colour == kSourceAxis ? "result" : spaced(chart.colour)));
  if (!chart.facet.empty()) all.push_back("a small figure for each " + listed(spaced_all(chart.facet)));
  if (!chart.choose.empty() && picture)
    all.push_back("choose " + listed(spaced_all(chart.choose)) + " above");
  all.push_back(listed(singles(chart)));
  if (!data.lower.empty() && !data.upper.empty() && !is_map(chart.kind) &&
      (picture || chart.kind == ChartKind::line))
    all.emplace_back(data.range ? "with the smallest and largest value" : "with the confidence interval");
  if (!data.marks.empty())
    all.push_back("marked where significant" + (data.marks.front().correction.empty()
                                                    ? ""
                                                    : ", correction " + data.marks.front().correction));
  if (picture && !data.clean.empty() && (chart.kind == ChartKind::line || chart.kind == ChartKind::bars))
    all.emplace_back("dashed: the clean value");
  all.insert(all.end(), notes.begin(), notes.end());
  all.push_back(progress_note(view));
  return sentence_of(all);
}

}  // namespace hookflow::pipeline

#include "pipeline/figures/data/count_texts.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "pipeline/figures/data/step_maps.hpp"
#include "pipeline/run_file/reading/read_rows.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kMostTexts = 24;

using Counts = std::map<std::int64_t, std::vector<double>>;  // by code: in each cell that is drawn

/// Of each cell of the variable, which one it is drawn in.
class Cells {
 public:
  explicit Cells(std::vector<StepMap> maps) : maps_(std::move(maps)) {}

  [[nodiscard]] std::size_t count() const {
    return std::transform_reduce(maps_.begin(), maps_.end(), std::size_t{1}, std::multiplies<>(),
                                 [](const StepMap& map) { return map.size; });
  }
  [[nodiscard]] std::size_t of(std::size_t cell) const {
    std::size_t target = 0, scale = 1;
    for (auto map = maps_.rbegin(); map != maps_.rend(); ++map) {
      const std::size_t step = map->target[cell % map->target.size()];
      if (step == StepMap::kNowhere) return StepMap::kNowhere;
      cell /= map->target.size();
      target += step * scale;
      scale *= map->size;
    }
    return target;
  }

 private:
  std::vector<StepMap> maps_;
};

Counts count_codes(const RunFile& run, const ChartSource& source, const Cells& cells) {
  const Variable& variable = source.variable;
  std::vector<std::size_t> rows(variable.axes.empty() ? 1 : variable.axes.front().size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  Counts counts;
  read_variable_rows(run, source.stage, variable, rows, [&](std::size_t row, std::span<const double> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::size_t cell = cells.of(row * values.size() + i);
      const bool is_missing = std::isnan(values[i]) || values[i] == -1;
      if (is_missing || cell == StepMap::kNowhere) continue;
      auto& of_code = counts[static_cast<std::int64_t>(values[i])];
      if (of_code.empty()) of_code.resize(cells.count());
      ++of_code[cell];
    }
  });
  return counts;
}

double sum_of(const std::vector<double>& counts) {
  return std::accumulate(counts.begin(), counts.end(), 0.0);
}

/// Texts, told apart by their codes where two are alike.
std::vector<std::string> labels_of(const std::vector<std::int64_t>& codes, const TextTable& table) {
  std::vector<std::string> labels;
  for (const std::int64_t code : codes) {
    const auto at = static_cast<std::size_t>(code);
    labels.push_back(at < table.texts.size() ? "'" + table.texts[at] + "'" : std::to_string(code));
  }
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (std::ranges::count(labels, labels[i]) > 1) labels[i] += " " + std::to_string(codes[i]);
  return labels;
}

}  // namespace

std::vector<double> count_texts(const RunFile& run, const RunFileView& view, Chart& chart) {
  const ChartSource& source = chart.sources.front();
  const Cells cells(step_maps(source, source.variable, chart, reduce(chart)));
  const Counts counts = count_codes(run, source, cells);
  std::vector<std::int64_t> codes;
  for (const auto& [code, of_code] : counts) codes.push_back(code);
  std::ranges::stable_sort(codes, std::greater<>(),
                           [&](std::int64_t code) { return sum_of(counts.at(code)); });
  std::vector<double> others(cells.count());
  for (std::size_t i = kMostTexts; i < codes.size(); ++i)
    for (std::size_t cell = 0; cell < others.size(); ++cell) others[cell] += counts.at(codes[i])[cell];
  const std::size_t left_out = codes.size() > kMostTexts ? codes.size() - kMostTexts : 0;
  codes.resize(codes.size() - left_out);

  std::vector<std::string> labels = labels_of(codes, *texts_of(source.variable, view.texts));
  if (left_out > 0) labels.push_back(counted(left_out, "other"));
  chart.x = source.variable.name;
  chart.axes.push_back({chart.x, labels, source.variable.long_name, ""});
  std::vector<double> values;
  for (std::size_t cell = 0; cell < cells.count(); ++cell) {
    for (const std::int64_t code : codes) values.push_back(counts.at(code)[cell]);
    if (left_out > 0) values.push_back(others[cell]);
  }
  return values;
}

}  // namespace hookflow::pipeline

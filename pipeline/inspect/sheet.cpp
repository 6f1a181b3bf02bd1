#include "pipeline/inspect/sheet.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <ostream>
#include <set>
#include <type_traits>
#include <utility>

#include "pipeline/error.hpp"
#include "pipeline/text/nearest.hpp"

namespace hookflow::pipeline {
namespace {

/// What a number stands for; none where it stands for no text.
std::optional<std::string> text_of(const SheetColumn& column, const Cell& cell) {
  const auto* number = std::get_if<std::int64_t>(&cell);
  if (number == nullptr || *number < 0 || static_cast<std::size_t>(*number) >= column.texts.size()) return {};
  return column.texts[static_cast<std::size_t>(*number)];
}

std::string shown_with_text(const SheetColumn& column, const Cell& cell) {
  const std::optional<std::string> text = text_of(column, cell);
  return shown_cell(cell) + (text ? " '" + *text + "'" : "");
}

double magnitude(const Cell& cell) {
  return std::visit(
      [](const auto& value) {
        if constexpr (std::is_arithmetic_v<std::decay_t<decltype(value)>>)
          return std::abs(static_cast<double>(value));
        else
          return -1.0;  // below all that have a value
      },
      cell);
}

/// The first few of the names.
std::string some_of(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, names.size()); ++i) text += (i == 0 ? "" : ", ") + names[i];
  return text + (names.size() > kShown ? ", …" : "");
}

std::vector<std::string> quoted(std::vector<std::string> texts) {
  for (std::string& text : texts) text = "'" + text + "'";
  return texts;
}

}  // namespace

Sheet::Sheet(std::string what, const std::vector<std::size_t>& extents)
    : what_(std::move(what)), rows_(extents) {}

void Sheet::refuse(const std::string& problem) const { throw UsageError(what_ + ": " + problem); }

const SheetColumn& Sheet::column(const std::string& condition, const std::string& name) const {
  std::vector<std::string> names;
  for (const SheetColumn& column : columns_) {
    if (column.name == name) return column;
    names.push_back(column.name);
  }
  refuse("--where " + condition + ": there is no column '" + name + "'" + suggestion(name, names) +
         "; the columns are " + some_of(names));
}

template <class RowAt>
std::vector<std::size_t> Sheet::matching(const std::string& condition, std::size_t count,
                                         const RowAt& row_at) const {
  constexpr std::size_t kMostOthers = 10'000;  // that are remembered for the message
  const std::size_t equals = condition.find('=');
  const SheetColumn& by = column(condition, condition.substr(0, equals));
  const std::string wanted = condition.substr(equals + 1);
  std::vector<std::string> others;
  std::set<std::string> seen;
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < count; ++i) {
    const Cell cell = by.at(row_at(i));
    std::string exact = exact_cell(cell);
    if (exact == wanted || shown_cell(cell) == wanted || text_of(by, cell) == wanted)
      kept.push_back(i);
    else if (kept.empty() && others.size() < kMostOthers && seen.insert(exact).second)
      others.push_back(std::move(exact));
  }
  if (kept.empty())
    refuse("--where " + condition + ": '" + by.name + "' is never '" + wanted + "'" +
           suggestion(wanted, others) + "; it is " + some_of(quoted(others)));
  return kept;
}

void Sheet::where(const std::string& condition) {
  const std::size_t equals = condition.find('=');
  if (equals == std::string::npos)
    refuse("--where " + condition + ": must be COLUMN=VALUE, such as " + columns_.front().name + "=" +
           (size() == 0 ? "…" : exact_cell(columns_.front().at(rows_[0]))));
  const std::optional<std::size_t> axis = column(condition, condition.substr(0, equals)).axis;
  if (axis && rows_.is_grid()) {
    std::vector<std::size_t> steps = rows_.steps()[*axis];
    const auto row_at = [&](std::size_t i) { return rows_.row_at(*axis, steps[i]); };
    std::vector<std::size_t> kept = matching(condition, steps.size(), row_at);
    for (std::size_t& one : kept) one = steps[one];
    rows_.keep_steps(*axis, std::move(kept));
  } else {
    std::vector<std::size_t> kept = matching(condition, size(), [&](std::size_t i) { return rows_[i]; });
    for (std::size_t& one : kept) one = rows_[one];
    rows_.keep(std::move(kept));
  }
}

bool Sheet::has_measure() const {
  return std::ranges::find(columns_, SheetColumn::Role::measure, &SheetColumn::role) != columns_.end();
}

std::string Sheet::top(std::size_t count) {
  const auto by = std::ranges::min_element(columns_, {}, [](const SheetColumn& column) {
    return std::pair(column.role != SheetColumn::Role::measure, column.precedence);
  });
  if (by == columns_.end() || by->role != SheetColumn::Role::measure)
    refuse("--top: there is nothing to rank by: texts, ids, indices and counts are left out");
  std::vector<std::pair<double, std::size_t>> ranked;
  for (std::size_t i = 0; i < size(); ++i) ranked.emplace_back(magnitude(by->at(rows_[i])), rows_[i]);
  std::erase_if(ranked, [](const auto& entry) { return entry.first < 0; });
  const bool small_first = by->small_matters;
  std::ranges::stable_sort(ranked, [&](const auto& one, const auto& other) {
    return small_first ? one.first < other.first : one.first > other.first;
  });
  if (ranked.size() > count) ranked.resize(count);
  std::vector<std::size_t> kept;
  for (const auto& [size, row] : ranked) kept.push_back(row);
  rows_.keep(std::move(kept));
  const auto first = std::ranges::find_if(
      columns_, [](const SheetColumn& column) { return column.role != SheetColumn::Role::label; });
  std::rotate(first, by, by + 1);
  return small_first ? "smallest " + first->name : "largest |" + first->name + "|";
}

std::string Sheet::hide_common_labels() {
  std::string common;
  if (size() < 2) return common;
  for (SheetColumn& column : columns_) {
    if (column.role != SheetColumn::Role::label) continue;
    const Cell first = column.at(rows_[0]);
    bool is_common = true;
    for (std::size_t i = 1; is_common && i < size(); ++i) is_common = column.at(rows_[i]) == first;
    if (!is_common) continue;
    column.role = SheetColumn::Role::hidden;
    common += (common.empty() ? "" : ", ") + column.name + " " + shown_cell(first);
  }
  return common;
}

bool Sheet::lacks_values(std::size_t most) const {
  const auto lacks = [](const SheetColumn& column, std::size_t row) {
    return column.shown() && is_missing(column.at(row));
  };
  for (std::size_t i = 0; i < std::min(most, size()); ++i)
    for (const SheetColumn& column : columns_)
      if (lacks(column, rows_[i])) return true;
  return false;
}

Table Sheet::table(std::size_t most) const {
  Table::Row header;
  for (const SheetColumn& column : columns_)
    if (column.shown()) header.push_back(column.name);
  return {std::move(header), std::min(most, size()), [this](std::size_t index) {
            Table::Row row;
            for (const SheetColumn& column : columns_)
              if (column.shown()) row.push_back(shown_with_text(column, column.at(rows_[index])));
            return row;
          }};
}

void Sheet::print_csv(std::ostream& out, std::size_t most) const {
  const auto print_row = [&](const auto& field, const auto& text_field) {
    const char* separator = "";
    for (const SheetColumn& column : columns_) {
      if (!column.shown()) continue;
      out << std::exchange(separator, ",") << csv_field(field(column));
      if (!column.texts.empty()) out << "," << csv_field(text_field(column));
    }
    out << "\n";
  };
  print_row([](const SheetColumn& column) { return column.name; },
            [](const SheetColumn& column) { return column.name + "_text"; });
  for (std::size_t i = 0; i < std::min(most, size()); ++i)
    print_row([&](const SheetColumn& column) { return exact_cell(column.at(rows_[i])); },
              [&](const SheetColumn& column) { return text_of(column, column.at(rows_[i])).value_or(""); });
}

}  // namespace hookflow::pipeline

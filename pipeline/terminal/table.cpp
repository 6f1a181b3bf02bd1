#include "pipeline/terminal/table.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <ostream>
#include <string_view>

#include "pipeline/text/columns.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kGap = 2;      // before each column
constexpr std::size_t kNarrow = 24;  // that columns of words are cut to
constexpr std::size_t kNarrowest = 8;

/// A number, which its text may follow: `-` where there is none, 12.5, 438 ' the'.
bool numeric(const std::string& text) {
  char* end = nullptr;
  std::strtod(text.c_str(), &end);
  const std::string_view rest(end);
  return text == "-" || (rest.size() < text.size() && (rest.empty() || rest.starts_with(" '")));
}

std::size_t total(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(), kGap * widths.size());
}

/// Columns of words, the last ones first, cut to no less than `least`, as far as the window needs it.
std::vector<std::size_t> narrowed(std::vector<std::size_t> widths, std::size_t least, std::size_t window,
                                  const std::vector<bool>& numeric) {
  for (std::size_t c = widths.size(); c-- > 0 && total(widths) > window;)
    if (!numeric[c] && widths[c] > least) widths[c] -= std::min(widths[c] - least, total(widths) - window);
  return widths;
}

/// The widths of the columns that a window shows.
std::vector<std::size_t> fitted(const std::vector<std::size_t>& widths, std::size_t window,
                                const std::vector<bool>& numeric) {
  // Narrowest only if that makes room for every column: what is cut so short tells little.
  std::vector<std::size_t> narrowest = narrowed(widths, kNarrowest, window, numeric);
  std::vector<std::size_t> shown = narrowed(widths, kNarrow, window, numeric);
  if (total(shown) > window && total(narrowest) <= window) return narrowest;
  while (shown.size() > 1 && total(shown) > window) shown.pop_back();
  return shown;
}

std::string line_of(const Table::Row& row, const std::vector<std::size_t>& widths,
                    const std::vector<bool>& numeric) {
  std::string line;
  for (std::size_t c = 0; c < widths.size(); ++c) {
    const std::string cell = cut_to_columns(row[c], widths[c]);
    const std::string padding(widths[c] - columns_of(cell), ' ');
    line += std::string(kGap, ' ') + (numeric[c] ? padding + cell : cell + padding);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

void Table::add(Row row) {
  added_.push_back(std::move(row));
  rows_ = added_.size();
}

Table::Row Table::row(std::size_t index) const {
  Row row = make_ ? make_(index) : added_[index];
  std::ranges::transform(row, row.begin(), one_line);
  return row;
}

Table::Shape Table::shape() const {
  Shape shape{{}, std::vector<bool>(header_.size(), rows_ > 0)};
  for (const std::string& name : header_) shape.widths.push_back(columns_of(name));
  for (std::size_t index = 0; index < rows_; ++index) {
    const Row cells = row(index);
    for (std::size_t c = 0; c < cells.size(); ++c) {
      shape.widths[c] = std::max(shape.widths[c], columns_of(cells[c]));
      shape.numeric[c] = shape.numeric[c] && numeric(cells[c]);
    }
  }
  return shape;
}

std::size_t Table::columns() const { return total(shape().widths); }

void Table::print(std::ostream& out, const Window& window) const {
  const Shape whole = shape();
  const std::vector<std::size_t> widths = fitted(whole.widths, window.columns, whole.numeric);
  out << window.painted(line_of(header_, widths, whole.numeric), Ink::bold) << "\n";
  for (std::size_t index = 0; index < rows_; ++index)
    out << line_of(row(index), widths, whole.numeric) << "\n";
  if (widths.size() == header_.size()) return;
  std::string left_out;
  for (std::size_t c = widths.size(); c < header_.size(); ++c)
    left_out += (left_out.empty() ? "" : ", ") + header_[c];
  out << "  … " << wrapped("no room for " + left_out, window.columns, 4) << "\n";
}

}  // namespace hookflow::pipeline

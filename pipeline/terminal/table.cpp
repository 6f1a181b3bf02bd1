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

std::vector<std::string> lines(std::vector<std::string> row) {
  std::ranges::transform(row, row.begin(), one_line);
  return row;
}

}  // namespace

Table::Table(std::vector<std::string> header) : rows_{lines(std::move(header))} {}

void Table::add(const std::vector<std::string>& row) { rows_.push_back(lines(row)); }

std::vector<bool> Table::numeric_columns() const {
  std::vector<bool> all(rows_.front().size(), rows_.size() > 1);
  for (std::size_t r = 1; r < rows_.size(); ++r)
    for (std::size_t c = 0; c < all.size(); ++c) all[c] = all[c] && numeric(rows_[r][c]);
  return all;
}

std::vector<std::size_t> Table::widths(std::size_t window, const std::vector<bool>& numeric) const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_)
    for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], columns_of(row[c]));
  widths = narrowed(widths, kNarrow, window, numeric);
  // Narrower still only if that makes room for every column: what is cut so short tells little.
  const std::vector<std::size_t> narrower = narrowed(widths, kNarrowest, window, numeric);
  if (total(narrower) <= window) return narrower;
  while (widths.size() > 1 && total(widths) > window) widths.pop_back();
  return widths;
}

std::size_t Table::columns() const { return total(widths(Window::kEndless, numeric_columns())); }

void Table::print(std::ostream& out, const Window& window) const {
  const std::vector<bool> right = numeric_columns();
  const std::vector<std::size_t> shown = widths(window.columns, right);
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t c = 0; c < shown.size(); ++c) {
      const std::string cell = cut_to_columns(rows_[r][c], shown[c]);
      const std::string padding(shown[c] - columns_of(cell), ' ');
      line += std::string(kGap, ' ') + (right[c] ? padding + cell : cell + padding);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << window.painted(line, r == 0 ? Ink::bold : Ink::plain) << "\n";
  }
  if (shown.size() == rows_.front().size()) return;
  std::string left_out;
  for (std::size_t c = shown.size(); c < rows_.front().size(); ++c)
    left_out += (left_out.empty() ? "" : ", ") + rows_.front()[c];
  out << "  … " << wrapped("no room for " + left_out, window.columns, 4) << "\n";
}

}  // namespace hookflow::pipeline

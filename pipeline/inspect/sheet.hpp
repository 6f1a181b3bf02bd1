#pragma once
#include <cstddef>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/inspect/cell.hpp"
#include "pipeline/inspect/chosen_rows.hpp"
#include "pipeline/terminal/table.hpp"
#include "pipeline/values/rows.hpp"

namespace hookflow::pipeline {

struct SheetColumn {
  enum class Role {
    label,
    value,
    measure,  // a value whose magnitude says which rows matter
    hidden    // rows can be chosen by it alone
  };
  std::string name;
  Role role = Role::value;
  std::function<Cell(std::size_t row)> at;
  TextRows texts{};                   // that its numbers stand for; empty: for none
  std::optional<std::size_t> axis{};  // of the rows, along which alone its cells differ
  int precedence = 0;                 // of measures: rows are ranked by one of the lowest
  bool small_matters = false;         // of a measure, as of a p-value

  [[nodiscard]] bool shown() const { return role != Role::hidden; }
};

/// A table of which rows can be chosen. Borrows nothing but what its columns do. Throws UsageError for what
/// is chosen by a name or value that is not there.
class Sheet {
 public:
  /// `what`: what the table is of, for messages. Its rows are the cells along axes of these sizes.
  Sheet(std::string what, const std::vector<std::size_t>& extents);
  Sheet(std::string what, std::size_t rows) : Sheet(std::move(what), std::vector{rows}) {}
  void add(SheetColumn column) { columns_.push_back(std::move(column)); }

  /// Keeps the rows with the given value in a column: "replacement=zero".
  void where(const std::string& condition);
  /// Whether there is a column by whose magnitude rows can be ranked.
  [[nodiscard]] bool has_measure() const;
  /// Keeps the rows that matter most by the first measure of lowest precedence, in that order; it comes right
  /// behind the labels. Returns how they rank: "largest |change|", "smallest p".
  std::string top(std::size_t count);

  /// Takes away the labels that are the same in every row, if there are several rows. Returns them, such as
  /// "replacement zero, bin 3".
  std::string hide_common_labels();

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] const ChosenRows& rows() const { return rows_; }
  /// Whether one of the first `most` rows lacks a value.
  [[nodiscard]] bool lacks_values(std::size_t most) const;
  /// The first rows, up to `most`. Borrows the sheet.
  [[nodiscard]] Table table(std::size_t most) const;
  /// A header and the first rows, up to `most`; a column of numbers that stand for texts is followed by one
  /// of those, NAME_text.
  void print_csv(std::ostream& out, std::size_t most) const;

 private:
  [[noreturn]] void refuse(const std::string& problem) const;
  [[nodiscard]] const SheetColumn& column(const std::string& condition, const std::string& name) const;
  /// Those of `count` rows, asked for by their number, in which a condition holds. Throws where it never
  /// does.
  template <class RowAt>
  [[nodiscard]] std::vector<std::size_t> matching(const std::string& condition, std::size_t count,
                                                  const RowAt& row_at) const;

  std::string what_;
  std::vector<SheetColumn> columns_;
  ChosenRows rows_;
};

}  // namespace hookflow::pipeline

#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {

/// The cells of variables that share their axes, a row a cell: all of them, until some are chosen. Borrows
/// the file and its view. Throws UsageError, which begins with the `command` that asks, for names and labels
/// that are not there.
class CellTable {
 public:
  /// `what` is a group, which stands for its variable of most axes and all that fit beside that, or names
  /// variables of one: "group.one,other".
  CellTable(const RunFile& run, const RunFileView& view, const std::string& what, std::string command);

  /// Keeps the cells whose label along an axis is the given one: "replacement=zero".
  void where(const std::string& condition);
  /// Keeps the cells of largest magnitude in the first variable, largest first.
  void top(std::size_t count);

  [[nodiscard]] std::size_t size() const { return cells_.size(); }
  /// The labels and values of up to `most` cells.
  [[nodiscard]] Table rows(std::size_t most) const;

 private:
  struct Shown {
    const Variable* variable;
    std::vector<double> values;
  };
  [[noreturn]] void refuse(const std::string& problem) const;
  /// `kind`: what an item is, for messages.
  template <class Item>
  const Item& find(const std::vector<Item>& items, const std::string& kind, const std::string& name) const;
  void show(const Variable& variable);
  /// Whether each of the variable's axes is one of the first variable's, so that each cell has one value of
  /// it.
  [[nodiscard]] bool spans(const Variable& variable) const;
  [[nodiscard]] std::vector<std::size_t> steps(std::size_t cell) const;
  [[nodiscard]] std::size_t cell_in(const Variable& variable, const std::vector<std::size_t>& steps) const;
  [[nodiscard]] std::string value_text(const Variable& variable, double value) const;

  const RunFile& run_;
  const RunFileView& view_;
  std::string command_;
  const GroupLayout& group_;
  std::vector<Axis> axes_;  // of the first variable
  std::vector<Shown> shown_;
  std::vector<std::size_t> cells_;  // of the first variable, in the order of the rows
};

}  // namespace hookflow::pipeline

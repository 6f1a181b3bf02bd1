#pragma once
#include <cstddef>
#include <stdexcept>
#include <utility>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// A box of a variable's cells: where it begins along each axis, and how many steps it has there.
struct CellBox {
  std::vector<std::size_t> start;
  std::vector<std::size_t> count;
};

/// A stored variable, read in rows along its first axis, or in boxes, so that memory does not grow with the
/// run.
class StoredRows {
 public:
  virtual ~StoredRows() = default;
  [[nodiscard]] virtual const Variable& variable() const = 0;
  /// The cells of a box, row-major; NaN where there is no value (-1 of an integer included).
  [[nodiscard]] virtual std::vector<double> read_box(const CellBox& box) const = 0;
  /// Rows [first, first + count); a variable without axes is row 0.
  [[nodiscard]] std::vector<double> read(std::size_t first, std::size_t count) const;
};

/// A variable whose values, row-major, are in memory.
class RowsInMemory : public StoredRows {
 public:
  RowsInMemory(Variable variable, std::vector<double> values)
      : variable_(std::move(variable)), values_(std::move(values)) {}
  [[nodiscard]] const Variable& variable() const override { return variable_; }
  [[nodiscard]] std::vector<double> read_box(const CellBox& box) const override;

 private:
  Variable variable_;
  std::vector<double> values_;
};

/// Results over all prompts have no value where a stage needs one.
struct MissingResults : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// All values of a variable, row-major. Throws MissingResults, which names the first place that has none.
std::vector<double> read_all(const StoredRows& rows);

}  // namespace hookflow::pipeline

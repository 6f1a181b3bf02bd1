#pragma once
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

/// A stored variable, read in rows along its first axis so that memory does not grow with the run.
class StoredRows {
 public:
  virtual ~StoredRows() = default;
  [[nodiscard]] virtual const Variable& variable() const = 0;
  /// Rows [first, first + count), row-major; NaN where there is no value (-1 of an integer included).
  [[nodiscard]] virtual std::vector<double> read(std::size_t first, std::size_t count) const = 0;
};

/// Results over all prompts have no value where a stage needs one.
struct MissingResults : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// All values of a variable, row-major. Throws MissingResults, which names the first place that has none.
std::vector<double> read_all(const StoredRows& rows);

}  // namespace hookflow::pipeline

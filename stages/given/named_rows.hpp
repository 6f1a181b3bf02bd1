#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/hooks/hook.hpp"
#include "pipeline/prompts/prompt_list.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::stages {

/// A row of a place, in a prompt of some length.
struct PlacedRow {
  HookPoint at;
  std::size_t head = 0;
  std::size_t position = 0;
  std::size_t length = 0;
};

/// Where in values along named axes the rows of a kind of place stand. Along layer, head and position (query,
/// of a pattern) a place takes what has its own label, and along an axis that is a column of the prompts a
/// prompt takes what has its own value there; along an axis that the values lack they are the same.
class NamedRows {
 public:
  /// Throws pipeline::ParamError without a parameter where the values have an axis that is neither, or rows
  /// of another length.
  NamedRows(const pipeline::Variable& values, HookKind kind, const Config& config,
            const pipeline::Prompts& prompts);

  [[nodiscard]] std::size_t width() const { return width_; }
  /// Which axis goes along a row; the rows are counted row-major along the others.
  [[nodiscard]] std::size_t axis_of_row() const { return axis_of_row_; }
  [[nodiscard]] bool has_columns() const { return !columns_.empty(); }
  [[nodiscard]] bool has_positions() const { return positions_.has_value(); }

  /// Throws pipeline::ParamError where the values have not that layer or head.
  void check(const HookPoint& at, std::size_t head) const;
  /// The first of a prompt's rows. Throws pipeline::PromptFailure where the values lack what it has in a
  /// column.
  [[nodiscard]] std::size_t of_prompt(const pipeline::Prompt& prompt) const;
  /// One of them, counted from the first. Throws pipeline::PromptFailure where the values lack its position.
  [[nodiscard]] std::size_t row(const PlacedRow& wanted) const;

 private:
  /// The steps of an axis by their labels, and by how many rows one is from the next.
  struct Steps {
    std::string axis;
    std::map<std::string, std::size_t> of_label;
    std::size_t rows = 0;

    [[nodiscard]] std::optional<std::size_t> find(const std::string& label) const;
    [[nodiscard]] std::string labels() const;
  };
  void add_axis(const pipeline::Axis& axis, std::size_t rows, HookKind kind,
                const pipeline::Prompts& prompts);

  std::string name_;  // of the values
  std::size_t width_ = 0;
  std::size_t axis_of_row_ = 0;
  std::optional<Steps> layers_, heads_, positions_;
  std::vector<Steps> columns_;
};

}  // namespace hookflow::stages

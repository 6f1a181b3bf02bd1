#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "model/architecture/config.hpp"
#include "model/memory/tensor.hpp"
#include "model/rows/row_layout.hpp"
#include "model/rows/row_plan.hpp"

namespace hookflow {

/// How many floats a pass keeps of one row of a place; `keys`: how many a row has at scores and patterns.
std::size_t kept_row_floats(const HookPoint& place, const Config& config, std::size_t keys);

/// What a pass keeps of one place: of each sequence the rows that are asked for and that it holds itself. A
/// row has all heads side by side; at scores and patterns each head's keys, as many as the longest sequence
/// has, those that are hidden included.
class KeptPlace {
 public:
  KeptPlace(const HookPoint& place, const Config& config, const RowPlan& plan);

  [[nodiscard]] const RowLayout& rows() const { return rows_; }
  /// All rows: (n, heads * width).
  [[nodiscard]] View values() const { return values_; }
  /// A row, or what one head has of it. Throw std::logic_error for a row that was not kept.
  [[nodiscard]] std::span<const float> row(std::size_t sequence, std::size_t position) const;
  [[nodiscard]] std::span<const float> row(std::size_t sequence, std::size_t position,
                                           std::size_t head) const {
    return row(sequence, position).subspan(head * width_, width_);
  }
  [[nodiscard]] std::size_t heads() const { return heads_; }

  /// Copies what a place holds, (rows of `layout`, columns of the place), or one head of it, (rows of
  /// `layout`, columns of the head).
  void take(const RowLayout& layout, View values, std::size_t head = 0);
  /// The same for some queries of one head of one sequence, at scores and patterns: (queries, keys). Keys
  /// that are left out are hidden. May run at the same time for other heads and queries.
  void take_queries(std::size_t sequence, std::size_t head, std::span<const std::size_t> queries,
                    View values);

 private:
  HookPoint place_;
  RowLayout rows_;
  std::size_t heads_ = 1;
  std::size_t width_ = 0;  // of one head
  std::shared_ptr<float[]> memory_;
  MutableView values_;
};

}  // namespace hookflow

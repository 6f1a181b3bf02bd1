#pragma once
#include <cstddef>
#include <functional>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

namespace hookflow {

/// A borrowed row-major matrix; rows may lie farther apart than they are long, so a view can be some columns
/// of a wider matrix. Borrowed for the length of a call, never kept.
template <typename T>
struct BasicView {
  T* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;  // elements from one row to the next

  BasicView() = default;
  BasicView(T* first, std::size_t row_count, std::size_t column_count, std::size_t row_stride)
      : data(first), rows(row_count), columns(column_count), stride(row_stride) {}
  BasicView(T* first, std::size_t row_count, std::size_t column_count)
      : BasicView(first, row_count, column_count, column_count) {}

  [[nodiscard]] std::span<T> row(std::size_t index) const { return {data + index * stride, columns}; }
  [[nodiscard]] BasicView row_range(std::size_t first, std::size_t count) const {
    return {data + first * stride, count, columns, stride};
  }
  [[nodiscard]] BasicView column_range(std::size_t first, std::size_t count) const {
    return {data + first, rows, count, stride};
  }
  // NOLINTNEXTLINE(google-explicit-constructor): reading what may be written is always safe.
  operator BasicView<const T>() const { return {data, rows, columns, stride}; }
};

using View = BasicView<const float>;
using MutableView = BasicView<float>;

/// An owned, contiguous, row-major array of any rank.
struct Tensor {
  std::vector<std::size_t> shape;
  std::vector<float> values;

  Tensor() = default;
  explicit Tensor(std::vector<std::size_t> dimensions)
      : shape(std::move(dimensions)),
        values(std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>())) {}

  /// The array as a matrix: all dimensions but the last are rows.
  [[nodiscard]] View matrix() const { return {values.data(), row_count(), shape.back()}; }
  [[nodiscard]] MutableView matrix() { return {values.data(), row_count(), shape.back()}; }

 private:
  [[nodiscard]] std::size_t row_count() const { return shape.back() == 0 ? 0 : values.size() / shape.back(); }
};

}  // namespace hookflow

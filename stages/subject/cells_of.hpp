#pragma once
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "pipeline/values/rows.hpp"

namespace hookflow::stages {

/// Whole numbers of a variable that are made cell by cell when they are written.
template <typename Cell>
pipeline::NumberCells cells_of(std::size_t size, Cell cell) {
  return {size, [cell = std::move(cell)](std::size_t first, std::size_t count) {
            std::vector<std::int64_t> values(count);
            for (std::size_t i = 0; i < count; ++i) values[i] = cell(first + i);
            return values;
          }};
}

}  // namespace hookflow::stages

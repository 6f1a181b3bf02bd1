#pragma once
#include <algorithm>
#include <cstddef>
#include <vector>

namespace hookflow::pipeline {

/// Indices, each once, that mostly come in order.
class IndexSet {
 public:
  void add(std::size_t index) {
    if (!indices_.empty() && index == indices_.back()) return;
    ascending_ = ascending_ && (indices_.empty() || index > indices_.back());
    indices_.push_back(index);
  }
  void clear() { *this = {}; }
  [[nodiscard]] bool empty() const { return indices_.empty(); }
  [[nodiscard]] const std::vector<std::size_t>& ascending() const {
    if (!ascending_) {
      std::ranges::sort(indices_);
      const auto twice = std::ranges::unique(indices_);
      indices_.erase(twice.begin(), twice.end());
      ascending_ = true;
    }
    return indices_;
  }

 private:
  mutable std::vector<std::size_t> indices_;
  mutable bool ascending_ = true;
};

}  // namespace hookflow::pipeline

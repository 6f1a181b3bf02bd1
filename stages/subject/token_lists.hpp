#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace hookflow::stages {

/// Lists of token ids, one behind the other: those of many prompts take little more than their ids.
class TokenLists {
 public:
  void add(std::span<const std::int32_t> ids) {
    ids_.insert(ids_.end(), ids.begin(), ids.end());
    ends_.push_back(ids_.size());
  }
  void shrink_to_fit() {
    ids_.shrink_to_fit();
    ends_.shrink_to_fit();
  }

  [[nodiscard]] std::size_t size() const { return ends_.size(); }
  [[nodiscard]] std::span<const std::int32_t> operator[](std::size_t list) const {
    const std::size_t begin = list == 0 ? 0 : ends_[list - 1];
    return std::span(ids_).subspan(begin, ends_[list] - begin);
  }
  [[nodiscard]] const std::vector<std::int32_t>& all() const { return ids_; }  // list after list

 private:
  std::vector<std::int32_t> ids_;
  std::vector<std::size_t> ends_;
};

}  // namespace hookflow::stages

#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/values/draws.hpp"

namespace hookflow::pipeline {

/// The ways to take one text of each list so that no two of them are alike.
class Combinations {
 public:
  static constexpr std::size_t kMostLists = 12;
  static constexpr std::size_t kMost = 1'000'000;  // that all() gives
  /// The index of the text that is taken of each list.
  using Choice = std::vector<std::uint32_t>;

  /// At most kMostLists lists, each of different texts.
  explicit Combinations(const std::vector<std::vector<std::string>>& lists);

  /// How many there are; 2^64 - 1: so many, or more.
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// In order, the last list's texts changing fastest; count() must be at most kMost.
  [[nodiscard]] std::vector<Choice> all() const;
  /// Different ones, each as likely as any other. `size` must be at most count() and kMost; a smaller one
  /// gives the beginning of what a larger one does.
  [[nodiscard]] std::vector<Choice> draw(std::size_t size, Draws& draws) const;

 private:
  void extend(Choice& chosen, std::vector<Choice>& all) const;
  [[nodiscard]] bool is_free(const Choice& chosen, std::uint32_t next) const;
  [[nodiscard]] std::optional<Choice> draw_any(Draws& draws) const;

  std::vector<std::vector<std::size_t>> texts_;  // [list]: their numbers; equal texts have the same
  std::uint64_t count_ = 0;
};

}  // namespace hookflow::pipeline

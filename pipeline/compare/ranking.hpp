#pragma once
#include <cstddef>
#include <vector>

#include "pipeline/compare/agreement.hpp"

namespace hookflow::pipeline {

/// A cell's rank by magnitude in each of two runs: one more than the cells with a larger one.
struct RankedPair {
  CellPair pair;
  std::size_t first_rank = 1;
  std::size_t second_rank = 1;

  [[nodiscard]] std::size_t change() const {
    return first_rank < second_rank ? second_rank - first_rank : first_rank - second_rank;
  }
};

/// The cells that are among the largest of one run or the other. Most ranks of the small ones are noise.
class Ranking {
 public:
  /// Of the cells that were added to `agreement`; they must be added here again.
  explicit Ranking(const Agreement& agreement);
  void add(const CellPair& pair);

  [[nodiscard]] std::size_t most() const { return most_; }            // the largest of a run: 10, or fewer
  [[nodiscard]] std::size_t in_common() const { return in_common_; }  // of these
  /// Those whose rank is another, the largest change first.
  [[nodiscard]] std::vector<RankedPair> changes() const;

 private:
  std::vector<RankedPair> ranked_;
  std::size_t most_ = 0;
  std::size_t in_common_ = 0;
};

}  // namespace hookflow::pipeline

#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/stage/stored_rows.hpp"
#include "pipeline/values/array.hpp"
#include "stages/aggregate/item_vectors.hpp"

namespace hookflow::stages {

/// The variables of an input that hold vectors: each is a block of them, and has the axis `between`, whose
/// labels name the vectors, and the axis `along` of their entries. Further axes are kept, the same of all
/// blocks: at each place along them the blocks are compared by themselves.
class VectorBlocks {
 public:
  VectorBlocks() = default;
  /// Without `along`, variables of two axes count, and the entries are along the other one. Throws
  /// pipeline::ParamError of `between`, `along` or `in` where there is no block, or two have other axes.
  VectorBlocks(const std::vector<pipeline::Variable>& variables, std::string between, std::string along);

  [[nodiscard]] std::size_t size() const { return blocks_.size(); }
  [[nodiscard]] const pipeline::Variable& operator[](std::size_t block) const { return blocks_[block]; }
  [[nodiscard]] const pipeline::Axis& items(std::size_t block) const;
  [[nodiscard]] const pipeline::Axis& entries(std::size_t block) const;
  [[nodiscard]] const std::vector<pipeline::Axis>& kept() const { return kept_; }

  /// Refuse, as pipeline::ParamError of `in` and `matrix`, blocks whose entries or vectors have other labels.
  void check_entries() const;
  void check_items() const;

  /// The vectors of each block at a place along what is kept, counted row-major. Borrows from the rows, which
  /// are of the variables that were given.
  [[nodiscard]] std::vector<ItemVectors> at(std::span<const std::unique_ptr<pipeline::StoredRows>> rows,
                                            std::size_t cell) const;

 private:
  [[nodiscard]] bool is_block(const pipeline::Variable& variable) const;
  [[nodiscard]] VectorPlace place_in(const pipeline::Variable& block, std::size_t cell) const;
  [[nodiscard]] std::vector<pipeline::Axis> kept_of(const pipeline::Variable& block) const;

  std::string between_;
  std::string along_;  // empty: the only other axis
  std::vector<pipeline::Variable> blocks_;
  std::vector<pipeline::Axis> kept_;
};

}  // namespace hookflow::stages

#pragma once
#include <cstddef>
#include <memory>
#include <span>

#include "model/architecture/model.hpp"
#include "model/memory/tensor.hpp"
#include "model/pass/logits.hpp"

namespace hookflow::stages {

/// What vectors of the residual stream would predict if the model ended there: each goes through the final
/// norm, by its own mean and variance, and the unembedding. Has the memory of one block of vectors, of at
/// most LogitBlocks::kRows, and of their logits.
class Lens {
 public:
  Lens(const Model& model, std::size_t vectors);
  /// What the constructor allocates.
  static double bytes(const Config& config, std::size_t vectors);

  /// Where a vector of the block is put, (d).
  [[nodiscard]] std::span<float> vector(std::size_t index) const { return vectors_.row(index); }
  /// Makes the logits of the first `count` vectors.
  void read(std::size_t count);
  /// Those of one of them, until the next read().
  [[nodiscard]] LogitRow logits(std::size_t index) const { return {logits_.row(index), memory_}; }

 private:
  const Model& model_;
  std::shared_ptr<float[]> memory_;
  MutableView vectors_, normalized_;  // (n, d)
  MutableView scale_;                 // (n, 1)
  MutableView logits_;                // (n, vocabulary)
};

}  // namespace hookflow::stages

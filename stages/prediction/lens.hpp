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
/// most LogitBlocks::kRows, and of their logits, where these are wanted.
class Lens {
 public:
  /// What is made of the block: what the final norm gives, or the logits of the whole vocabulary, too.
  enum class Makes { normalized, logits };

  Lens(const Model& model, std::size_t vectors, Makes makes);
  /// What the constructor allocates.
  static double bytes(const Config& config, std::size_t vectors, Makes makes);

  /// Where a vector of the block is put, (d).
  [[nodiscard]] std::span<float> vector(std::size_t index) const { return vectors_.row(index); }
  /// Makes it of the first `count` vectors.
  void read(std::size_t count);
  /// That of one of them, until the next read().
  [[nodiscard]] std::span<const float> normalized(std::size_t index) const { return normalized_.row(index); }
  [[nodiscard]] LogitRow logits(std::size_t index) const { return {logits_.row(index), memory_}; }

 private:
  const Model& model_;
  std::shared_ptr<float[]> memory_;
  MutableView vectors_, normalized_;  // (n, d)
  MutableView scale_;                 // (n, 1)
  MutableView logits_;                // (n, vocabulary), or (n, 0)
};

}  // namespace hookflow::stages

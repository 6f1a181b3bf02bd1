#pragma once
#include <cstddef>
#include <span>
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/work.hpp"

namespace hookflow::stages {

/// Variants that follow each other and cost a prompt the same, up to the next stretch: the heads of a layer,
/// where every head is silenced in turn.
struct VariantStretch {
  std::size_t first = 0;
  const PassCost* each = nullptr;
};

/// Adds the next variant to stretches that begin with the first one.
void add_variant(std::size_t variant, const PassCost& cost, std::vector<VariantStretch>& stretches);

/// What the variants of all prompts of a batch cost.
class BatchCost {
 public:
  /// Prompts that are alike.
  struct Alike {
    std::span<const VariantStretch> stretches;
    std::size_t prompts = 0;
  };
  BatchCost(std::span<const Alike> all, std::size_t variants);

  /// Of some variants together.
  [[nodiscard]] PassCost of(pipeline::VariantRange range) const;

 private:
  struct Stretch {
    std::size_t first = 0;
    std::size_t end = 0;
    PassCost each{};  // a variant of all prompts
  };
  std::vector<Stretch> stretches_;
};

}  // namespace hookflow::stages

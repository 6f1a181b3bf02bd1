#pragma once
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace hookflow::pipeline {

/// Prompts that are run together, in this order: their indices in the run.
struct Batch {
  std::vector<std::size_t> prompts;
  std::vector<std::size_t> weights;  // of each, as the source counts it

  [[nodiscard]] std::size_t weight() const {
    return std::accumulate(weights.begin(), weights.end(), std::size_t{0});
  }
  void add(std::size_t prompt, std::size_t weight) {
    prompts.push_back(prompt);
    weights.push_back(weight);
  }
};

/// Prompts in order, so many to a batch, each of weight 1.
std::vector<Batch> consecutive_batches(std::size_t prompts, std::size_t a_batch);
/// Those of a source and of another one, whose prompts it also runs together: in the order of the first, a
/// prompt weighing what it weighs in both, as many to a batch as `largest` allows but from one of the first's
/// alone.
std::vector<Batch> joined_batches(const std::vector<Batch>& first, const std::vector<Batch>& second,
                                  std::size_t largest);
/// Throws std::logic_error unless each of so many prompts is in one batch.
void check_batches(const std::vector<Batch>& batches, std::size_t prompts);

/// The variants [first, first + count) of a prompt; it has one where no stage adds any.
struct VariantRange {
  std::size_t first = 0;
  std::size_t count = 1;
};

/// What a stage does at a time: those variants of every prompt of a batch.
struct Work {
  const Batch& batch;
  VariantRange variants{};
};

/// What a stage takes for some work, in bytes.
struct Bytes {
  double working = 0;  // while it runs
  double held = 0;     // by what it then leaves to the stages behind it

  /// Beside other work of the same stage, which is done before or after it.
  Bytes& operator+=(const Bytes& other) {
    working = std::max(working, other.working);
    held += other.held;
    return *this;
  }
};

}  // namespace hookflow::pipeline

#pragma once
#include <cstddef>
#include <vector>

namespace hookflow::pipeline {

/// Prompts that are run together, in this order: their indices in the run.
struct Batch {
  std::vector<std::size_t> prompts;
  std::size_t weight = 0;  // of all of them, as the source counts it
};

/// Prompts in order, so many to a batch, each of weight 1.
std::vector<Batch> consecutive_batches(std::size_t prompts, std::size_t a_batch);
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
};

}  // namespace hookflow::pipeline

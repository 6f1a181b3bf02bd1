#include "pipeline/stage/work.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace hookflow::pipeline {

std::vector<Batch> consecutive_batches(std::size_t prompts, std::size_t a_batch) {
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < prompts; ++i) {
    if (i % a_batch == 0) batches.emplace_back();
    batches.back().add(i, 1);
  }
  return batches;
}

std::vector<Batch> joined_batches(const std::vector<Batch>& first, const std::vector<Batch>& second,
                                  std::size_t largest) {
  std::size_t prompts = 0;
  for (const Batch& batch : second) prompts += batch.prompts.size();
  std::vector<std::size_t> more(prompts);  // every prompt is in one batch
  for (const Batch& batch : second)
    for (std::size_t i = 0; i < batch.prompts.size(); ++i) more.at(batch.prompts[i]) = batch.weights[i];
  std::vector<Batch> joined;
  for (const Batch& batch : first) {
    joined.emplace_back();
    for (std::size_t i = 0, sum = 0; i < batch.prompts.size(); ++i) {
      const std::size_t weight = batch.weights[i] + more.at(batch.prompts[i]);
      if (i > 0 && sum + weight > largest) {
        joined.emplace_back();
        sum = 0;
      }
      joined.back().add(batch.prompts[i], weight);
      sum += weight;
    }
  }
  return joined;
}

void check_batches(const std::vector<Batch>& batches, std::size_t prompts) {
  std::vector<std::size_t> found(prompts);
  for (const Batch& batch : batches) {
    if (batch.prompts.empty()) throw std::logic_error("a batch has no prompts");
    for (const std::size_t prompt : batch.prompts) ++found.at(prompt);
  }
  const auto wrong = std::ranges::find_if(found, [](std::size_t times) { return times != 1; });
  if (wrong != found.end())
    throw std::logic_error("prompt " + std::to_string(wrong - found.begin()) + " is in " +
                           std::to_string(*wrong) + " batches");
}

}  // namespace hookflow::pipeline

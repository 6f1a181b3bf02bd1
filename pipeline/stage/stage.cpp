#include "pipeline/stage/stage.hpp"

namespace hookflow::pipeline {

std::vector<PortRequest> Stage::take_requests(std::span<const RequestPtr> requests) {
  if (!requests.empty()) throw std::logic_error("a stage is asked for something, and takes no requests");
  return {};
}

std::vector<Outcome> PromptStage::run_batch(std::span<const Inputs> prompts, std::size_t /*part*/) const {
  std::vector<Outcome> outcomes;
  for (const Inputs& inputs : prompts) {
    try {
      outcomes.push_back({run(inputs), {}});
    } catch (const std::exception& error) {
      outcomes.push_back({nullptr, error.what()});
    }
  }
  return outcomes;
}

std::vector<Outcome> BatchStage::run_batch(std::span<const Inputs> prompts, std::size_t part) const {
  std::vector<Outcome> outcomes(prompts.size());
  try {
    const std::vector<ValuePtr> values = run(prompts, part);
    if (values.size() != prompts.size())
      throw std::logic_error("a batch stage returned another number of values");
    for (std::size_t i = 0; i < values.size(); ++i) outcomes[i].value = values[i];
  } catch (const std::exception& error) {
    for (Outcome& outcome : outcomes) outcome = {nullptr, error.what()};
  }
  return outcomes;
}

}  // namespace hookflow::pipeline

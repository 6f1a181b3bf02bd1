#include "pipeline/stage/stage.hpp"

#include "pipeline/error.hpp"

namespace hookflow::pipeline {

std::vector<PortRequest> Stage::take_requests(std::span<const RequestPtr> requests) {
  if (!requests.empty()) throw std::logic_error("a stage is asked for something, and takes no requests");
  return {};
}

ValuePtr FlowStage::read_results(std::size_t /*port*/,
                                 std::span<const std::unique_ptr<StoredRows>> /*variables*/) const {
  throw std::logic_error("a stage declares a port for results over all prompts, and does not read them");
}

bool fails_prompt(const std::exception& error) {
  return dynamic_cast<const PromptFailure*>(&error) != nullptr || subject_type().refuses_prompt(error);
}

std::vector<Outcome> PromptStage::run_batch(std::span<const Inputs> prompts,
                                            VariantRange /*variants*/) const {
  std::vector<Outcome> outcomes;
  for (const Inputs& inputs : prompts) {
    try {
      outcomes.push_back({run(inputs), {}});
    } catch (const std::exception& error) {
      if (!fails_prompt(error)) throw;
      outcomes.push_back({nullptr, error.what()});
    }
  }
  return outcomes;
}

std::vector<Outcome> BatchStage::run_batch(std::span<const Inputs> prompts, VariantRange variants) const {
  std::vector<Outcome> outcomes(prompts.size());
  try {
    std::vector<ValuePtr> values = run(prompts, variants);
    if (values.size() != prompts.size())
      throw std::logic_error("a batch stage returned another number of values");
    for (std::size_t i = 0; i < values.size(); ++i) outcomes[i].value = std::move(values[i]);
  } catch (const std::exception& error) {
    if (!fails_prompt(error)) throw;
    for (Outcome& outcome : outcomes) outcome.failure = error.what();
  }
  return outcomes;
}

}  // namespace hookflow::pipeline

#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/stage/registry.hpp"
#include "stages/subject/model_subject.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow::testing_support {

inline std::string golden_model(const std::string& name) {
  return std::string(HOOKFLOW_SOURCE_DIR) + "/tests/golden/" + name;
}

/// A prompt given as token ids.
inline pipeline::Prompt ids_prompt(std::string id, std::vector<std::int64_t> ids,
                                   std::map<std::string, std::string> columns = {}) {
  return {std::move(id), {}, std::move(ids), std::move(columns), "w.yaml:1"};
}

inline pipeline::Prompt text_prompt(std::string id, std::string text,
                                    std::map<std::string, std::string> columns = {}) {
  return {std::move(id), std::move(text), {}, std::move(columns), "w.yaml:1"};
}

/// As a run has them, all at w.yaml:1.
inline pipeline::Prompts as_prompts(const std::vector<pipeline::Prompt>& rows) {
  pipeline::Prompts::Builder prompts({"w.yaml", ":"});
  for (const pipeline::Prompt& row : rows) prompts.add(row, 1);
  return prompts.take();
}

/// Stages of a model's workflow planned and run by hand, all prompts as one batch: no graph, no file.
class StageChain {
 public:
  StageChain(const std::string& model, const std::vector<pipeline::Prompt>& prompts)
      : prompts_(as_prompts(prompts)), subject_(std::make_unique<stages::ModelSubject>(model)) {
    for (std::size_t i = 0; i < prompts_.size(); ++i) batches_.front().prompts.push_back(i);
  }

  /// Adds a stage and plans it. `inputs`: for each port the stage before it; empty, or left out at the end:
  /// not wired.
  const pipeline::Output& add(const std::string& id, const std::string& name,
                              const std::string& params = "{}", const std::vector<std::string>& inputs = {}) {
    Link& link = links_[id];
    link.stage = make_stage(name, params);
    link.inputs = inputs;
    pipeline::PlanContext context{prompts_, *subject_, {}, {}, 256, id, findings_, batches_};
    for (const std::string& input : inputs) {
      if (input.empty()) {
        context.inputs.emplace_back();
      } else {
        const pipeline::Output& output = links_.at(input).output;
        context.inputs.push_back({input, &output, output.variables});
        const Link& above = links_.at(input);
        if (above.lane.size() > context.lane.size()) {
          context.lane = above.lane;
          link.variants_a_part = above.variants_a_part;
        }
      }
    }
    const pipeline::StageDecl* declared = pipeline::find_stage(name);
    if (declared != nullptr && context.inputs.size() < declared->inputs.size())
      context.inputs.resize(declared->inputs.size());
    if (settled_) throw std::logic_error("all stages are added before one is run");
    order_.push_back(id);
    link.output = plan_stage(name, *link.stage, context);
    link.lane = context.lane;
    link.lane.insert(link.lane.end(), link.output.expands.begin(), link.output.expands.end());
    if (!link.output.expands.empty()) link.variants_a_part = link.output.variants_a_part;
    return link.output;
  }

  /// Asks a stage for something, as one behind it would.
  template <typename R>
  std::shared_ptr<const R> ask(const std::string& id, R request) {
    auto asked = std::make_shared<const R>(std::move(request));
    links_.at(id).asked.push_back(asked);
    return asked;
  }

  /// The outcome of each prompt, of a part of its variants. Stages before it run as needed, once a part.
  const std::vector<pipeline::Outcome>& run(const std::string& id, std::size_t part = 0) {
    settle();
    if (!prepared_) {
      for (auto& [name, link] : links_) link.stage->prepare();
      prepared_ = true;
    }
    Link& link = links_.at(id);
    if (link.outcomes.contains(part)) return link.outcomes[part];
    std::vector<pipeline::Inputs> inputs;
    for (std::size_t i = 0; i < prompts_.size(); ++i) {
      std::vector<pipeline::ValuePtr> values;
      for (const std::string& input : link.inputs)
        values.push_back(input.empty() ? nullptr : run(input, part)[i].value);
      inputs.emplace_back(i, prompts_, std::move(values));
    }
    return link.outcomes[part] =
               dynamic_cast<const pipeline::FlowStage&>(*link.stage).run_batch(inputs, variants(id, part));
  }

  [[nodiscard]] const pipeline::FlowStage& stage(const std::string& id) const {
    return dynamic_cast<const pipeline::FlowStage&>(*links_.at(id).stage);
  }

  /// What a stage made of a prompt. Throws std::runtime_error with the reason where it failed.
  template <typename T>
  const T& value(const std::string& id, std::size_t prompt = 0, std::size_t part = 0) {
    const pipeline::Outcome& outcome = run(id, part).at(prompt);
    if (!outcome.value) throw std::runtime_error(outcome.failure);
    return dynamic_cast<const T&>(*outcome.value);
  }

  /// One variable of a measuring stage for a prompt: its rows of the part, as doubles.
  std::vector<double> numbers(const std::string& id, const std::string& variable, std::size_t prompt = 0,
                              std::size_t part = 0) {
    const auto& measures = value<pipeline::Measures>(id, prompt, part);
    const auto& variables = links_.at(id).output.variables;
    for (std::size_t i = 0; i < variables.size(); ++i) {
      if (variables[i].name != variable) continue;
      return std::visit([](const auto& column) { return std::vector<double>(column.begin(), column.end()); },
                        measures.columns.at(i));
    }
    throw std::logic_error(id + " has no variable " + variable);
  }

  [[nodiscard]] pipeline::Cost cost(const std::string& id) {
    settle();
    return links_.at(id).stage->cost();
  }
  /// Of a part of the variants of all prompts.
  [[nodiscard]] pipeline::Bytes bytes(const std::string& id, std::size_t part = 0) {
    settle();
    return dynamic_cast<const pipeline::FlowStage&>(*links_.at(id).stage)
        .bytes(batches_.front(), std::array{variants(id, part)})
        .front();
  }
  /// How many parts of all prompts are computed together, chunk after chunk.
  [[nodiscard]] std::vector<std::size_t> chunks(const std::string& id) {
    settle();
    return dynamic_cast<const pipeline::FlowStage&>(*links_.at(id).stage).chunks(batches_.front());
  }
  [[nodiscard]] std::vector<std::string> variables(const std::string& id) const {
    std::vector<std::string> names;
    for (const auto& variable : links_.at(id).output.variables) names.push_back(variable.name);
    return names;
  }
  stages::ModelSubject& subject() { return *subject_; }

 private:
  /// Delivers all requests, from the last stage to the first.
  void settle() {
    if (std::exchange(settled_, true)) return;
    for (auto id = order_.rbegin(); id != order_.rend(); ++id) {
      Link& link = links_.at(*id);
      const auto send = [&](const std::vector<pipeline::PortRequest>& requests) {
        for (const auto& [port, request] : requests) links_.at(link.inputs.at(port)).asked.push_back(request);
      };
      send(link.output.requests);
      send(link.stage->take_requests(link.asked));
    }
  }

  /// Of a part where the stage is; all parts are alike where nothing adds variants.
  [[nodiscard]] pipeline::VariantRange variants(const std::string& id, std::size_t part) const {
    const Link& link = links_.at(id);
    if (link.lane.empty()) return {};
    const std::size_t all = pipeline::cell_count(link.lane);
    const std::size_t first = std::min(part * link.variants_a_part, all);
    return {first, std::min(link.variants_a_part, all - first)};
  }

  struct Link {
    std::unique_ptr<pipeline::Stage> stage;
    std::vector<std::string> inputs;
    pipeline::Output output;
    std::vector<pipeline::RequestPtr> asked;
    std::vector<pipeline::Axis> lane;                                // what the expands before and in it add
    std::size_t variants_a_part = 1;                                 // of its lane
    std::map<std::size_t, std::vector<pipeline::Outcome>> outcomes;  // by part
  };
  pipeline::Prompts prompts_;
  std::unique_ptr<stages::ModelSubject> subject_;
  std::shared_ptr<pipeline::Findings> findings_ = std::make_shared<pipeline::Findings>();
  std::map<std::string, Link> links_;
  std::vector<std::string> order_;           // in which they were added: inputs first
  std::vector<pipeline::Batch> batches_{1};  // all prompts in one
  bool settled_ = false;
  bool prepared_ = false;
};

}  // namespace hookflow::testing_support

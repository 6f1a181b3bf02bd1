#include "stages/given/given_edits.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>

#include "pipeline/yaml/param.hpp"
#include "stages/given/given_values.hpp"
#include "stages/subject/cells_of.hpp"

namespace hookflow::stages {
namespace {

const GivenKind* given_kind(const Replacement& with) { return dynamic_cast<const GivenKind*>(&*with); }

/// Of which other prompts rows are taken, for the record; `labels`: of what takes them.
pipeline::KnownArray other_prompts(std::vector<std::string> labels,
                                   std::vector<std::span<const std::size_t>> prompts) {
  const std::size_t draws = prompts.size(), size = prompts.front().size() * draws;
  const auto cell = [prompts = std::move(prompts), draws](std::size_t i) {
    const std::size_t prompt = prompts[i % draws][i / draws];
    return prompt == kNoPrompt ? -1 : static_cast<std::int64_t>(prompt);
  };
  return {{"resampled_prompt",
           pipeline::Dtype::int64,
           {{"draw", std::move(labels), "what is put in of another prompt", ""}},
           "1",
           "prompt that was drawn, counted from 0 along the axis prompt"},
          cells_of(size, cell)};
}

}  // namespace

std::size_t GivenPlan::port_of(const std::string& stage) const {
  const auto found = std::ranges::find(context.inputs, stage, &pipeline::PlannedInput::stage);
  if (found == context.inputs.end()) throw std::logic_error("no port is wired to '" + stage + "'");
  return static_cast<std::size_t>(found - context.inputs.begin());
}

void add_passes(const Replacement& with, std::vector<std::string>& all) {
  const GivenKind* kind = given_kind(with);
  if (kind == nullptr) return;
  for (const std::string& pass : kind->passes())
    if (std::ranges::find(all, pass) == all.end()) all.push_back(pass);
}

GivenEdits::GivenEdits(std::vector<Variant>& variants, const std::string& param,
                       const pipeline::PlanContext& context, const PassFacts& base,
                       pipeline::Output& output) {
  std::vector<Replacement> sources;
  std::vector<std::vector<const Intervention*>> edits;
  for (Variant& variant : variants) {
    for (Intervention& edit : variant) {
      if (!edit.with->takes_given()) continue;
      const auto found = std::ranges::find(sources, edit.with);
      edit.source = static_cast<std::size_t>(found - sources.begin());
      if (found == sources.end()) {
        sources.push_back(edit.with);
        edits.emplace_back();
      }
      edits[*edit.source].push_back(&edit);
    }
  }
  std::vector<std::string> labels;
  std::vector<std::span<const std::size_t>> others;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    rows_.push_back(
        given_kind(sources[i])->plan({context, output, base, param, std::move(edits[i]), results_}));
    if (rows_.back()->other_prompts().empty()) continue;
    labels.push_back(sources[i].label());
    others.push_back(rows_.back()->other_prompts());
  }
  if (!others.empty()) output.known.push_back(other_prompts(std::move(labels), std::move(others)));
  if (context.inputs.size() > kValuesPort && context.inputs[kValuesPort] && results_.empty())
    throw pipeline::ParamError("in",
                               "'" + context.inputs[kValuesPort].stage +
                                   "' comes to the input values, but no edit takes it; put it in with " +
                                   "{mean: prompts} or {add: values}");
}

pipeline::Cost GivenEdits::cost() const {
  pipeline::Cost all;
  for (const auto& rows : rows_) all += rows->cost();
  return all;
}

pipeline::Bytes GivenEdits::bytes(const pipeline::Batch& batch) const {
  pipeline::Bytes all;
  for (const auto& rows : rows_)
    for (const std::size_t prompt : batch.prompts) all += rows->bytes(prompt);
  return all;
}

pipeline::ValuePtr GivenEdits::read_results(
    std::span<const std::unique_ptr<pipeline::StoredRows>> variables) const {
  return read_needed(results_, variables);
}

Variant GivenEdits::everywhere(const Variant& variant) const {
  Variant edits = variant;
  std::erase_if(
      edits, [&](const Intervention& edit) { return edit.source && !rows_[*edit.source]->is_everywhere(); });
  return edits;
}

RowSources GivenEdits::of(const pipeline::Inputs& inputs, const FedPrompt& edited) const {
  RowSources sources;
  for (const auto& rows : rows_) sources.push_back(rows->of(inputs, edited));
  return sources;
}

}  // namespace hookflow::stages

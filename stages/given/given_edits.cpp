#include "stages/given/given_edits.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <set>
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

std::optional<std::size_t> GivenPlan::port_of_base() const {
  const auto gives_it = [&](const pipeline::PlannedInput& input) {
    return input && input.output->facts.get() == &base;
  };
  const auto found = std::ranges::find_if(context.inputs, gives_it);
  if (found == context.inputs.end()) return std::nullopt;
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
  std::vector<std::vector<Intervention*>> edits;  // of each
  for (Variant& variant : variants) {
    for (Intervention& edit : variant) {
      if (!edit.with->takes_given()) continue;
      // From the end: most variants take what the one before them takes.
      const auto found = std::find(sources.rbegin(), sources.rend(), edit.with);
      edit.source =
          found == sources.rend() ? sources.size() : static_cast<std::size_t>(sources.rend() - found) - 1;
      if (found == sources.rend()) {
        sources.push_back(edit.with);
        edits.emplace_back();
      }
      edits[*edit.source].push_back(&edit);
    }
  }
  sources_ = sources.size();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    const auto with_it = [&](const Group& group) {
      return given_kind(sources[i])->is_planned_with(*given_kind(sources[group.sources.front()]));
    };
    const auto group = std::ranges::find_if(groups_, with_it);
    (group == groups_.end() ? groups_.emplace_back() : *group).sources.push_back(i);
  }
  std::vector<std::string> labels;
  std::vector<std::span<const std::size_t>> others;
  for (Group& group : groups_) {
    std::vector<const Intervention*> together;
    for (const std::size_t i : group.sources)
      together.insert(together.end(), edits[i].begin(), edits[i].end());
    group.rows = given_kind(sources[group.sources.front()])
                     ->plan({context, output, base, param, std::move(together), results_});
    for (const std::size_t i : group.sources)
      for (Intervention* edit : edits[i]) edit->differs = group.rows->differs();
    if (group.rows->other_prompts().empty()) continue;
    labels.push_back(sources[group.sources.front()].label());
    others.push_back(group.rows->other_prompts());
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
  for (const Group& group : groups_) all += group.rows->cost();
  return all;
}

pipeline::ValuePtr GivenEdits::read_results(
    std::span<const std::unique_ptr<pipeline::StoredRows>> variables) const {
  return read_needed(results_, variables);
}

Variant GivenEdits::everywhere(const Variant& variant) const {
  std::vector<bool> is_everywhere(sources_);
  for (const Group& group : groups_)
    for (const std::size_t source : group.sources) is_everywhere[source] = group.rows->is_everywhere();
  Variant edits = variant;
  std::erase_if(edits, [&](const Intervention& edit) { return edit.source && !is_everywhere[*edit.source]; });
  return edits;
}

std::vector<std::vector<std::size_t>> GivenEdits::wanted(std::span<const Variant> variants) const {
  std::set<std::size_t> taken;
  for (const Variant& variant : variants)
    for (const Intervention& edit : variant)
      if (edit.source) taken.insert(*edit.source);
  std::vector<std::vector<std::size_t>> wanted(groups_.size());
  for (std::size_t i = 0; i < groups_.size(); ++i)
    std::ranges::copy_if(groups_[i].sources, std::back_inserter(wanted[i]),
                         [&](std::size_t source) { return taken.contains(source); });
  return wanted;
}

RowSources GivenEdits::of(const pipeline::Inputs& inputs, const FedPrompt& edited,
                          std::span<const Variant> variants) const {
  RowSources sources(sources_);
  const auto wanted_of = wanted(variants);
  for (std::size_t i = 0; i < groups_.size(); ++i)
    if (!wanted_of[i].empty()) groups_[i].rows->set(inputs, edited, wanted_of[i], sources);
  return sources;
}

pipeline::Bytes GivenEdits::bytes(const pipeline::Batch& batch, const PassWork& work,
                                  std::span<const Variant> variants) const {
  pipeline::Bytes bytes;
  const auto wanted_of = wanted(variants);
  if (std::ranges::all_of(wanted_of, &std::vector<std::size_t>::empty)) return bytes;
  for (const std::size_t prompt : batch.prompts) {
    const FedPrompt edited = work.fed(prompt);
    for (std::size_t i = 0; i < groups_.size(); ++i)
      if (edited.prompt > 0 && !wanted_of[i].empty())
        bytes += groups_[i].rows->bytes(prompt, edited, wanted_of[i]);
  }
  return bytes;
}

}  // namespace hookflow::stages

#pragma once
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/edits/replacement.hpp"
#include "stages/given/given_kind.hpp"
#include "stages/work/pass_work.hpp"

namespace hookflow::stages {

// The input kValuesPort, as stages that edit declare it.
inline constexpr const char* kValues = "values";
inline constexpr const char* kValuesDoc =
    "what an aggregating stage found over all prompts, which {mean: prompts} and {add: values} put in";

/// Adds the stages whose passes a replacement takes rows from, each once.
void add_passes(const Replacement& with, std::vector<std::string>& all);

/// What the edits of a stage take from outside of the passes that they edit.
class GivenEdits {
 public:
  GivenEdits() = default;
  /// Tells each edit which source is its own, and asks for what they take. `output`: of the stage that is
  /// being planned.
  GivenEdits(std::vector<Variant>& variants, const std::string& param, const pipeline::PlanContext& context,
             const PassFacts& base, pipeline::Output& output);

  [[nodiscard]] bool empty() const { return groups_.empty(); }
  /// What finding it takes: for all prompts once; and for those of a batch, of these variants.
  [[nodiscard]] pipeline::Cost cost() const;
  [[nodiscard]] pipeline::Bytes bytes(const pipeline::Batch& batch, const PassWork& work,
                                      std::span<const Variant> variants) const;
  /// What they take of results over all prompts, before the first one; see FlowStage::read_results.
  [[nodiscard]] pipeline::ValuePtr read_results(
      std::span<const std::unique_ptr<pipeline::StoredRows>> variables) const;
  /// How many sources there are.
  [[nodiscard]] std::size_t size() const { return sources_; }
  /// The edits that tokens behind the prompt can have, too: of those that take rows from outside the ones
  /// that have a row for every position.
  [[nodiscard]] Variant everywhere(const Variant& variant) const;
  /// Of one prompt, which is edited as it is fed, what these of the variants take; by Intervention::source.
  [[nodiscard]] RowSources of(const pipeline::Inputs& inputs, const FedPrompt& edited,
                              std::span<const Variant> variants) const;

 private:
  /// Sources that are planned together.
  struct Group {
    std::vector<std::size_t> sources;  // ascending
    std::unique_ptr<const GivenRows> rows{};
  };
  /// Of each group, by its index, the sources that the variants take.
  [[nodiscard]] std::vector<std::vector<std::size_t>> wanted(std::span<const Variant> variants) const;

  std::vector<Group> groups_;
  std::size_t sources_ = 0;
  std::map<std::string, ValuesNeeded> results_;  // by variable
};

}  // namespace hookflow::stages

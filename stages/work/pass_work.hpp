#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "stages/work/alike_passes.hpp"

namespace hookflow::stages {

/// What the passes of a stage take, counted by the rows that they will compute: of prompts, or of variants of
/// each. Knows of every prompt which others its passes are like, not what it is fed: that is not kept for as
/// long as the run takes.
class PassWork {
 public:
  /// variants: none for passes that are run whole. own: the edits that those have, if any, which live as
  /// long.
  PassWork(const PassFacts& facts, std::span<const pipeline::Batch> batches, const PassRequest& asked,
           std::shared_ptr<const std::vector<Variant>> variants, const Variant* own = nullptr);

  /// What a prompt is fed, without an answer; nothing where it is not run.
  [[nodiscard]] FedPrompt fed(std::size_t prompt) const;
  /// Of the whole run.
  [[nodiscard]] pipeline::Cost cost() const { return cost_; }
  /// Of each of some ranges of a batch's variants.
  [[nodiscard]] std::vector<pipeline::Bytes> bytes(const pipeline::Batch& batch,
                                                   std::span<const pipeline::VariantRange> ranges) const;
  [[nodiscard]] double flops(const pipeline::Work& work) const;
  /// How many parts of so many variants are computed together, one chunk after the other: as many as have
  /// `rows` rows at most, and one at least.
  [[nodiscard]] std::vector<std::size_t> chunks(const pipeline::Batch& batch, std::size_t variants_a_part,
                                                std::size_t rows) const;

 private:
  /// The prompts alone, or with an answer behind each.
  struct Feed {
    static constexpr AlikePasses::ClassId kNotRun = static_cast<AlikePasses::ClassId>(-1);
    std::unique_ptr<AlikePasses> passes;
    std::vector<AlikePasses::ClassId> classes;  // [prompt of the run]
  };

  void add_feed(const PassFacts& facts, std::span<const pipeline::Batch> batches, const ForwardPlan& plan,
                const Answers* answers);
  void add_cost(const Feed& feed);
  [[nodiscard]] static BatchCost cost_of(const Feed& feed, const pipeline::Batch& batch);

  const Config* config_;
  std::shared_ptr<const std::vector<Variant>> variants_;
  const Variant* own_ = nullptr;
  std::vector<Feed> feeds_;
  pipeline::Cost cost_;
};

}  // namespace hookflow::stages

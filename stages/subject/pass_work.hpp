#pragma once
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <tuple>
#include <vector>

#include "model/pass/cost.hpp"
#include "pipeline/stage/stage.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"

namespace hookflow::stages {

/// What the passes of a stage take, counted by the rows that they will compute: of prompts, or of variants of
/// each. Knows of every prompt how much it is fed and how much of that an earlier one of its batch is fed,
/// too; not what: that is not kept for as long as the run takes.
class PassWork {
 public:
  /// variants: none for passes that are run whole. own: the edits that those have, if any, which live as
  /// long.
  PassWork(const PassFacts& facts, std::span<const pipeline::Batch> batches, const PassRequest& asked,
           std::shared_ptr<const std::vector<Variant>> variants, const Variant* own = nullptr);

  /// What a prompt is fed, without an answer; nothing where it is not run.
  [[nodiscard]] FedPrompt fed(std::size_t prompt) const {
    return feeds_.empty() ? FedPrompt{0} : feeds_.front().prompts[prompt].length.without_answer();
  }
  /// Of the whole run.
  [[nodiscard]] pipeline::Cost cost() const { return cost_; }
  [[nodiscard]] pipeline::Bytes bytes(const pipeline::Work& work) const;
  /// How many parts of so many variants are computed together, one chunk after the other: as many as have
  /// `rows` rows at most, and one at least.
  [[nodiscard]] std::vector<std::size_t> chunks(const pipeline::Batch& batch, std::size_t variants_a_part,
                                                std::size_t rows) const;

 private:
  /// What a prompt is fed, and the beginning that it has in common with an earlier one of its batch.
  struct Fed {
    FedPrompt length{0};
    std::optional<std::size_t> parent;
    std::size_t shared = 0;
    std::optional<std::size_t> family;  // of those that are planned together
  };
  /// The prompts alone, or with an answer behind each.
  struct Feed {
    ForwardPlan plan;
    std::vector<Fed> prompts;  // [prompt of the run]
    // Prompts that hang together, of which one asks more of another than that computes for itself.
    std::vector<std::vector<std::size_t>> families{};
  };
  /// What prompts of one length cost, with nothing shared.
  struct Alone {
    Asks asks;
    std::vector<PassCost> costs;       // of each variant; of the clean pass
    std::vector<std::size_t> reached;  // by each variant: the first position
  };
  using Length = std::pair<std::size_t, FedPrompt>;  // feed, and what is fed

  void add_feed(const PassFacts& facts, std::span<const pipeline::Batch> batches, const ForwardPlan& plan,
                const Answers* answers);
  /// The prompts of a batch that share rows; ids: what is fed of each.
  void add_prefixes(Feed& feed, std::span<const std::size_t> prompts,
                    std::span<const std::vector<std::int32_t>> ids);
  void add_cost(std::span<const pipeline::Batch> batches);
  [[nodiscard]] const Alone& alone(std::size_t feed, const FedPrompt& length) const;
  [[nodiscard]] Sequence sequence_of(std::size_t feed, std::size_t prompt, std::size_t variant) const;
  /// The first row of its own that one variant of a prompt has; 0: its clean pass.
  [[nodiscard]] std::size_t first_of(std::size_t feed, std::size_t prompt, std::size_t variant) const;
  /// Of one that nobody asks for more than it computes for itself.
  [[nodiscard]] const PassCost& cost_alone(std::size_t feed, std::size_t prompt, std::size_t variant) const;
  [[nodiscard]] RowPlan plan_family(std::size_t feed, const std::vector<std::size_t>& family,
                                    std::size_t variant) const;
  /// Uses what the prompts take of such a variant, each or together.
  template <typename Use>
  void for_each_cost(std::size_t feed, const pipeline::Batch& batch, std::size_t variant,
                     const Use& use) const;
  [[nodiscard]] PassCost cost_of(std::size_t feed, const pipeline::Work& work) const;

  const Config* config_;
  std::shared_ptr<const std::vector<Variant>> variants_;
  const Variant* own_ = nullptr;
  std::vector<Feed> feeds_;
  pipeline::Cost cost_;
  // Prompts of the same lengths cost the same.
  mutable std::mutex mutex_;
  mutable std::map<Length, Alone> alone_;
  mutable std::map<std::tuple<Length, std::size_t, std::size_t>, PassCost> sharing_;  // variant, own from
};

}  // namespace hookflow::stages

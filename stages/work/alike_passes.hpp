#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "model/hooks/positions.hpp"
#include "model/pass/cost.hpp"
#include "model/rows/forward_plan.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/sequence.hpp"
#include "stages/work/batch_cost.hpp"

namespace hookflow::stages {

/// What the passes of prompts cost, found once for all prompts that are alike in how they are fed, in what
/// they share with another one of their batch, and in what others of it read of them: of many thousands of
/// prompts few are unlike all others.
class AlikePasses {
 public:
  using ClassId = std::uint32_t;
  /// A prompt of a batch, and the beginning that it has in common with an earlier one, if it has one.
  struct Fed {
    FedPrompt length{0};
    std::optional<std::size_t> parent;  // in the batch
    std::size_t shared = 0;
  };

  /// variants: none for passes that are run whole. own: the edits that those have, if any, which live as
  /// long.
  AlikePasses(const Config& config, ForwardPlan plan, std::shared_ptr<const std::vector<Variant>> variants,
              const Variant* own);

  [[nodiscard]] const ForwardPlan& plan() const { return plan_; }
  [[nodiscard]] std::size_t variants() const { return variants_ ? variants_->size() : 1; }

  /// The class of each prompt of a batch.
  std::vector<ClassId> classify(std::span<const Fed> batch);

  [[nodiscard]] const FedPrompt& fed(ClassId of) const { return kinds_[classes_[of].kind].fed; }
  /// Of a prompt's variants.
  [[nodiscard]] std::span<const VariantStretch> costs(ClassId of) const { return classes_[of].costs; }
  /// Over all variants: floating-point operations, and the rows of each where it has the most.
  [[nodiscard]] double flops(ClassId of) const { return classes_[of].flops; }
  [[nodiscard]] double rows(ClassId of) const { return classes_[of].rows; }

 private:
  /// Prompts that are fed alike, and what they cost with nothing shared.
  struct Kind {
    FedPrompt fed{0};
    Asks asks{};
    std::vector<PassCost> costs{};       // of each variant; of the clean pass
    std::vector<std::size_t> reached{};  // by each variant: the first position
  };
  using KindId = std::uint32_t;
  struct Shape {
    KindId kind = 0;
    KindId parent_kind = 0;  // where something is shared
    std::size_t shared = 0;
    friend auto operator<=>(const Shape&, const Shape&) = default;
  };
  /// What a sequence reads of its parent, and keeps there, that this would not have for itself.
  struct Read {
    Asks read{};
    Asks kept{};
    friend bool operator==(const Read&, const Read&) = default;
  };
  using Reads = std::vector<Read>;  // [variant]
  using ReadsId = std::uint32_t;    // 0: nothing
  struct Alike {
    Shape own;
    std::optional<Shape> parent;   // where something may be read of it that it would not have
    std::vector<ReadsId> read_of;  // by those that hang from it, ascending
    friend auto operator<=>(const Alike&, const Alike&) = default;
  };
  struct Class {
    KindId kind = 0;
    std::vector<VariantStretch> costs{};
    ReadsId reads = 0;  // of the parent
    double flops = 0;
    double rows = 0;
    void add(std::size_t variant, const PassCost& cost);
  };

  KindId kind_of(const FedPrompt& fed);
  ClassId class_of(const Alike& alike);
  bool may_read_more(const Shape& shape);
  [[nodiscard]] std::size_t first_of(const Shape& shape, std::size_t variant) const;
  [[nodiscard]] Sequence sequence_of(const Shape& shape, std::size_t variant) const;
  const PassCost* cost_alone(const Shape& shape, std::size_t variant);
  void plan_with_others(const Alike& alike, Class& made);
  [[nodiscard]] Read read_beyond(const Sequence& own, const NeededRows& rows, const Sequence& parent) const;
  ReadsId id_of(Reads reads);

  const Config* config_;
  ForwardPlan plan_;
  std::shared_ptr<const std::vector<Variant>> variants_;
  const Variant* own_;
  std::map<FedPrompt, KindId> kind_ids_;
  std::deque<Kind> kinds_;
  std::map<Shape, bool> may_read_more_;
  std::map<Alike, ClassId> class_ids_;
  std::deque<Class> classes_;
  std::map<std::tuple<KindId, std::size_t, std::size_t>, PassCost> sharing_;  // variant, its first own row
  std::deque<PassCost> read_costs_;                                           // of those that others read
  std::vector<Reads> reads_;
};

}  // namespace hookflow::stages

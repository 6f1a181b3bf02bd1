#include "stages/work/alike_passes.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "model/numerics/parallel.hpp"
#include "model/rows/changed_rows.hpp"
#include "model/rows/edited_rows.hpp"
#include "model/rows/needed_rows.hpp"
#include "model/rows/shared_prefixes.hpp"

namespace hookflow::stages {
namespace {

void add(const Asks& more, Asks& asks) {
  for (const auto& [place, positions] : more) asks[place] |= positions;
}

PositionSet at(const Asks& asks, const HookPoint& place) {
  const auto found = asks.find(place);
  return found == asks.end() ? PositionSet() : found->second;
}

/// Whether a prompt may need more of the first `shared` rows of the one that it hangs from than that one
/// needs itself: rows that only it asks for, or keys and values behind those that the other looks at.
bool asks_more(const Asks& own, const Asks& of_parent, std::size_t shared) {
  return std::ranges::any_of(own, [&](const Asks::value_type& ask) {
    const auto& [place, positions] = ask;
    const PositionSet there = at(of_parent, place);
    return !((positions & PositionSet::range(0, shared)) - there).empty() ||
           there.end() < std::min(shared, positions.end());
  });
}

NeededRows needed_rows(const Config& config, const Sequence& sequence) {
  return {config, sequence, ChangedRows(config, sequence)};
}

PassCost cost_of_sequence(const Config& config, const Sequence& sequence) {
  return {config, sequence, needed_rows(config, sequence)};
}

}  // namespace

AlikePasses::AlikePasses(const Config& config, ForwardPlan plan,
                         std::shared_ptr<const std::vector<Variant>> variants, const Variant* own)
    : config_(&config),
      plan_(std::move(plan)),
      variants_(std::move(variants)),
      own_(own),
      reads_{Reads(this->variants())} {}

std::vector<AlikePasses::ClassId> AlikePasses::classify(std::span<const Fed> batch) {
  std::vector<Shape> shapes;
  for (const Fed& fed : batch) {
    Shape& shape = shapes.emplace_back(Shape{kind_of(fed.length)});
    if (!fed.parent) continue;
    shape.parent_kind = shapes[*fed.parent].kind;
    shape.shared = fed.shared;
  }
  std::vector<std::set<ReadsId>> read_of(batch.size());
  std::vector<ClassId> classes(batch.size());
  for (std::size_t i = batch.size(); i-- > 0;) {
    Alike alike{shapes[i], {}, {read_of[i].begin(), read_of[i].end()}};
    if (shapes[i].shared > 0 && (!alike.read_of.empty() || may_read_more(shapes[i])))
      alike.parent = shapes[*batch[i].parent];
    classes[i] = class_of(alike);
    if (const ReadsId reads = classes_[classes[i]].reads; reads != 0) read_of[*batch[i].parent].insert(reads);
  }
  return classes;
}

AlikePasses::KindId AlikePasses::kind_of(const FedPrompt& fed) {
  const auto [known, is_new] = kind_ids_.try_emplace(fed, static_cast<KindId>(kinds_.size()));
  if (!is_new) return known->second;
  Kind& kind = kinds_.emplace_back(Kind{fed});
  kind.asks = variants_ ? asks_of(plan_, fed) : asks_of_clean(*config_, plan_, fed, own_);
  kind.costs.resize(variants());
  kind.reached.resize(variants(), variants_ ? fed.all() : 0);
  const Shape alone{known->second};
  parallel_blocks(variants(), [&](std::size_t i) {
    kind.costs[i] = cost_of_sequence(*config_, sequence_of(alone, i));
    if (!variants_) return;
    PositionSet edited;  // none where the prompt is too short for the edits
    for (const Intervention& edit : (*variants_)[i]) edited |= edited_positions(edit, fed);
    if (!edited.empty()) kind.reached[i] = edited.first();
  });
  return known->second;
}

bool AlikePasses::may_read_more(const Shape& shape) {
  const auto [known, is_new] = may_read_more_.try_emplace(shape);
  if (is_new)
    known->second = asks_more(kinds_[shape.kind].asks, kinds_[shape.parent_kind].asks, shape.shared);
  return known->second;
}

std::size_t AlikePasses::first_of(const Shape& shape, std::size_t variant) const {
  std::size_t first = shape.shared;
  const auto agree = [&](const Variant& edits) {
    first = agreed_length(edits, kinds_[shape.kind].fed, kinds_[shape.parent_kind].fed, first);
  };
  if (first > 0 && variants_) agree((*variants_)[variant]);
  if (first > 0 && own_ != nullptr) agree(*own_);
  return first;
}

Sequence AlikePasses::sequence_of(const Shape& shape, std::size_t variant) const {
  const Kind& kind = kinds_[shape.kind];
  Sequence sequence{kind.fed, 0, variants_ ? &(*variants_)[variant] : own_};
  sequence.first = first_of(shape, variant);
  sequence.asks = kind.asks;
  sequence.asks_scalars = variants_ && plan_.edit_scalars;
  sequence.edits_whole = !variants_;
  sequence.below = variants_ ? own_ : nullptr;
  return sequence;
}

const PassCost* AlikePasses::cost_alone(const Shape& shape, std::size_t variant) {
  const Kind& whole = kinds_[shape.kind];
  if (whole.reached[variant] >= shape.shared) return &whole.costs[variant];
  const std::size_t first = first_of(shape, variant);
  if (whole.reached[variant] >= first) return &whole.costs[variant];
  const auto [known, is_new] = sharing_.try_emplace({shape.kind, variant, first});
  if (is_new) known->second = cost_of_sequence(*config_, sequence_of(shape, variant));
  return &known->second;
}

AlikePasses::ClassId AlikePasses::class_of(const Alike& alike) {
  const auto [known, is_new] = class_ids_.try_emplace(alike, static_cast<ClassId>(classes_.size()));
  if (!is_new) return known->second;
  Class& made = classes_.emplace_back(Class{alike.own.kind});
  if (alike.parent || !alike.read_of.empty()) {
    plan_with_others(alike, made);
  } else {
    for (std::size_t i = 0; i < variants(); ++i) made.add(i, *cost_alone(alike.own, i));
  }
  return known->second;
}

void AlikePasses::Class::add(std::size_t variant, const PassCost& cost) {
  add_variant(variant, cost, costs);
  flops += cost.flops();
  rows += static_cast<double>(cost.most_rows());
}

// As RowPlan plans sequences that hang together, from the last on: what is read of each is asked of it.
void AlikePasses::plan_with_others(const Alike& alike, Class& made) {
  Reads reads(variants());
  std::vector<PassCost> costs(variants());
  parallel_blocks(variants(), [&](std::size_t i) {
    Sequence own = sequence_of(alike.own, i);
    for (const ReadsId id : alike.read_of) add(reads_[id][i].kept, own.asks);
    Sequence planned = own;
    for (const ReadsId id : alike.read_of) add(reads_[id][i].read, planned.asks);
    const NeededRows rows = needed_rows(*config_, planned);
    costs[i] = PassCost(*config_, own, rows);
    if (own.first > 0) reads[i] = read_beyond(own, rows, sequence_of(alike.parent.value(), i));
  });
  for (std::size_t i = 0; i < variants(); ++i) {
    if (i == 0 || costs[i] != costs[i - 1]) read_costs_.push_back(costs[i]);
    made.add(i, read_costs_.back());
  }
  made.reads = id_of(std::move(reads));
}

AlikePasses::Read AlikePasses::read_beyond(const Sequence& own, const NeededRows& rows,
                                           const Sequence& parent) const {
  Read beyond;
  const NeededRows there = needed_rows(*config_, parent);
  rows.of_parent.for_each([&](const HookPoint& place, const PositionSet& of_parent) {
    if (of_parent.empty()) return;
    PositionSet read = of_parent - there.held[place].every;
    PositionSet kept = (of_parent & at(own.asks, place)) - at(parent.asks, place);
    if (!read.empty()) beyond.read.emplace(place, std::move(read));
    if (!kept.empty()) beyond.kept.emplace(place, std::move(kept));
  });
  return beyond;
}

AlikePasses::ReadsId AlikePasses::id_of(Reads reads) {
  const auto known = std::ranges::find(reads_, reads);
  const auto id = static_cast<ReadsId>(known - reads_.begin());
  if (known == reads_.end()) reads_.push_back(std::move(reads));
  return id;
}

}  // namespace hookflow::stages

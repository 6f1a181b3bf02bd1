#include "stages/path/carried_rows.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace hookflow::stages {
namespace {

using PositionIndex = std::map<std::size_t, std::size_t>;  // of the edited positions, which row each has

/// What the receivers get of one set of senders.
class ReceivedRows : public RowSource {
 public:
  ReceivedRows(HeldRows rows, std::shared_ptr<const PositionIndex> positions, std::size_t head_width)
      : rows_(std::move(rows)), positions_(std::move(positions)), head_width_(head_width) {}

  [[nodiscard]] std::span<const float> row(const HookPoint& place, std::size_t head,
                                           std::size_t position) const override {
    const auto whole = rows_.at(place).matrix().row(positions_->at(position));
    return has_heads(place.kind) ? whole.subspan(head * head_width_, head_width_) : whole;
  }

 private:
  HeldRows rows_;
  std::shared_ptr<const PositionIndex> positions_;
  std::size_t head_width_;
};

/// What a pass kept at a place, all heads side by side: (positions, columns).
Tensor held(const Captured& rows, const HookPoint& place, const Config& config,
            std::span<const std::size_t> positions) {
  const std::size_t heads = has_heads(place.kind) ? config.heads : 1;
  Tensor all({positions.size(), columns_of(place.kind, config)});
  const std::size_t width = all.shape.back() / heads;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    for (std::size_t head = 0; head < heads; ++head) {
      std::ranges::copy(rows.row(positions[i], head),
                        all.matrix().row(i).subspan(head * width, width).begin());
    }
  }
  return all;
}

Senders all_of(const std::map<std::size_t, Senders>& paths) {
  Senders all;
  for (const auto& [source, senders] : paths) all.insert(all.end(), senders.begin(), senders.end());
  return all;
}

}  // namespace

CarriedRows::CarriedRows(const GivenPlan& plan, Ends ends)
    : ends_(std::move(ends)),
      subject_(*plan.base.subject),
      own_port_(plan.port_of_base().value()),
      other_port_(plan.port_of(ends_.other)) {
  for (const Intervention* edit : plan.edits)
    if (std::ranges::find(edits_, edit->positions, &Intervention::positions) == edits_.end())
      edits_.push_back(*edit);
  const Senders senders = all_of(ends_.senders);
  PassRequest own, other;
  for (const Intervention& edit : edits_) {
    for (const HookPoint& place : ends_.carry.places(senders)) own.keep(place, edit.positions);
    for (const Sender& sender : senders) other.keep(sender.at, ends_.positions.kept_for(edit));
  }
  of_own_ = plan.output.ask(own_port_, own);
  of_other_ = plan.output.ask(other_port_, other);
}

void CarriedRows::set(const pipeline::Inputs& inputs, const FedPrompt& edited,
                      std::span<const std::size_t> wanted, RowSources& sources) const {
  const PassView own = inputs.get<Pass>(own_port_).view(), other = inputs.get<Pass>(other_port_).view();
  const std::vector<std::size_t> positions = positions_in(edited);
  std::vector<const Intervention*> edits;
  for (const Intervention& edit : edits_) edits.push_back(&edit);
  const MovedPositions moved = ends_.positions.moved(edits, edited, other.fed);
  std::vector<std::size_t> there;
  auto index = std::make_shared<PositionIndex>();
  for (const std::size_t position : positions) {
    index->emplace(position, index->size());
    there.push_back(moved.contains(position) ? moved.at(position) : position);
  }

  std::vector<Senders> paths;
  HeldRows of_own, of_other;
  const Config& config = subject_.config();
  for (const std::size_t source : wanted) {
    const Senders& senders = paths.emplace_back(ends_.senders.at(source));
    for (const HookPoint& place : ends_.carry.places(senders))
      if (!of_own.contains(place)) of_own[place] = held(of_own_->at(place, own), place, config, positions);
    for (const auto& [place, head] : senders)
      if (!of_other.contains(place))
        of_other[place] = held(of_other_->at(place, other), place, config, there);
  }
  std::vector<HeldRows> rows = carry(subject_.model(), ends_.carry, {of_own, of_other}, paths);
  for (std::size_t i = 0; i < wanted.size(); ++i)
    sources.at(wanted[i]) = std::make_shared<ReceivedRows>(std::move(rows[i]), index, config.head_width);
}

pipeline::Bytes CarriedRows::bytes(std::size_t /*prompt*/, const FedPrompt& edited,
                                   std::span<const std::size_t> wanted) const {
  std::vector<Senders> paths;
  for (const std::size_t source : wanted) paths.push_back(ends_.senders.at(source));
  return {0, carry_bytes(subject_.config(), ends_.carry, paths, positions_in(edited).size())};
}

std::vector<std::size_t> CarriedRows::positions_in(const FedPrompt& edited) const {
  std::set<std::size_t> all;
  for (const Intervention& edit : edits_)
    for (const std::size_t position : edit.positions.resolve(edited)) all.insert(position);
  return {all.begin(), all.end()};
}

}  // namespace hookflow::stages

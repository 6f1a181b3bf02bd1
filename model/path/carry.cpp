#include "model/path/carry.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "model/numerics/ops.hpp"

// Shapes: n = positions, r = rows: n of each path that has been reached; d = model width, a = width of all
// heads together, e = head width, f = MLP width.

namespace hookflow {
namespace {

constexpr std::size_t kCarriedRows = 512;  // that share matrix products, at most, where paths are shorter

/// How many paths are carried at once.
std::size_t block_size(std::size_t positions) {
  return std::max<std::size_t>(1, kCarriedRows / std::max<std::size_t>(1, positions));
}

HookPoint first_entry(const Senders& senders) {
  return entry_of(*std::ranges::min_element(senders, {}, entry_of));
}

/// Some paths on their way through the layers.
class Walk {
  using enum HookKind;

 public:
  /// `paths`: in the order in which the stream reaches them.
  Walk(const Model& model, const CarryPlan& plan, const CarriedPasses& passes,
       std::span<const std::reference_wrapper<const Senders>> paths)
      : model_(model),
        plan_(plan),
        passes_(passes),
        paths_(paths),
        positions_(passes.own.begin()->second.shape.front()),
        change_({paths.size() * positions_, model.config.width}),
        received_(paths.size()) {}

  std::vector<HeldRows> run() {
    for (std::size_t layer = first_entry(paths_.front()).layer; layer < model_.config.layers; ++layer) {
      for (const HookKind kind : {resid_pre, resid_mid, resid_post}) {
        const HookPoint place{kind, layer};
        if (std::ranges::none_of(plan_.receivers, [&](const HookPoint& r) { return place <= input_of(r); }))
          return std::move(received_);
        if (kind == resid_post && plan_.computes_mlps) compute_mlp(layer);
        enter(place);
        give(place);
      }
    }
    return std::move(received_);
  }

 private:
  /// What is sent to this place of the stream joins what has been carried so far.
  void enter(const HookPoint& place) {
    for (std::size_t path = 0; path < paths_.size(); ++path) {
      for (const Sender& sender : paths_[path].get()) {
        if (entry_of(sender) == place)
          add(sent(sender).matrix(), change_.matrix().row_range(path * positions_, positions_));
      }
    }
    while (reached_ < paths_.size() && first_entry(paths_[reached_]) <= place) ++reached_;
  }

  /// What a sender adds to the stream in the other pass, less what it adds in this one: (n, d)
  [[nodiscard]] Tensor sent(const Sender& sender) const {
    const View own = passes_.own.at(sender.at).matrix(), other = passes_.other.at(sender.at).matrix();
    Tensor difference({positions_, own.columns});
    std::ranges::transform(passes_.other.at(sender.at).values, passes_.own.at(sender.at).values,
                           difference.values.begin(), std::minus<>());
    if (sender.at.kind != z) return difference;
    const std::size_t e = model_.config.head_width;
    const std::size_t first = sender.head.value_or(0) * e, count = sender.head ? e : other.columns;
    const View projection = model_.weights.layers[sender.at.layer].attention_out.weight;  // (a, d)
    Tensor projected({positions_, model_.config.width});
    linear(difference.matrix().column_range(first, count), {projection.row_range(first, count), {}},
           projected.matrix());
    return projected;
  }

  void give(const HookPoint& place) {
    for (const HookPoint& receiver : plan_.receivers) {
      if (input_of(receiver) != place || reached_ == 0) continue;
      const Tensor all = receive(receiver);
      const View own = passes_.own.at(receiver).matrix();
      for (std::size_t path = 0; path < reached_; ++path) {
        Tensor& mine = received_[path][receiver] = Tensor({positions_, own.columns});
        for (std::size_t i = 0; i < positions_; ++i) {
          const std::size_t row = path * positions_ + i;
          std::ranges::copy(changes(row) ? all.matrix().row(row) : own.row(i), mine.matrix().row(i).begin());
        }
      }
    }
  }

  /// What the receiver is on the changed stream: (r, columns)
  [[nodiscard]] Tensor receive(const HookPoint& receiver) const {
    const std::size_t layer = receiver.layer, a = model_.config.attention_width();
    const LayerWeights& weights = model_.weights.layers[layer];
    const auto project = [&](std::size_t first) {
      const Tensor normalized = norm(stream({resid_pre, layer}), weights.attention_norm);
      return product(normalized, output_range(weights.qkv, first, a));
    };
    switch (receiver.kind) {
      case q:
        return project(0);
      case k:
        return project(a);
      case v:
        return project(2 * a);
      case mlp_post:
        return inside_mlp(layer);
      case mlp_out:
        return product(inside_mlp(layer), weights.mlp_out);
      default:
        return stream(receiver);
    }
  }

  /// What the MLP adds on the changed stream, less what it adds in the own pass, joins the change, but for
  /// paths that take the MLP's output from the other pass.
  void compute_mlp(std::size_t layer) {
    if (reached_ == 0) return;
    const HookPoint place{mlp_out, layer};
    const Tensor out = product(inside_mlp(layer), model_.weights.layers[layer].mlp_out);
    const View own = passes_.own.at(place).matrix();
    for (std::size_t row = 0; row < reached_ * positions_; ++row) {
      const Senders& senders = paths_[row / positions_];
      if (!changes(row) || std::ranges::find(senders, place, &Sender::at) != senders.end()) continue;
      const auto was = own.row(row % positions_), is = out.matrix().row(row);
      const auto change = change_.matrix().row(row);
      for (std::size_t i = 0; i < change.size(); ++i) change[i] += is[i] - was[i];
    }
  }

  [[nodiscard]] Tensor inside_mlp(std::size_t layer) const {  // (r, f)
    const LayerWeights& weights = model_.weights.layers[layer];
    Tensor hidden = product(norm(stream({resid_mid, layer}), weights.mlp_norm), weights.mlp_in);
    activate(model_.config.activation, hidden.matrix());
    return hidden;
  }

  /// The own pass's stream with what has been carried so far: (r, d)
  [[nodiscard]] Tensor stream(const HookPoint& place) const {
    const std::vector<float>& own = passes_.own.at(place).values;
    Tensor changed({reached_ * positions_, model_.config.width});
    for (std::size_t first = 0; first < changed.values.size(); first += own.size()) {
      for (std::size_t i = 0; i < own.size(); ++i)
        changed.values[first + i] = own[i] + change_.values[first + i];
    }
    return changed;
  }

  [[nodiscard]] Tensor norm(const Tensor& in, const LayerNormWeights& weights) const {
    Tensor scale({in.shape.front(), 1}), out(in.shape);
    layer_norm(in.matrix(), weights, model_.config.layer_norm_epsilon, scale.matrix(), out.matrix());
    return out;
  }

  static Tensor product(const Tensor& in, const LinearWeights& weights) {
    Tensor out({in.shape.front(), weights.weight.columns});
    linear(in.matrix(), weights, out.matrix());
    return out;
  }

  [[nodiscard]] bool changes(std::size_t row) const {
    return std::ranges::any_of(change_.matrix().row(row), [](float x) { return x != 0; });
  }

  const Model& model_;
  const CarryPlan& plan_;
  const CarriedPasses& passes_;
  std::span<const std::reference_wrapper<const Senders>> paths_;
  std::size_t positions_;
  std::size_t reached_ = 0;  // paths, which are the first ones
  Tensor change_;            // of the stream: (n of every path, d)
  std::vector<HeldRows> received_;
};

}  // namespace

std::set<HookPoint> CarryPlan::places(const Senders& senders) const {
  std::set<HookPoint> places;
  for (const Sender& sender : senders) places.insert(sender.at);
  for (const HookPoint& receiver : receivers) {
    if (!is_behind(receiver, senders)) continue;
    const HookPoint end = input_of(receiver);
    places.insert({receiver, end});
    if (!computes_mlps) continue;
    for (HookPoint mid{HookKind::resid_mid, first_entry(senders).layer}; mid < end; ++mid.layer)
      places.insert({mid, {HookKind::mlp_out, mid.layer}});
  }
  return places;
}

std::size_t columns_of(HookKind kind, const Config& config) {
  return shape(kind, config).sizes.back() * (has_heads(kind) ? config.heads : 1);
}

std::vector<HeldRows> carry(const Model& model, const CarryPlan& plan, const CarriedPasses& passes,
                            std::span<const Senders> paths) {
  std::vector<std::reference_wrapper<const Senders>> ordered(paths.begin(), paths.end());
  std::ranges::stable_sort(ordered, {}, [](const Senders& senders) { return first_entry(senders); });
  const std::size_t at_once = block_size(passes.own.begin()->second.shape.front());
  std::vector<HeldRows> received(paths.size());
  for (std::size_t first = 0; first < ordered.size(); first += at_once) {
    const std::span block = std::span(ordered).subspan(first, std::min(at_once, ordered.size() - first));
    std::vector<HeldRows> rows = Walk(model, plan, passes, block).run();
    for (std::size_t i = 0; i < block.size(); ++i)
      received[static_cast<std::size_t>(&block[i].get() - paths.data())] = std::move(rows[i]);
  }
  return received;
}

double carry_bytes(const Config& config, const CarryPlan& plan, std::span<const Senders> paths,
                   std::size_t positions) {
  std::set<HookPoint> own, other;
  std::size_t columns = 0;  // of all that is kept, at one position
  for (const Senders& senders : paths) {
    own.merge(plan.places(senders));
    for (const Sender& sender : senders) other.insert(sender.at);
    for (const HookPoint& receiver : plan.receivers)
      if (is_behind(receiver, senders)) columns += columns_of(receiver.kind, config);
  }
  for (const auto* places : {&own, &other})
    for (const HookPoint& place : *places) columns += columns_of(place.kind, config);
  const std::size_t rows = std::min(paths.size(), block_size(positions)) * positions;
  const std::size_t widths = 3 * config.width + 2 * std::max(config.width, config.mlp_width);
  return static_cast<double>(sizeof(float)) * static_cast<double>(positions * columns + rows * widths);
}

}  // namespace hookflow

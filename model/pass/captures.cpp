#include "model/pass/captures.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "model/numerics/parallel.hpp"

namespace hookflow {
namespace {

std::vector<std::size_t> resolve_heads(const ForwardPlan::Capture& capture, const Config& config) {
  if (!has_heads(capture.at.kind)) {
    if (!capture.heads.empty()) {
      throw std::logic_error(to_string(capture.at) + " has no heads to choose from");
    }
    return {0};
  }
  std::vector<std::size_t> heads = capture.heads;
  if (heads.empty()) {
    heads.resize(config.heads);
    std::iota(heads.begin(), heads.end(), std::size_t{0});
  }
  for (const std::size_t head : heads) {
    if (head >= config.heads) {
      throw std::logic_error(to_string(capture.at) + ": head " + std::to_string(head) +
                             " is out of range; the model has " + std::to_string(config.heads) +
                             " heads, 0-" + std::to_string(config.heads - 1));
    }
  }
  return heads;
}

}  // namespace

std::vector<std::size_t> capture_shape(const ForwardPlan::Capture& capture, const FedLength& fed,
                                       const Config& config) {
  auto [axes, sizes] = shape(capture.at.kind, config);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] == "position") {
      sizes[i] = capture.positions.resolve(fed).size();
    }
    if (axes[i] == "key_position") {
      sizes[i] = fed.all();
    }
    if (axes[i] == "head" && !capture.heads.empty()) {
      sizes[i] = capture.heads.size();
    }
  }
  return sizes;
}

Captures::Captures(const Config& config, const ForwardPlan& plan) : config_(config) {
  for (const ForwardPlan::Capture& capture : plan.captures) {
    if (in_block(capture.at.kind) && capture.at.layer >= config.layers) {
      throw std::logic_error(to_string(capture.at) + ": layer " + std::to_string(capture.at.layer) +
                             " is out of range; the model has " + std::to_string(config.layers) +
                             " layers, 0-" + std::to_string(config.layers - 1));
    }
    if (!places_.emplace(capture.at, Place{&capture, resolve_heads(capture, config), {}}).second) {
      throw std::logic_error(to_string(capture.at) + " is captured twice in one plan");
    }
  }
}

void Captures::add_sequence(const FedLength& fed, const HookPoint& from, PassResult& result) {
  for (auto& [point, place] : places_) {
    Slot slot;
    if (!(point < from)) {
      slot.positions = place.asked->positions.resolve(fed);
      slot.tensor = &(result.captured[point] = Tensor(capture_shape(*place.asked, fed, config_)));
    }
    place.slots.push_back(std::move(slot));
  }
}

void Captures::take(const HookPoint& point, const RowLayout& layout, View values) {
  const auto found = places_.find(point);
  if (found == places_.end()) {
    return;
  }
  const Place& place = found->second;
  const std::size_t width = has_heads(point.kind) ? values.columns / config_.heads : values.columns;
  for (std::size_t index = 0; index < place.heads.size(); ++index) {
    copy_head(place, index, layout, values.column_range(place.heads[index] * width, width));
  }
}

void Captures::take_head(const HookPoint& point, std::size_t head, const RowLayout& layout, View values) {
  const Place& place = places_.at(point);
  for (std::size_t index = 0; index < place.heads.size(); ++index) {
    if (place.heads[index] == head) {
      copy_head(place, index, layout, values);
    }
  }
}

void Captures::copy_head(const Place& place, std::size_t head_index, const RowLayout& layout, View values) {
  parallel_blocks(place.slots.size(), [&](std::size_t sequence) {
    const Slot& slot = place.slots[sequence];
    for (std::size_t i = 0; slot.tensor != nullptr && i < slot.positions.size(); ++i) {
      const auto from = values.row(layout.first(sequence) + layout.find(sequence, slot.positions[i]));
      const std::size_t to = (i * place.heads.size() + head_index) * values.columns;
      std::copy(from.begin(), from.end(), slot.tensor->values.begin() + static_cast<std::ptrdiff_t>(to));
    }
  });
}

void Captures::take_square(const HookPoint& point, std::size_t sequence, std::size_t head,
                           std::span<const std::size_t> queries, View values) {
  const auto found = places_.find(point);
  if (found == places_.end() || found->second.slots[sequence].tensor == nullptr) {
    return;
  }
  const Place& place = found->second;
  const Slot& slot = place.slots[sequence];
  for (std::size_t index = 0; index < place.heads.size(); ++index) {
    for (std::size_t i = 0; place.heads[index] == head && i < slot.positions.size(); ++i) {
      const auto query =
          std::lower_bound(queries.begin(), queries.end(), slot.positions[i]) - queries.begin();
      const auto from = values.row(static_cast<std::size_t>(query));
      const std::size_t to = (index * slot.positions.size() + i) * values.columns;
      std::copy(from.begin(), from.end(), slot.tensor->values.begin() + static_cast<std::ptrdiff_t>(to));
    }
  }
}

}  // namespace hookflow

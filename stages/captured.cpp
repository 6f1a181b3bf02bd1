#include "stages/captured.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow::stages {
namespace {

std::size_t index_of(const std::vector<std::size_t>& kept, std::size_t wanted, const char* what) {
  const auto found = std::find(kept.begin(), kept.end(), wanted);
  if (found == kept.end()) throw std::logic_error(std::string("the pass did not keep a wanted ") + what);
  return static_cast<std::size_t>(found - kept.begin());
}

}  // namespace

bool is_square(HookKind kind) { return shape(kind, Config{}).axes.front() == "head"; }

Captured::Captured(const PassResult& result, const ForwardPlan& plan, const HookPoint& place,
                   std::size_t length)
    : square_(is_square(place.kind)) {
  const auto capture = std::find_if(plan.captures.begin(), plan.captures.end(),
                                    [&](const ForwardPlan::Capture& kept) { return kept.at == place; });
  const auto tensor = result.captured.find(place);
  if (capture == plan.captures.end() || tensor == result.captured.end()) {
    throw std::logic_error("the pass did not keep " + to_string(place));
  }
  values_ = tensor->second.matrix();
  positions_ = capture->positions.resolve(length);
  heads_ = capture->heads;
  head_count_ = tensor->second.shape.size() == 2 ? 1 : tensor->second.shape[square_ ? 0 : 1];
}

std::span<const float> Captured::row(std::size_t position, std::size_t head) const {
  const std::size_t p = index_of(positions_, position, "position");
  const std::size_t h = heads_.empty() ? head : index_of(heads_, head, "head");
  return values_.row(square_ ? h * positions_.size() + p : p * head_count_ + h);
}

}  // namespace hookflow::stages

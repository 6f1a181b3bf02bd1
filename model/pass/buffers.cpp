#include "model/pass/buffers.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "model/memory/scratch.hpp"

namespace hookflow {

std::array<std::size_t, Buffers::kCount> Buffers::widths(const Config& config) {
  const std::size_t d = config.width;
  const std::size_t a = config.attention_width();
  return {d, std::max(d, a), d, std::max(3 * a, config.mlp_width), 1};
}

std::size_t Buffers::floats(const Config& config, std::size_t rows) {
  const auto each = widths(config);
  return rows * std::accumulate(each.begin(), each.end(), std::size_t{0});
}

Buffers::Buffers(const Config& config, std::size_t rows)
    : config_(config), storage_(scratch_floats(floats(config, rows))) {
  const auto each = widths(config);
  MutableView* const views[] = {&residual_, &normalized_, &out_, &wide_, &scale_};
  float* next = storage_.get();
  for (std::size_t i = 0; i < kCount; ++i) {
    *views[i] = {next, rows, each[i]};
    next += rows * each[i];
  }
}

MutableView Buffers::keys_and_values() const {
  const std::size_t a = config_.attention_width();
  return MutableView(wide_.data, wide_.rows, 3 * a).column_range(a, 2 * a);
}

MutableView Buffers::of(HookKind kind) const {
  using enum HookKind;
  const std::size_t a = config_.attention_width();
  switch (kind) {
    case q:
      return MutableView(wide_.data, wide_.rows, 3 * a).column_range(0, a);
    case k:
      return keys_and_values().column_range(0, a);
    case v:
      return keys_and_values().column_range(a, a);
    case z:
      return {normalized_.data, normalized_.rows, a};
    case ln1_normalized:
    case ln2_normalized:
    case ln_final_normalized:
      return {normalized_.data, normalized_.rows, config_.width};
    case ln1_scale:
    case ln2_scale:
    case ln_final_scale:
      return scale_;
    case pos_embed:
    case attn_out:
    case mlp_out:
      return out_;
    case mlp_pre:
    case mlp_post:
      return {wide_.data, wide_.rows, config_.mlp_width};
    case embed:
    case resid_pre:
    case resid_mid:
    case resid_post:
      return residual_;
    case scores_raw:
    case attn_scores:
    case pattern:
    case result:
    case logits:
      break;
  }
  throw std::logic_error(pattern_name(kind) + " has no buffer: it is computed piece by piece");
}

}  // namespace hookflow

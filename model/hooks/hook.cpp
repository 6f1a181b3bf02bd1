#include "model/hooks/hook.hpp"

#include <array>
#include <tuple>

namespace hookflow {
namespace {

enum class Axes { width, scale, heads, result, square, mlp, vocabulary };

struct HookInfo {
  HookKind kind;
  std::string_view name;
  Axes axes;
  bool editable;
};

constexpr bool kEditable = true;
constexpr bool kReadOnly = false;

// In the order of HookKind, which is the order of the pass.
constexpr std::array kHooks = {
    HookInfo{HookKind::embed, "hook_embed", Axes::width, kEditable},
    HookInfo{HookKind::pos_embed, "hook_pos_embed", Axes::width, kEditable},
    HookInfo{HookKind::resid_pre, "blocks.*.hook_resid_pre", Axes::width, kEditable},
    HookInfo{HookKind::ln1_scale, "blocks.*.ln1.hook_scale", Axes::scale, kReadOnly},
    HookInfo{HookKind::ln1_normalized, "blocks.*.ln1.hook_normalized", Axes::width, kReadOnly},
    HookInfo{HookKind::q, "blocks.*.attn.hook_q", Axes::heads, kEditable},
    HookInfo{HookKind::k, "blocks.*.attn.hook_k", Axes::heads, kEditable},
    HookInfo{HookKind::v, "blocks.*.attn.hook_v", Axes::heads, kEditable},
    HookInfo{HookKind::scores_raw, "blocks.*.attn.hook_scores_raw", Axes::square, kReadOnly},
    HookInfo{HookKind::attn_scores, "blocks.*.attn.hook_attn_scores", Axes::square, kEditable},
    HookInfo{HookKind::pattern, "blocks.*.attn.hook_pattern", Axes::square, kEditable},
    HookInfo{HookKind::z, "blocks.*.attn.hook_z", Axes::heads, kEditable},
    HookInfo{HookKind::result, "blocks.*.attn.hook_result", Axes::result, kReadOnly},
    HookInfo{HookKind::attn_out, "blocks.*.hook_attn_out", Axes::width, kEditable},
    HookInfo{HookKind::resid_mid, "blocks.*.hook_resid_mid", Axes::width, kEditable},
    HookInfo{HookKind::ln2_scale, "blocks.*.ln2.hook_scale", Axes::scale, kReadOnly},
    HookInfo{HookKind::ln2_normalized, "blocks.*.ln2.hook_normalized", Axes::width, kReadOnly},
    HookInfo{HookKind::mlp_pre, "blocks.*.mlp.hook_pre", Axes::mlp, kReadOnly},
    HookInfo{HookKind::mlp_post, "blocks.*.mlp.hook_post", Axes::mlp, kEditable},
    HookInfo{HookKind::mlp_out, "blocks.*.hook_mlp_out", Axes::width, kEditable},
    HookInfo{HookKind::resid_post, "blocks.*.hook_resid_post", Axes::width, kEditable},
    HookInfo{HookKind::ln_final_scale, "ln_final.hook_scale", Axes::scale, kReadOnly},
    HookInfo{HookKind::ln_final_normalized, "ln_final.hook_normalized", Axes::width, kReadOnly},
    HookInfo{HookKind::logits, "unembed.hook_out", Axes::vocabulary, kReadOnly},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < kHooks.size(); ++i)
    if (static_cast<std::size_t>(kHooks[i].kind) != i) return false;
  return true;
}
static_assert(in_order(), "kHooks must be in the order of HookKind");

const HookInfo& info(HookKind kind) { return kHooks.at(static_cast<std::size_t>(kind)); }

int section(HookKind kind) { return kind <= HookKind::pos_embed ? 0 : in_block(kind) ? 1 : 2; }

}  // namespace

std::strong_ordering operator<=>(const HookPoint& a, const HookPoint& b) {
  return std::tuple(section(a.kind), a.layer, a.kind) <=> std::tuple(section(b.kind), b.layer, b.kind);
}

std::string to_string(const HookPoint& point) {
  std::string name = pattern_name(point.kind);
  if (in_block(point.kind)) {
    name.replace(name.find('*'), 1, std::to_string(point.layer));
  }
  return name;
}

std::string pattern_name(HookKind kind) { return std::string(info(kind).name); }

bool in_block(HookKind kind) { return kind >= HookKind::resid_pre && kind <= HookKind::resid_post; }

bool has_heads(HookKind kind) {
  const Axes axes = info(kind).axes;
  return axes == Axes::heads || axes == Axes::result || axes == Axes::square;
}

bool is_square(HookKind kind) { return info(kind).axes == Axes::square; }

std::size_t layers_to(const HookPoint& point, const Config& config) {
  if (in_block(point.kind)) {
    return point.layer + 1;
  }
  return point.kind <= HookKind::pos_embed ? 0 : config.layers;
}

bool editable(HookKind kind) { return info(kind).editable; }

HookShape shape(HookKind kind, const Config& config) {
  switch (info(kind).axes) {
    case Axes::width:
      return {{"position", "model_dim"}, {0, config.width}};
    case Axes::scale:
      return {{"position", "scale"}, {0, 1}};
    case Axes::heads:
      return {{"position", "head", "head_dim"}, {0, config.heads, config.head_width}};
    case Axes::result:
      return {{"position", "head", "model_dim"}, {0, config.heads, config.width}};
    case Axes::square:
      return {{"head", "position", "key_position"}, {config.heads, 0, 0}};
    case Axes::mlp:
      return {{"position", "mlp_dim"}, {0, config.mlp_width}};
    case Axes::vocabulary:
      break;
  }
  return {{"position", "vocabulary"}, {0, config.vocabulary}};
}

std::vector<HookKind> all_hook_kinds() {
  std::vector<HookKind> kinds;
  kinds.reserve(kHooks.size());
  for (const HookInfo& hook : kHooks) {
    kinds.push_back(hook.kind);
  }
  return kinds;
}

}  // namespace hookflow

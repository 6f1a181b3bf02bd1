#pragma once
#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/architecture/config.hpp"

namespace hookflow {

/// The named places of one forward pass, in the order in which the pass reaches them.
enum class HookKind {
  embed,
  pos_embed,
  resid_pre,
  ln1_scale,
  ln1_normalized,
  q,
  k,
  v,
  scores_raw,
  attn_scores,
  pattern,
  z,
  result,
  attn_out,
  resid_mid,
  ln2_scale,
  ln2_normalized,
  mlp_pre,
  mlp_post,
  mlp_out,
  resid_post,
  ln_final_scale,
  ln_final_normalized,
  logits,
};

/// One place of one pass. Ordered as the pass reaches them: embeddings, then layer by layer, then the head.
struct HookPoint {
  HookKind kind = HookKind::embed;
  std::size_t layer = 0;  // 0 for a place outside the blocks

  friend bool operator==(const HookPoint&, const HookPoint&) = default;
  friend std::strong_ordering operator<=>(const HookPoint& a, const HookPoint& b);
};

/// The same place in some layers and, where it has heads, for some heads.
struct HookSelection {
  HookKind kind = HookKind::embed;
  std::vector<std::size_t> layers;                // ascending; empty for a place outside the blocks
  std::optional<std::vector<std::size_t>> heads;  // none: the place as a whole
};

/// The axes of what a place holds of one prompt: (position, model_dim) at most places; (position, head,
/// head_dim) at q, k, v and z; (position, head, model_dim) at result; (head, position, key_position) at
/// scores and pattern; (position, mlp_dim) inside the MLP; (position, scale) at a norm's scale; (position,
/// vocabulary) at the logits.
struct HookShape {
  std::vector<std::string> axes;
  std::vector<std::size_t> sizes;  // 0 where the prompt's length decides
};

/// Reads `blocks.5.attn.hook_z[1]`, `blocks.*.hook_resid_post`, `blocks.0-3,7.attn.hook_q[0,2]`, or a path of
/// config.modules such as GPT-2's `h.5.attn.c_proj:input`; its `h.5.attn.c_attn:output` is q, k and v and so
/// gives three. Throws UnknownName, or ModelError with the range of layers or heads, or why a place has no
/// heads.
std::vector<HookSelection> parse_hooks(std::string_view text, const Config& config);

/// As TransformerLens spells it: `blocks.5.attn.hook_z`.
std::string to_string(const HookPoint& point);
/// The name with `*` for the layer: `blocks.*.attn.hook_z`.
std::string pattern_name(HookKind kind);

bool in_block(HookKind kind);
bool has_heads(HookKind kind);
/// Whether a place holds a number for every query and key.
bool is_square(HookKind kind);
/// How many layers must be run for what a place holds to be there.
std::size_t layers_to(const HookPoint& point, const Config& config);
/// Whether an intervention may edit this place.
bool editable(HookKind kind);
HookShape shape(HookKind kind, const Config& config);
/// Every place, in order, for listings.
std::vector<HookKind> all_hook_kinds();

}  // namespace hookflow

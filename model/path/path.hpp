#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "model/hooks/hook.hpp"

namespace hookflow {

// Path patching (Goldowsky-Dill et al., 2023; Wang et al., 2022): what a part of the model sends along the
// residual stream to another part, with attention in between held at the pass's own.

/// A part that sends: heads (hook_z), an MLP (hook_mlp_out) or an embedding.
struct Sender {
  HookPoint at;
  std::optional<std::size_t> head{};  // none: the place as a whole

  friend bool operator==(const Sender&, const Sender&) = default;
};

/// Those that send together.
using Senders = std::vector<Sender>;

/// As it is written in a workflow: `blocks.5.attn.hook_z[1]`.
std::string to_string(const Sender& sender);

bool can_send(HookKind kind);
/// Places whose values are a function of the residual stream at their own position: q, k and v, what is
/// inside or behind an MLP, and the stream itself.
bool can_receive(HookKind kind);

/// The first place of the residual stream that holds what is sent.
HookPoint entry_of(const Sender& sender);
/// The place of the residual stream that a receiver reads.
HookPoint input_of(const HookPoint& receiver);
/// Whether anything of what is sent can arrive.
bool is_behind(const HookPoint& receiver, const Senders& senders);

}  // namespace hookflow

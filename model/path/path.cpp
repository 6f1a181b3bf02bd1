#include "model/path/path.hpp"

#include <algorithm>
#include <stdexcept>

namespace hookflow {

std::string to_string(const Sender& sender) {
  return to_string(sender.at) + (sender.head ? "[" + std::to_string(*sender.head) + "]" : "");
}

bool can_send(HookKind kind) {
  using enum HookKind;
  return kind == embed || kind == pos_embed || kind == z || kind == mlp_out;
}

bool can_receive(HookKind kind) {
  using enum HookKind;
  return kind == q || kind == k || kind == v || kind == mlp_post || kind == mlp_out || kind == resid_pre ||
         kind == resid_mid || kind == resid_post;
}

HookPoint entry_of(const Sender& sender) {
  using enum HookKind;
  switch (sender.at.kind) {
    case embed:
    case pos_embed:
      return {resid_pre, 0};
    case z:
      return {resid_mid, sender.at.layer};
    case mlp_out:
      return {resid_post, sender.at.layer};
    default:
      throw std::logic_error(to_string(sender) + " sends nothing");
  }
}

HookPoint input_of(const HookPoint& receiver) {
  using enum HookKind;
  switch (receiver.kind) {
    case q:
    case k:
    case v:
      return {resid_pre, receiver.layer};
    case mlp_post:
    case mlp_out:
      return {resid_mid, receiver.layer};
    default:
      return receiver;
  }
}

bool is_behind(const HookPoint& receiver, const Senders& senders) {
  return std::ranges::any_of(senders,
                             [&](const Sender& sender) { return entry_of(sender) <= input_of(receiver); });
}

}  // namespace hookflow

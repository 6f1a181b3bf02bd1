// Who can send to whom along the residual stream.
#include "model/path/path.hpp"

#include <gtest/gtest.h>

namespace hookflow {
namespace {

using enum HookKind;

TEST(Path, GoesFromHeadsToTheMlpOfTheirOwnLayerAndToAllBehind) {
  const Senders head = {{{z, 1}, 0}};
  for (const HookKind kind : {resid_mid, mlp_post, mlp_out, resid_post}) {
    EXPECT_FALSE(is_behind({kind, 0}, head)) << pattern_name(kind);
    EXPECT_TRUE(is_behind({kind, 1}, head)) << pattern_name(kind);
  }
  for (const HookKind kind : {resid_pre, q, k, v}) {
    EXPECT_FALSE(is_behind({kind, 1}, head)) << pattern_name(kind);
    EXPECT_TRUE(is_behind({kind, 2}, head)) << pattern_name(kind);
  }
}

TEST(Path, GoesFromMlpsToTheLayersBehindAndFromEmbeddingsToAll) {
  const Senders mlp = {{{mlp_out, 1}}};
  EXPECT_FALSE(is_behind({mlp_post, 1}, mlp));
  EXPECT_FALSE(is_behind({resid_mid, 1}, mlp));
  EXPECT_TRUE(is_behind({resid_post, 1}, mlp));
  EXPECT_TRUE(is_behind({k, 2}, mlp));
  EXPECT_TRUE(is_behind({q, 0}, {{{embed, 0}}}));
  EXPECT_TRUE(is_behind({q, 0}, {{{mlp_out, 1}}, {{pos_embed, 0}}})) << "one of those that send together";
}

TEST(Path, BeginsAndEndsWhereTheStreamIsReadOrWrittenPositionByPosition) {
  for (const HookKind kind : all_hook_kinds()) {
    EXPECT_EQ(can_send(kind), kind == z || kind == mlp_out || kind == embed || kind == pos_embed);
    EXPECT_TRUE(editable(kind) || !can_receive(kind)) << pattern_name(kind);
  }
  for (const HookKind kind : {z, pattern, attn_out, embed, logits}) EXPECT_FALSE(can_receive(kind));
  EXPECT_EQ(to_string(Sender{{z, 5}, 1}), "blocks.5.attn.hook_z[1]");
  EXPECT_EQ(to_string(Sender{{embed, 0}}), "hook_embed");
}

}  // namespace
}  // namespace hookflow

// {path: pass, senders: ...}: what heads, MLPs and embeddings send from another pass.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/values/spelling.hpp"
#include "stages/subject/pass_request.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

pipeline::Prompt prompt(std::string id, std::vector<std::int64_t> ids, std::string other) {
  pipeline::Prompt made = ids_prompt(std::move(id), std::move(ids));
  made.others["other"] = std::move(other);
  return made;
}

std::vector<pipeline::Prompt> two_prompts() {
  return {prompt("a", {45, 49, 73, 92}, "[24, 49, 73, 30]"), prompt("b", {73, 30}, "[73, 9]")};
}

/// Two texts of each prompt, a pass of each, and variants of the corrupted one. The model has 3 heads.
struct Sending {
  StageChain chain;
  pipeline::Output output;

  explicit Sending(const std::string& params, std::vector<pipeline::Prompt> prompts = two_prompts(),
                   const std::string& from = "clean", const std::string& own_edits = "{}")
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("others", "tokenize", "{column: other}");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("corrupted", "forward", own_edits, {"others"});
    output = chain.add("sent", "ablate", params, {"corrupted", "", from});
    for (const char* id : {"clean", "corrupted", "sent"}) {
      PassRequest request;
      request.keep_logits(Positions::last());
      chain.ask(id, std::move(request));
    }
  }
  std::vector<float> of_pass(const std::string& id, std::size_t of = 0) {
    return tensor_of(chain.value<Pass>(id, of).result().logits).values;
  }
  std::vector<float> of_variant(std::size_t variant, std::size_t of = 0) {
    return tensor_of(chain.value<Variants>("sent", of).results.at(variant).logits).values;
  }
  [[nodiscard]] std::vector<std::string> axes() const {
    std::vector<std::string> names;
    for (const pipeline::Axis& axis : output.expands) names.push_back(axis.name);
    return names;
  }
};

std::string path(const std::string& rest) { return "{path: clean, senders: " + rest + "}"; }

std::string message_of(const std::string& at, const std::string& with) {
  return refusal<pipeline::ParamError>([&] { Sending("{at: \"" + at + "\", with: " + with + "}"); });
}

double distance(const std::vector<float>& a, const std::vector<float>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
  return most;
}

TEST(PathEdit, SendersAreAxesAndThoseThatReceiveNothingHaveNoValue) {
  Sending made("{at: \"blocks.*.attn.hook_q[*]\", with: " + path("\"blocks.*.attn.hook_z[*]\"") + "}");
  EXPECT_EQ(made.axes(),
            (std::vector<std::string>{"replacement", "sender_layer", "sender_head", "layer", "head"}));
  const std::size_t layers = made.output.expands[1].size();
  const std::vector<bool> fits = made.chain.value<Variants>("sent").fits;
  ASSERT_EQ(fits.size(), layers * 3 * layers * 3);
  for (std::size_t i = 0; i < fits.size(); ++i) {
    const std::size_t from = i / (9 * layers), to = i / 3 % layers;
    EXPECT_EQ(fits[i], from < to) << from << " to " << to;
    EXPECT_TRUE(fits[i] || made.of_variant(i) == made.of_pass("corrupted"));
  }
  EXPECT_GT(distance(made.of_variant(3), made.of_pass("corrupted")), 1e-6) << "layer 0 to layer 1";
}

TEST(PathEdit, FromThePassItselfChangesNothing) {
  Sending made(
      "{at: blocks.1.hook_resid_post, with: {path: corrupted, senders: \"blocks.*.attn.hook_z[*]\"}}",
      two_prompts(), "corrupted");
  for (std::size_t i = 0; i < 6; ++i)
    EXPECT_LT(distance(made.of_variant(i), made.of_pass("corrupted")), 1e-5) << i;
}

TEST(PathEdit, ThatAllTakeTogetherIsTheOtherPass) {
  Sending made("{variants: [{name: all, edits: {at: blocks.1.hook_resid_post, with: " +
               path("[hook_embed, \"blocks.*.attn.hook_z\"]") + "}}]}");
  for (const std::size_t of : {0, 1}) {
    EXPECT_LT(distance(made.of_variant(0, of), made.of_pass("clean", of)), 1e-4);
    EXPECT_GT(distance(made.of_variant(0, of), made.of_pass("corrupted", of)), 1e-2);
  }
}

TEST(PathEdit, OfTheLastLayersHeadIsWhatPuttingInTheHeadItselfDoes) {
  Sending sent(
      "{at: blocks.-1.hook_resid_post, positions: last, with: " + path("\"blocks.1.attn.hook_z[2]\"") + "}");
  Sending put("{at: \"blocks.1.attn.hook_z[2]\", positions: last, with: {from: clean}}");
  EXPECT_LT(distance(sent.of_variant(0), put.of_variant(0)), 1e-4);
  EXPECT_GT(distance(sent.of_variant(0), sent.of_pass("corrupted")), 1e-3);
}

TEST(PathEdit, MlpsBetweenAreComputedUnlessTheyAreFrozen) {
  const auto receiver = [](const std::string& with) {
    return "{at: blocks.1.hook_resid_post, with: [" + with + "]}";
  };
  const std::string sender = "\"blocks.0.attn.hook_z[1]\"";
  Sending both(receiver(path(sender + ", mlps: computed") + ", " + path(sender + ", mlps: frozen")));
  EXPECT_EQ(pipeline::label_of(both.output.expands[0], 1), "path_clean_mlps_frozen");
  EXPECT_GT(distance(both.of_variant(0), both.of_variant(1)), 1e-5);
  Sending plain(receiver(path(sender)));
  EXPECT_LT(distance(plain.of_variant(0), both.of_variant(0)), 1e-5);
}

TEST(PathEdit, SendersOfALayerSendTogetherWhereItIsSaid) {
  const std::string with = "with: " + path("\"blocks.*.attn.hook_z[*]\"");
  Sending together("{at: blocks.1.hook_resid_post, together: sender_head, " + with + "}");
  EXPECT_EQ(together.axes(), (std::vector<std::string>{"replacement", "sender_layer", "layer"}));
  Sending whole("{at: blocks.1.hook_resid_post, with: " + path("\"blocks.*.attn.hook_z\"") + "}");
  for (const std::size_t layer : {0, 1})
    EXPECT_LT(distance(together.of_variant(layer), whole.of_variant(layer)), 1e-4);
}

TEST(PathEdit, SendersOfSeveralKindsAreNamedAlongOneAxis) {
  Sending made("{at: blocks.1.hook_resid_post, with: " + path("[hook_embed, \"blocks.*.hook_mlp_out\"]") +
               "}");
  EXPECT_EQ(made.axes(), (std::vector<std::string>{"replacement", "sender", "layer"}));
  EXPECT_EQ(pipeline::label_of(made.output.expands[1], 2), "blocks.1.hook_mlp_out");
}

TEST(PathEdit, TakesOtherPositionsWhereTheyAreNamedOnBothSides) {
  const auto uneven = [] { return std::vector{prompt("a", {45, 49, 73}, "[24, 73]")}; };
  const auto params = [](const std::string& more) {
    return "{at: blocks.1.hook_resid_post, positions: last, with: {path: clean, senders: hook_embed" + more +
           "}}";
  };
  Sending made(params(", positions: last"), uneven());
  EXPECT_LT(distance(made.of_variant(0), made.of_pass("corrupted")), 1e-6) << "the same token";
  Sending first(params(", positions: [0]"), uneven());
  EXPECT_GT(distance(first.of_variant(0), first.of_pass("corrupted")), 1e-3);
  const std::string message = refusal<pipeline::ParamError>([&] { Sending(params(""), uneven()); });
  for (const char* part : {"2 tokens", "3 in 'clean'", "{path: clean, senders: ..., positions: ...}"})
    EXPECT_NE(message.find(part), std::string::npos) << message;
}

TEST(PathEdit, SaysWhatSendersAndReceiversMustBe) {
  const std::string end = "blocks.1.hook_resid_post", heads = "\"blocks.*.attn.hook_z[*]\"";
  const std::vector<std::vector<std::string>> cases = {
      {end, "{path: clean}", "senders is missing"},
      {end, path("blocks.0.attn.hook_zz"), "no hook point has this name", "hook_z"},
      {end, path("blocks.7.hook_mlp_out"), "layer 7 is out of range"},
      {end, path("blocks.0.attn.hook_q"), "hook_q sends nothing", "must be attn.hook_z"},
      {end, path("[]"), "list is empty"},
      {end, path("[\"blocks.0.attn.hook_z[1]\", blocks.0.attn.hook_z]"), "is given twice"},
      {end, path(heads + ", mlps: held"), "mlps: unknown 'held'", "frozen"},
      {end, path(heads + ", mlp: frozen"), "unknown key 'mlp'", "mlps"},
      {end, "[" + path(heads) + ", " + path("hook_embed, name: other") + "]", "the same of all paths"},
      {"blocks.1.attn.hook_z[*]", path(heads), "blocks.*.attn.hook_z does not"},
      {"hook_embed", path(heads), "hook_embed does not"}};
  for (const auto& one : cases) {
    const std::string message = message_of(one[0], one[1]);
    for (std::size_t part = 2; part < one.size(); ++part)
      EXPECT_NE(message.find(one[part]), std::string::npos) << one[1] << "\n" << message;
  }
}

TEST(PathEdit, ThatCannotBeCarriedIsRefused) {
  const std::string backwards = refusal<pipeline::ParamError>([] {
    Sending("{variants: [{name: back, edits: {at: \"blocks.0.attn.hook_q[0]\", with: " +
            path("blocks.1.hook_mlp_out") + "}}]}");
  });
  EXPECT_NE(backwards.find("nothing that is edited is behind a sender"), std::string::npos) << backwards;
  EXPECT_NE(
      message_of("blocks.0.attn.hook_q", path("\"blocks.*.attn.hook_z[*]\"")).find("is behind a sender"),
      std::string::npos);
  const auto on_edited = [](const std::string& at) {
    Sending("{at: blocks.1.hook_resid_post, with: " + path("hook_embed") + "}", two_prompts(), "clean",
            "{edits: [{at: " + at + ", with: {scale: 2}}]}");
  };
  const std::string edited = refusal<pipeline::ParamError>([&] { on_edited("blocks.0.hook_mlp_out"); });
  EXPECT_NE(edited.find("an edit of its own at blocks.0.hook_mlp_out"), std::string::npos) << edited;
  EXPECT_NO_THROW(on_edited("hook_embed"));
}

TEST(PathEdit, IsNotMadeInAPassOfItsOwn) {
  StageChain chain(golden_model("three_heads"), two_prompts());
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  const std::string edits = "{edits: [{at: blocks.1.hook_resid_post, with: " + path("hook_embed") + "}]}";
  const std::string message = refusal<pipeline::ParamError>([&] {
    chain.add("sent", "forward", edits, {"tokens", "", "clean"});
  });
  EXPECT_NE(message.find("make this edit in an ablate stage"), std::string::npos) << message;
}

}  // namespace
}  // namespace hookflow::stages

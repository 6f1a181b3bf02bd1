#include "model/hooks/hook.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "model/error.hpp"
#include "model/gpt2/gpt2.hpp"

namespace hookflow {
namespace {

using Indices = std::vector<std::size_t>;

Config small() {
  Config config;
  config.layers = 12;
  config.heads = 4;
  config.width = 32;
  config.head_width = 8;
  config.mlp_width = 128;
  config.vocabulary = 50;
  config.modules = &gpt2::module_names();
  return config;
}

HookSelection parse_one(std::string_view text) {
  const auto selections = parse_hooks(text, small());
  EXPECT_EQ(selections.size(), 1U) << text;
  return selections.at(0);
}

std::string refusal(std::string_view text) {
  try {
    parse_hooks(text, small());
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseHooks, ReadsEveryNameThatIsPrinted) {
  for (const HookKind kind : all_hook_kinds()) {
    const HookPoint point{kind, in_block(kind) ? std::size_t{7} : 0};
    const HookSelection selection = parse_one(to_string(point));
    EXPECT_EQ(selection.kind, kind);
    EXPECT_EQ(selection.layers, in_block(kind) ? Indices{7} : Indices{});
    EXPECT_FALSE(selection.heads);
    EXPECT_EQ(parse_one(pattern_name(kind)).layers.size(), in_block(kind) ? 12U : 0U);
  }
}

TEST(ParseHooks, SpellsNamesAsTransformerLensDoes) {
  EXPECT_EQ(to_string({HookKind::z, 5}), "blocks.5.attn.hook_z");
  EXPECT_EQ(to_string({HookKind::resid_post, 11}), "blocks.11.hook_resid_post");
  EXPECT_EQ(to_string({HookKind::mlp_post, 0}), "blocks.0.mlp.hook_post");
  EXPECT_EQ(to_string({HookKind::ln_final_normalized, 0}), "ln_final.hook_normalized");
  EXPECT_EQ(pattern_name(HookKind::attn_scores), "blocks.*.attn.hook_attn_scores");
}

TEST(ParseHooks, ReadsListsOfLayersAndHeads) {
  EXPECT_EQ(parse_one("blocks.0-3.attn.hook_z").layers, (Indices{0, 1, 2, 3}));
  EXPECT_EQ(parse_one("blocks.7,0,2-3,2.attn.hook_z").layers, (Indices{0, 2, 3, 7}));
  EXPECT_EQ(parse_one("blocks.1.attn.hook_z[*]").heads, (Indices{0, 1, 2, 3}));
  EXPECT_EQ(parse_one("blocks.*.attn.hook_pattern[3,0-1]").heads, (Indices{0, 1, 3}));
}

TEST(ParseHooks, CountsNegativeNumbersFromTheEnd) {
  const std::size_t last = parse_one("blocks.*.attn.hook_z").layers.back();
  EXPECT_EQ(parse_one("blocks.-1.attn.hook_z").layers, Indices{last});
  EXPECT_EQ(parse_one("blocks.-2--1,0.attn.hook_z").layers, (Indices{0, last - 1, last}));
  EXPECT_EQ(parse_one("blocks.0.attn.hook_z[1--1]").heads, (Indices{1, 2, 3}));
  EXPECT_EQ(parse_one("blocks.0.attn.hook_z[-4]").heads, Indices{0});
  for (const char* outside : {"blocks.0.attn.hook_z[-5]", "blocks.0.attn.hook_z[-0]",
                              "blocks.0.attn.hook_z[--1]", "blocks.0.attn.hook_z[-]"})
    EXPECT_THROW(parse_one(outside), ModelError) << outside;
}

TEST(ParseHooks, ReadsHuggingFacePaths) {
  const std::vector<std::pair<std::string, HookKind>> paths = {
      {"h.5.attn.c_proj:input", HookKind::z},
      {"transformer.h.5.attn.c_proj:input", HookKind::z},
      {"h.5:output", HookKind::resid_post},
      {"h.5:input", HookKind::resid_pre},
      {"h.5.attn:output", HookKind::attn_out},
      {"h.5.attn.c_proj:output", HookKind::attn_out},
      {"h.5.mlp:output", HookKind::mlp_out},
      {"h.5.mlp.c_proj:output", HookKind::mlp_out},
      {"h.5.mlp.c_proj:input", HookKind::mlp_post},
      {"h.5.mlp.act:output", HookKind::mlp_post},
      {"h.5.mlp.c_fc:output", HookKind::mlp_pre},
      {"h.5.ln_1:output", HookKind::ln1_normalized},
      {"h.5.ln_2:output", HookKind::ln2_normalized},
      {"h.5.ln_2:input", HookKind::resid_mid},
      {"wte:output", HookKind::embed},
      {"transformer.wpe:output", HookKind::pos_embed},
      {"ln_f:output", HookKind::ln_final_normalized},
      {"lm_head:output", HookKind::logits},
  };
  for (const auto& [path, kind] : paths) {
    EXPECT_EQ(parse_one(path).kind, kind) << path;
    EXPECT_EQ(parse_one(path).layers, in_block(kind) ? Indices{5} : Indices{}) << path;
  }
  EXPECT_EQ(parse_one("h.*.attn.c_proj:input[2]").heads, Indices{2});
}

TEST(ParseHooks, GivesQKAndVForTheirJointOutput) {
  const auto selections = parse_hooks("h.2-3.attn.c_attn:output[1]", small());
  ASSERT_EQ(selections.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(selections[i].kind, (std::vector{HookKind::q, HookKind::k, HookKind::v}[i]));
    EXPECT_EQ(selections[i].layers, (Indices{2, 3}));
    EXPECT_EQ(selections[i].heads, Indices{1});
  }
}

TEST(ParseHooks, RefusesAnUnknownNameAndTellsThoseThatThereAre) {
  EXPECT_EQ(refusal("blocks.5.attn.hook_zz"), "'blocks.5.attn.hook_zz': no hook point has this name");
  EXPECT_EQ(refusal(""), "'': no hook point has this name");
  try {
    parse_hooks("h.5.attn.cproj:input[1]", small());
    ADD_FAILURE() << "was not refused";
  } catch (const UnknownName& error) {
    EXPECT_EQ(error.name, "h.*.attn.cproj:input");
    EXPECT_EQ(std::ranges::count(error.known, "h.*.attn.c_proj:input"), 1);
    for (const HookKind kind : all_hook_kinds()) {
      EXPECT_EQ(std::ranges::count(error.known, pattern_name(kind)), 1) << pattern_name(kind);
    }
  }
}

TEST(ParseHooks, RefusesALayerOutOfRange) {
  EXPECT_EQ(refusal("blocks.12.attn.hook_z"),
            "'blocks.12.attn.hook_z': layer 12 is out of range; the model has 12 layers, 0-11");
  EXPECT_EQ(refusal("h.99999999999999999999:output"),
            "'h.99999999999999999999:output': layer 99999999999999999999 "
            "is out of range; the model has 12 layers, 0-11");
}

TEST(ParseHooks, RefusesAHeadOutOfRange) {
  EXPECT_EQ(refusal("blocks.0.attn.hook_z[2-4]"),
            "'blocks.0.attn.hook_z[2-4]': head 4 is out of range; the model has 4 heads, 0-3");
}

TEST(ParseHooks, RefusesWhatIsNoLayer) {
  EXPECT_EQ(refusal("blocks.x.attn.hook_z"),
            "'blocks.x.attn.hook_z': 'x' is not a layer; write a number, '*', '0-3' or '0,2,5-7'");
  EXPECT_EQ(refusal("blocks.1-.attn.hook_z"),
            "'blocks.1-.attn.hook_z': '' is not a layer; write a number, '*', '0-3' or '0,2,5-7'");
  EXPECT_EQ(refusal("blocks.1,.attn.hook_z"),
            "'blocks.1,.attn.hook_z': '' is not a layer; write a number, '*', '0-3' or '0,2,5-7'");
}

TEST(ParseHooks, RefusesARangeThatRunsBackwards) {
  EXPECT_EQ(refusal("blocks.3-1.attn.hook_z"), "'blocks.3-1.attn.hook_z': the range '3-1' runs backwards");
}

TEST(ParseHooks, RefusesAnOpenListOfHeads) {
  EXPECT_EQ(refusal("blocks.3.attn.hook_z[1"),
            "'blocks.3.attn.hook_z[1': the list of heads that '[' opens must end the name with ']'");
}

TEST(ParseHooks, RefusesHeadsBehindWO) {
  EXPECT_EQ(refusal("blocks.5.hook_attn_out[1]"),
            "'blocks.5.hook_attn_out[1]': at blocks.*.hook_attn_out there are no heads any more, W_O has "
            "mixed them; "
            "use blocks.5.attn.hook_z[1] to silence a head before W_O, or blocks.5.attn.hook_result[1] to "
            "see what it "
            "alone adds");
  for (const auto* name : {"blocks.5.hook_mlp_out[1]", "blocks.5.hook_resid_post[1]",
                           "blocks.*.hook_resid_mid[*]", "h.5.attn:output[1]", "h.5:output[0]"}) {
    EXPECT_NE(refusal(name).find("W_O has mixed them"), std::string::npos) << name;
  }
}

TEST(ParseHooks, RefusesHeadsWhereThereNeverWereAny) {
  EXPECT_NE(refusal("hook_embed[0]").find("hook_embed has no heads; blocks.*.attn.hook_q"),
            std::string::npos);
  EXPECT_NE(refusal("blocks.3.ln1.hook_normalized[0]").find("has no heads; blocks.3.attn.hook_q"),
            std::string::npos);
  EXPECT_NE(refusal("unembed.hook_out[0]").find("has no heads"), std::string::npos);
}

TEST(HookPoint, IsOrderedAsThePassReachesIt) {
  const std::vector<HookPoint> pass = {
      {HookKind::embed, 0}, {HookKind::pos_embed, 0},           {HookKind::resid_pre, 0},
      {HookKind::z, 0},     {HookKind::resid_post, 0},          {HookKind::resid_pre, 1},
      {HookKind::q, 1},     {HookKind::ln_final_normalized, 0}, {HookKind::logits, 0}};
  EXPECT_TRUE(std::ranges::is_sorted(pass, [](const auto& a, const auto& b) { return a < b; }));
}

TEST(HookShape, NamesAndSizesTheAxes) {
  const auto sizes = [](HookKind kind) { return shape(kind, small()).sizes; };
  EXPECT_EQ(sizes(HookKind::resid_mid), (Indices{0, 32}));
  EXPECT_EQ(sizes(HookKind::q), (Indices{0, 4, 8}));
  EXPECT_EQ(sizes(HookKind::result), (Indices{0, 4, 32}));
  EXPECT_EQ(sizes(HookKind::pattern), (Indices{4, 0, 0}));
  EXPECT_EQ(sizes(HookKind::mlp_pre), (Indices{0, 128}));
  EXPECT_EQ(sizes(HookKind::ln1_scale), (Indices{0, 1}));
  EXPECT_EQ(sizes(HookKind::logits), (Indices{0, 50}));
  EXPECT_EQ(shape(HookKind::pattern, small()).axes,
            (std::vector<std::string>{"head", "position", "key_position"}));
  for (const HookKind kind : all_hook_kinds()) {
    EXPECT_EQ(shape(kind, small()).axes.size(), shape(kind, small()).sizes.size());
    EXPECT_EQ(has_heads(kind), std::ranges::count(shape(kind, small()).axes, "head") == 1);
  }
}

TEST(HookKind, CanBeEditedWhereTheDesignSaysSo) {
  for (const HookKind kind : all_hook_kinds()) {
    const std::string name = pattern_name(kind);
    const bool expected = !name.starts_with("ln_final") && !name.starts_with("unembed") &&
                          !name.ends_with("scale") && !name.ends_with("normalized") &&
                          !name.ends_with("scores_raw") && !name.ends_with("result") &&
                          !name.ends_with("mlp.hook_pre");
    EXPECT_EQ(editable(kind), expected) << name;
  }
}

}  // namespace
}  // namespace hookflow

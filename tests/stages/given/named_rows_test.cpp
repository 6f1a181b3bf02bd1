#include "stages/given/named_rows.hpp"

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::Axis;
using pipeline::ParamError;
using pipeline::PromptFailure;

const Config kConfig = [] {
  Config config;
  config.layers = 2;
  config.heads = 3;
  config.head_width = 4;
  config.width = 12;
  return config;
}();

Axis numbered(const std::string& name, std::vector<std::int64_t> labels) {
  return {name, std::move(labels), name, "", name == "position" || name == "query" ? "position" : ""};
}
Axis layers() { return numbered("layer", {0, 1}); }
Axis heads() { return numbered("head", {0, 1, 2}); }
Axis positions() { return numbered("position", {0, 1, 2, 3, 4}); }
Axis dimensions(std::int64_t size) {
  std::vector<std::int64_t> labels;
  for (std::int64_t i = 0; i < size; ++i) labels.push_back(i);
  return numbered("dimension", labels);
}

pipeline::Variable values(std::vector<Axis> axes) {
  return {"z_mean", pipeline::Dtype::float64, std::move(axes), "1", "mean"};
}

const pipeline::Prompts kPrompts =
    as_prompts({ids_prompt("a", {1}, {{"template", "two"}}), ids_prompt("b", {1}, {{"template", "six"}})});

NamedRows rows(std::vector<Axis> axes, HookKind kind = HookKind::z) {
  return NamedRows(values(std::move(axes)), kind, kConfig, kPrompts);
}
std::string refused(std::vector<Axis> axes, HookKind kind = HookKind::z) {
  return refusal<ParamError>([&] { rows(axes, kind); });
}

TEST(NamedRows, AreFoundByNameInAnyOrderOfTheAxes) {
  const PlacedRow wanted{{HookKind::z, 1}, 2, 3, 5};
  EXPECT_EQ(rows({layers(), positions(), heads(), dimensions(4)}).row(wanted), 5U * 3 + 3 * 3 + 2);
  const NamedRows turned = rows({heads(), dimensions(4), layers(), positions()});
  EXPECT_EQ(turned.row(wanted), 2U * 10 + 5 + 3);
  EXPECT_EQ(turned.axis_of_row(), 1U);
  EXPECT_EQ(turned.width(), 4U);
}

TEST(NamedRows, AreTheSameAlongAnAxisThatTheValuesLack) {
  const NamedRows all = rows({dimensions(4)});
  EXPECT_EQ(all.row({{HookKind::z, 1}, 2, 3, 5}), 0U);
  EXPECT_EQ(rows({heads(), dimensions(4)}).row({{HookKind::z, 1}, 2, 3, 5}), 2U);
}

TEST(NamedRows, GoByLabelsNotByOrder) {
  const NamedRows some = rows({numbered("layer", {1}), numbered("head", {2, 0}), dimensions(4)});
  EXPECT_EQ(some.row({{HookKind::z, 1}, 0, 3, 5}), 1U);
  EXPECT_EQ(refusal<ParamError>([&] {
              some.check({HookKind::z, 0}, 0);
            }),
            "'z_mean' has no layer 0, but blocks.0.attn.hook_z is edited there; it has 1");
  EXPECT_EQ(refusal<ParamError>([&] {
              some.check({HookKind::z, 1}, 1);
            }),
            "'z_mean' has no head 1, but blocks.1.attn.hook_z is edited there; it has 2, 0");
}

TEST(NamedRows, CountPositionsFromEitherEnd) {
  const NamedRows end = rows({numbered("position", {-2, -1}), dimensions(4)});
  EXPECT_EQ(end.row({{HookKind::z, 0}, 0, 6, 7}), 1U);
  EXPECT_EQ(end.row({{HookKind::z, 0}, 0, 5, 7}), 0U);
  EXPECT_EQ(refusal<PromptFailure>([&] {
              static_cast<void>(end.row({{HookKind::z, 0}, 0, 4, 7}));
            }),
            "is edited at position 4, but 'z_mean' has the positions -2, -1");
}

TEST(NamedRows, RefusePositionsThatDoNotCountInThePrompt) {
  Axis named = positions();
  named.counts_along.clear();
  named.long_name = "position, counted from 0 within {token: \" her\"}";
  EXPECT_TRUE(
      names(refused({named, dimensions(4)}),
            {"the axis 'position' of 'z_mean' is the position, counted from 0 within {token: \" her\"}"}));
}

TEST(NamedRows, PickWhatAPromptHasInAColumn) {
  const Axis templates{"template", std::vector<std::string>{"six", "two"}, "template", ""};
  const NamedRows grouped = rows({templates, positions(), dimensions(4)});
  EXPECT_TRUE(grouped.has_columns());
  EXPECT_EQ(grouped.of_prompt(kPrompts[0]), 5U);
  EXPECT_EQ(grouped.of_prompt(kPrompts[1]), 0U);
  EXPECT_EQ(refusal<PromptFailure>([&] {
              static_cast<void>(grouped.of_prompt(ids_prompt("c", {1}, {{"template", "ten"}})));
            }),
            "has 'ten' in the column 'template', of which 'z_mean' has no values; it has those of six, two");
  EXPECT_TRUE(
      names(refusal<PromptFailure>([&] { static_cast<void>(grouped.of_prompt(ids_prompt("c", {1}))); }),
            {"has no column 'template'"}));
}

TEST(NamedRows, RefuseAxesThatAPlaceDoesNotHave) {
  const Axis replacement{"replacement", std::vector<std::string>{"zero"}, "", ""};
  EXPECT_EQ(
      refused({replacement, dimensions(4)}),
      "'z_mean' has an axis 'replacement', which is no axis of blocks.*.attn.hook_z and no column of the "
      "prompts; pick one of its labels: \"...z_mean[replacement=zero]\"");
  EXPECT_TRUE(names(refused({heads(), dimensions(12)}, HookKind::resid_post), {"has an axis 'head'"}));
  EXPECT_TRUE(names(refused({layers(), dimensions(12)}, HookKind::embed), {"has an axis 'layer'"}));
}

TEST(NamedRows, RefuseRowsOfAnotherLength) {
  EXPECT_EQ(refused({heads(), dimensions(12)}),
            "'z_mean' has 12 numbers along dimension, but a head of blocks.*.attn.hook_z has 4");
  EXPECT_EQ(refused({heads()}),
            "'z_mean' has no axis 'dimension', along which blocks.*.attn.hook_z has its numbers");
}

TEST(NamedRows, OfAPatternHaveAsManyKeysAsTheLongestPrompt) {
  const NamedRows pattern =
      rows({heads(), numbered("query", {0, 1, 2}), numbered("key", {0, 1, 2})}, HookKind::pattern);
  EXPECT_EQ(pattern.row({{HookKind::pattern, 0}, 1, 2, 3}), 5U);
  EXPECT_EQ(refusal<PromptFailure>([&] {
              static_cast<void>(pattern.row({{HookKind::pattern, 0}, 1, 2, 4}));
            }),
            "has 4 tokens, but 'z_mean' has 3 along key");
}

}  // namespace
}  // namespace hookflow::stages

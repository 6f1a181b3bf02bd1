#include "pipeline/workflow/selection.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "pipeline/engine/run_plan.hpp"
#include "pipeline/error.hpp"
#include "pipeline/plan/planner.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/stage_inputs.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

using namespace testing_support;

const Axis kReplacement = {"replacement", std::vector<std::string>{"zero", "mean_head"}, "", ""};
const Variable kX = {
    "x", Dtype::float64, {numbered("prompt", 3), kReplacement, numbered("layer", 4)}, "1", ""};
const Variable kN = {"n", Dtype::int64, {numbered("prompt", 3)}, "1", ""};

/// x [prompt 3, replacement 2, layer 4], counting its cells from 0, at the places of a reference.
std::unique_ptr<StoredRows> rows_of(const std::string& reference) {
  std::vector<double> values(24);
  std::iota(values.begin(), values.end(), 0);
  return select_rows(std::make_unique<MemoryRows>(kX, values), parse_input_ref(reference).where);
}

std::string refused(const std::string& reference) {
  return refusal<ParamError>([&] { select_variables({kX, kN}, parse_input_ref(reference)); });
}

TEST(InputRef, IsWrittenAsItIsRead) {
  for (const std::string text :
       {"a", "a.x", "a[layer=3]", "a.x[layer=3, replacement=zero]", "a.x[token= her]"}) {
    EXPECT_EQ(parse_input_ref(to_string(parse_input_ref(text))).where, parse_input_ref(text).where) << text;
  }
  const InputRef ref = parse_input_ref("scores.prob[ layer = 3,replacement=zero ]");
  EXPECT_EQ(ref.stage, "scores");
  EXPECT_EQ(ref.variable, "prob");
  EXPECT_EQ(to_string(ref), "scores.prob[layer=3, replacement=zero]");
}

TEST(InputRef, MalformedOnesAreRefused) {
  for (const std::string text : {"a[", "a[layer=3", "a[layer=3]x", "a[]", "a[layer]", "a[=3]", "a[layer=]",
                                 "a[layer=1,]", "a[layer=1, layer=2]"}) {
    const std::string message = refusal<ParamError>([&] { parse_input_ref(text); });
    EXPECT_TRUE(names(message, {text})) << text;
  }
}

TEST(Selection, APlaceTakesItsAxisAway) {
  const auto chosen = select_variables({kX, kN}, parse_input_ref("s[replacement=zero]"));
  ASSERT_EQ(chosen.size(), 1U) << "n has no such axis";
  EXPECT_EQ(chosen[0].name, "x");
  ASSERT_EQ(chosen[0].axes.size(), 2U);
  EXPECT_EQ(chosen[0].axes[0].name, "prompt");
  EXPECT_EQ(chosen[0].axes[1].name, "layer");
  EXPECT_EQ(select_variables({kX, kN}, parse_input_ref("s")).size(), 2U);
  EXPECT_EQ(select_variables({kX, kN}, parse_input_ref("s.n")).at(0).name, "n");
}

TEST(Selection, RowsAtAPlaceOfAnyAxis) {
  const auto inner = rows_of("s[layer=2]");
  EXPECT_EQ(inner->variable().axes.size(), 2U);
  EXPECT_EQ(inner->read(0, 3), (std::vector<double>{2, 6, 10, 14, 18, 22}));
  EXPECT_EQ(inner->read(1, 1), (std::vector<double>{10, 14}));
  EXPECT_EQ(rows_of("s[replacement=mean_head]")->read(1, 2),
            (std::vector<double>{12, 13, 14, 15, 20, 21, 22, 23}));
}

TEST(Selection, RowsOfOnePromptAreThoseOfTheNextAxis) {
  const auto rows = rows_of("s[prompt=1]");
  EXPECT_EQ(rows->variable().axes.front().name, "replacement");
  EXPECT_EQ(rows->read(0, 2), (std::vector<double>{8, 9, 10, 11, 12, 13, 14, 15}));
  EXPECT_EQ(rows->read(1, 1), (std::vector<double>{12, 13, 14, 15}));
}

TEST(Selection, SeveralPlacesInAnyOrder) {
  EXPECT_EQ(rows_of("s[layer=1, replacement=mean_head]")->read(0, 3), (std::vector<double>{5, 13, 21}));
  EXPECT_EQ(rows_of("s[prompt=2, layer=3]")->read(0, 2), (std::vector<double>{19, 23}));
  EXPECT_EQ(rows_of("s[prompt=2, layer=3, replacement=zero]")->read(0, 1), (std::vector<double>{19}));
}

TEST(Selection, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_TRUE(names(refused("s.xx"), {"'s' has no variable 'xx'", "did you mean 'x'"}));
  EXPECT_TRUE(
      names(refused("s[layers=1]"), {"s[layers=1]", "unknown axis 'layers'", "did you mean 'layer'"}));
  EXPECT_TRUE(names(refused("s[replacement=zeros]"), {"no 'zeros'", "did you mean 'zero'"}));
  EXPECT_TRUE(names(refused("s[layer=4]"), {"'layer' has no '4'", "it has '0', '1', '2', '3'"}));
  EXPECT_TRUE(names(refused("s.n[layer=1]"), {"unknown axis 'layer'"}));
}

const std::string kWorkflow = "workflow: w\nmodel: " + golden_model("three_heads") + R"(
prompts:
  - {id: a, ids: [5, 6, 7], target: 1}
  - {id: b, ids: [8, 9], target: 3}
keep: [scores, picked, all]
stages:
  tokens: {stage: tokenize}
  clean: {stage: forward, in: tokens}
  silenced: {stage: ablate, in: clean, at: "blocks.*.attn.hook_z[*]", with: [zero, {mean: head}]}
  scores: {stage: measure.prediction, in: [clean, silenced], metrics: log_prob}
  all: {stage: aggregate.moments, in: scores.log_prob, over: head}
  picked: {stage: aggregate.moments, in: "scores.log_prob[replacement=mean_head]", over: head}
)";

TEST(Selection, AFoldReadsThePlaceThatItsInputNames) {
  const TemporaryFolder folder;
  auto [plan, layout] = make_plan(read_workflow_text(kWorkflow, "w.yaml", ".", {}));
  plan.prepare();
  RunStore store = RunStore::create({folder.path() / "w.h5", false}, layout, {}, {});
  Monitor monitor(plan, store);
  const std::atomic<bool> stop{false};
  run_plan(plan, store, {}, monitor, stop);
  const auto all = store.read_rows("all", "log_prob_mean", 0, 2);  // [prompt, replacement, layer, token]
  const auto picked = store.read_rows("picked", "log_prob_mean", 0, 2);  // [prompt, layer, token]
  EXPECT_EQ(picked, (std::vector<double>{all[2], all[3], all[6], all[7]}));
  EXPECT_NE(all[0], all[2]);
}

TEST(Selection, OnlyStagesThatAggregatePick) {
  std::string text = kWorkflow;
  text.replace(text.find("in: [clean, silenced]"), 21, "in: {clean: clean, edited: \"silenced[layer=1]\"}");
  const std::string message =
      refusal<UsageError>([&] { make_plan(read_workflow_text(text, "w.yaml", ".", {})); });
  EXPECT_TRUE(
      names(message, {"w.yaml:11", "stage 'scores'", "silenced[layer=1]", "only stages that aggregate"}));
}

}  // namespace
}  // namespace hookflow::pipeline

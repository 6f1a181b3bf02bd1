// Passes of prompts with an answer behind each.
#include <numeric>

#include <gtest/gtest.h>

#include "model/pass/forward.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

using testing::all_points;
using testing::expect_close;
using testing::kTolerance;
using testing::NaiveGpt2;
using testing::TinyModel;
using Ids = std::vector<std::int32_t>;

const std::vector<std::size_t> kPrompts = {4, 1, 6};  // tokens of each prompt,
const std::vector<std::size_t> kAnswers = {3, 2, 0};  // and of the answer behind it

std::vector<Ids> fed_prompts(TinyModel& tiny) {
  std::vector<Ids> prompts;
  for (std::size_t i = 0; i < kPrompts.size(); ++i) prompts.push_back(tiny.prompt(kPrompts[i] + kAnswers[i]));
  return prompts;
}

ForwardPlan answer_plan() {
  ForwardPlan plan;
  plan.logits = {Positions::predicting_answer()};
  return plan;
}

/// Every place that can be edited with every replacement that fits it, in turn at all and other positions.
std::vector<Variant> every_edit(const Config& config) {
  std::vector<Variant> variants;
  for (const HookPoint& point : all_points(config)) {
    if (!editable(point.kind)) continue;
    for (const Replacement& with : {Replacement(), Replacement("value", 0.4F),
                                    Replacement("mean", "positions"), Replacement("mean", "head")}) {
      if (with->problem_at(edit_place(point.kind, has_heads(point.kind), config))) continue;
      const Positions choices[] = {Positions::all(), Positions::last()};
      const auto head = has_heads(point.kind) ? std::optional(variants.size() % config.heads) : std::nullopt;
      variants.push_back({{point, head, choices[variants.size() % 2], with}});
      if (!is_square(point.kind)) continue;
      variants.push_back(variants.back());
      variants.back().front().keys = Positions::at({0});
    }
  }
  return variants;
}

TEST(Answer, LogitsPredictEachOfItsTokensAndTheOneBehind) {
  TinyModel tiny(testing::tiny_config());
  const std::vector<Ids> prompts = fed_prompts(tiny);
  const CleanPass pass = run_clean(tiny.model, prompts, answer_plan(), {.answers = kAnswers});
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const NaiveGpt2 naive(tiny.model, prompts[i]);
    std::vector<double> wanted;
    for (std::size_t position = kPrompts[i] - 1; position < prompts[i].size(); ++position) {
      const auto& row = naive.at.at({HookKind::logits, 0})[position];
      wanted.insert(wanted.end(), row.begin(), row.end());
    }
    expect_close(tensor_of(pass.results[i].logits), wanted, kTolerance, "prompt " + std::to_string(i));
  }
}

// Whatever is edited, the first token of an answer is predicted as if nothing were behind the prompt.
TEST(Answer, TellsNothingOfItselfWhateverIsEdited) {
  TinyModel tiny(testing::tiny_config());
  const std::vector<Ids> with_answers = fed_prompts(tiny);
  std::vector<Ids> alone = with_answers;
  for (std::size_t i = 0; i < alone.size(); ++i) alone[i].resize(kPrompts[i]);
  const std::vector<Variant> variants = every_edit(tiny.model.config);
  const ForwardPlan plan = answer_plan();
  const ForwardPlan with_edits = testing::with_edits(plan, variants);
  std::vector<EditedPrompt> edited;
  for (std::size_t prompt = 0; prompt < alone.size(); ++prompt) {
    for (const Variant& variant : variants) edited.push_back({prompt, &variant});
  }
  const auto first_rows = [&](const CleanPass& clean) {
    std::vector<std::vector<float>> rows;
    for (const PassResult& result : run_edited(tiny.model, clean, edited, plan)) {
      const LogitRow row = result.logits.row(0);
      rows.emplace_back(row.values.begin(), row.values.end());
    }
    return rows;
  };
  const auto answered = first_rows(run_clean(tiny.model, with_answers, with_edits, {.answers = kAnswers}));
  const auto wanted = first_rows(run_clean(tiny.model, alone, with_edits));
  for (std::size_t i = 0; i < edited.size(); ++i) {
    const Intervention& edit = edited[i].variant->front();
    for (std::size_t token = 0; token < wanted[i].size(); ++token)
      ASSERT_NEAR(answered[i][token], wanted[i][token], 1e-4)
          << to_string(edit.at) << " " << edit.with.label() << " of prompt " << edited[i].prompt;
  }
}

// Later tokens, too, are predicted as in a pass of all that is before them.
TEST(Answer, IsEditedAtAllPositionsButNotByThoseCountedInThePrompt) {
  TinyModel tiny(testing::tiny_config());
  const Ids ids = tiny.prompt(7);
  const auto z = [](Positions positions) {
    return Variant{{{HookKind::z, 0}, 1, std::move(positions), Replacement("value", 0.3F)}};
  };
  const std::vector<Variant> given = {z(Positions::all()), z(Positions::last()), z(Positions::slice(-2, {}))};
  const std::vector<Variant> meant = {z(Positions::all()), z(Positions::at({3})), z(Positions::at({2, 3}))};
  const std::vector<std::size_t> answers = {3};
  const ForwardPlan plan = answer_plan();
  const CleanPass clean =
      run_clean(tiny.model, std::vector<Ids>{ids}, testing::with_edits(plan, given), {.answers = answers});
  std::vector<EditedPrompt> edited;
  for (const Variant& variant : given) edited.push_back({0, &variant});
  const auto results = run_edited(tiny.model, clean, edited, plan);
  for (std::size_t v = 0; v < given.size(); ++v) {
    const NaiveGpt2 naive(tiny.model, ids, meant[v]);
    std::vector<double> wanted;
    for (std::size_t position = 3; position < 7; ++position) {
      const auto& row = naive.at.at({HookKind::logits, 0})[position];
      wanted.insert(wanted.end(), row.begin(), row.end());
    }
    expect_close(tensor_of(results[v].logits), wanted, kTolerance, "variant " + std::to_string(v));
  }
}

TEST(Answer, StandsBehindAPrompt) {
  TinyModel tiny(testing::tiny_config());
  const std::vector<Ids> prompts = {tiny.prompt(2)};
  const std::vector<std::size_t> answers = {2};
  EXPECT_THROW((void)run_clean(tiny.model, prompts, answer_plan(), {.answers = answers}), std::logic_error);
}

}  // namespace
}  // namespace hookflow

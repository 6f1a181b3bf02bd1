#include "model/pass/forward.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <gtest/gtest.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include "model/error.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

using testing::all_points;
using testing::capture_everything;
using testing::expect_close;
using testing::expect_matches;
using testing::kTolerance;
using testing::NaiveGpt2;
using testing::tiny_config;
using testing::TinyModel;
using Prompts = std::vector<std::vector<std::int32_t>>;

Intervention edit(HookKind kind, std::size_t layer, std::optional<std::size_t> head, Replacement with,
                  Positions positions = Positions::all()) {
  return {{kind, layer}, head, std::move(positions), std::move(with)};
}

Replacement value(EditArgument argument) { return Replacement("value", std::move(argument)); }
Replacement mean_head() { return Replacement("mean", "head"); }
Replacement mean_positions() { return Replacement("mean", "positions"); }
Replacement add(std::vector<float> vector) { return Replacement("add", std::move(vector)); }

std::vector<Replacement> every_replacement() {
  return {{}, value(0.4F), value(std::vector<float>{0}), mean_head(), mean_positions(), add({0})};
}

// Every place that can be edited in every layer, every replacement that it allows, in turn at all, the last,
// and some positions.
std::vector<Variant> many_variants(TinyModel& tiny, std::size_t length) {
  const Config& config = tiny.model.config;
  std::vector<Variant> variants;
  for (const HookPoint& point : all_points(config)) {
    for (const Replacement& kind : every_replacement()) {
      for (const bool one_head : {false, true}) {
        if (!editable(point.kind) || (one_head && !has_heads(point.kind)) ||
            (kind->head_by_head() && !has_heads(point.kind))) {
          continue;
        }
        std::size_t width = point.kind == HookKind::mlp_post ? config.mlp_width : config.width;
        width = one_head ? config.head_width : width;
        width = is_square(point.kind) ? length : width;
        const bool vector = std::holds_alternative<std::vector<float>>(kind.argument());
        const Replacement with = vector ? Replacement(kind.key(), tiny.vector(width)) : kind;
        const std::vector<Positions> choices = {Positions::all(), Positions::last(),
                                                Positions::at({0, -2, 1})};
        if (with->problem_at(edit_place(point.kind, one_head, config, length))) continue;
        const auto head = one_head ? std::optional(variants.size() % config.heads) : std::nullopt;
        variants.push_back({edit(point.kind, point.layer, head, with, choices[variants.size() % 3])});
      }
    }
  }
  return variants;
}

std::vector<EditedPrompt> of_prompt(std::size_t prompt, const std::vector<Variant>& variants) {
  std::vector<EditedPrompt> edited;
  for (const Variant& variant : variants) {
    edited.push_back({prompt, &variant});
  }
  return edited;
}

TEST(RunClean, MatchesThePlainModelAtEveryPlace) {
  for (const Activation activation : {Activation::gelu_new, Activation::gelu, Activation::relu}) {
    Config config = tiny_config();
    config.activation = activation;
    TinyModel tiny(config);
    const Prompts prompts = {tiny.prompt(5), tiny.prompt(1), tiny.prompt(40), tiny.prompt(12)};
    const ForwardPlan plan = capture_everything(tiny.model.config);
    const CleanPass pass = run_clean(tiny.model, prompts, plan);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      expect_matches(pass.results[i], NaiveGpt2(tiny.model, prompts[i]), plan, tiny.model.config,
                     prompts[i].size(), "prompt " + std::to_string(i));
    }
  }
}

TEST(RunClean, GivesThePositionsThatAreAskedFor) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(5), tiny.prompt(9)};
  const ForwardPlan plan = capture_everything(tiny.model.config, Positions::at({-1, 0, 3, 0}));
  const CleanPass pass = run_clean(tiny.model, prompts, plan);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    expect_matches(pass.results[i], NaiveGpt2(tiny.model, prompts[i]), plan, tiny.model.config,
                   prompts[i].size(), "prompt " + std::to_string(i));
  }
}

TEST(RunClean, GivesShapesInTheOrderOfTheHookTable) {
  TinyModel tiny(tiny_config());
  ForwardPlan plan = testing::last_logits();
  plan.captures = {{{HookKind::z, 1}, Positions::all()},
                   {{HookKind::result, 1}, Positions::last()},
                   {{HookKind::pattern, 1}, Positions::at({1, 2})},
                   {{HookKind::ln2_scale, 1}, Positions::all()}};
  const CleanPass pass = run_clean(tiny.model, Prompts{tiny.prompt(6)}, plan);
  const auto shape_of = [&](HookKind kind) {
    return tensor_of(pass.results[0].captured.at({kind, 1})).shape;
  };
  EXPECT_EQ(shape_of(HookKind::z), (std::vector<std::size_t>{6, 3, 7}));
  EXPECT_EQ(shape_of(HookKind::result), (std::vector<std::size_t>{1, 3, 21}));
  EXPECT_EQ(shape_of(HookKind::pattern), (std::vector<std::size_t>{2, 3, 6}));
  EXPECT_EQ(shape_of(HookKind::ln2_scale), (std::vector<std::size_t>{6, 1, 1}));
  EXPECT_EQ(tensor_of(pass.results[0].logits).shape, (std::vector<std::size_t>{1, 37}));
}

TEST(RunClean, GivesEveryPlaceAloneAsItDoesAmongAllOthers) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(7), tiny.prompt(3)};
  const CleanPass whole = run_clean(tiny.model, prompts, capture_everything(tiny.model.config));
  for (const HookPoint& point : all_points(tiny.model.config)) {
    ForwardPlan plan;
    plan.captures = {{point, Positions::all()}};
    const CleanPass pass = run_clean(tiny.model, prompts, plan);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      EXPECT_TRUE(pass.results[i].logits.positions().empty());
      expect_close(tensor_of(pass.results[i].captured.at(point)),
                   tensor_of(whole.results[i].captured.at(point)).values, 1e-6, to_string(point));
    }
  }
}

TEST(RunClean, GivesTheSameLogitsWhenTheLastLayerIsPruned) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(7), tiny.prompt(30)};
  const CleanPass whole = run_clean(tiny.model, prompts, capture_everything(tiny.model.config));
  const CleanPass pruned = run_clean(tiny.model, prompts, testing::last_logits());
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    const auto last = whole.results[i].logits.row(prompts[i].size() - 1).values;
    expect_close(tensor_of(pruned.results[i].logits), last, 1e-6, "logits");
  }
}

TEST(RunClean, GivesAPromptAloneAsItDoesAmongLongerOnes) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(40), tiny.prompt(4), tiny.prompt(33)};
  const ForwardPlan plan = capture_everything(tiny.model.config);
  const CleanPass together = run_clean(tiny.model, prompts, plan);
  const CleanPass alone = run_clean(tiny.model, Prompts{prompts[1]}, plan);
  for (const auto& [point, captured] : together.results[1].captured) {
    expect_close(tensor_of(alone.results[0].captured.at(point)), tensor_of(captured).values, 1e-6,
                 to_string(point));
  }
}

// Long enough for attention to be cut into blocks of queries when nobody looks at its square.
TEST(RunClean, MatchesThePlainModelForALongPrompt) {
  Config config = tiny_config();
  config.context = 300;
  config.layers = 2;
  TinyModel tiny(config);
  const Prompts prompts = {tiny.prompt(300), tiny.prompt(129), tiny.prompt(128)};
  const std::vector<Variant> variants = {{edit(HookKind::z, 0, 1, {}, Positions::last())},
                                         {edit(HookKind::pattern, 1, 2, mean_head())}};
  ForwardPlan plan;
  plan.logits = {Positions::all()};
  plan = testing::with_edits(plan, variants);
  const CleanPass pass = run_clean(tiny.model, prompts, plan);
  for (std::size_t i = 0; i < prompts.size(); ++i) {
    expect_matches(pass.results[i], NaiveGpt2(tiny.model, prompts[i]), plan, tiny.model.config,
                   prompts[i].size(), "prompt " + std::to_string(i));
    const auto results = run_edited(tiny.model, pass, of_prompt(i, variants), plan);
    for (std::size_t j = 0; j < variants.size(); ++j) {
      expect_matches(results[j], NaiveGpt2(tiny.model, prompts[i], variants[j]), plan, tiny.model.config,
                     prompts[i].size(), "prompt " + std::to_string(i) + ", variant " + std::to_string(j));
    }
  }
}

TEST(RunClean, PassesNaNOn) {
  TinyModel tiny(tiny_config());
  const auto prompt = tiny.prompt(4);
  auto& embedding =
      const_cast<float&>(tiny.model.weights.token_embedding.row(static_cast<std::size_t>(prompt[3]))[0]);
  embedding = std::numeric_limits<float>::quiet_NaN();
  const CleanPass pass = run_clean(tiny.model, Prompts{prompt}, testing::last_logits());
  EXPECT_TRUE(std::ranges::all_of(tensor_of(pass.results[0].logits).values,
                                  [](float value) { return std::isnan(value); }));
}

TEST(RunClean, KeepsWhatIsNotFiniteFromPromptsThatShareWhatStandsBeforeIt) {
  TinyModel tiny(tiny_config());
  const_cast<float&>(tiny.model.weights.token_embedding.row(4)[0]) = std::numeric_limits<float>::infinity();
  const HookPoint place{HookKind::resid_post, tiny.model.config.layers - 1};
  const ForwardPlan plan{{{place, Positions::all()}}, {}, {}};
  const auto last_of = [&](const Prompts& prompts) {
    return tensor_of(run_clean(tiny.model, prompts, plan).results.back().captured.at(place));
  };
  expect_close(last_of({{1, 2, 3, 4}, {1, 2, 3, 5}}), last_of({{1, 2, 3, 5}}).values, kTolerance, "beside");
}

TEST(RunEdited, MatchesThePlainModelForEveryPlaceAndReplacement) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(3), tiny.prompt(8)};
  const std::vector<Variant> variants = many_variants(tiny, 8);
  ForwardPlan plan = capture_everything(tiny.model.config);
  ForwardPlan clean_plan = plan;
  clean_plan = testing::with_edits(clean_plan, variants);
  const CleanPass clean = run_clean(tiny.model, prompts, clean_plan);
  const auto results = run_edited(tiny.model, clean, of_prompt(1, variants), plan);
  ASSERT_EQ(results.size(), variants.size());
  for (std::size_t i = 0; i < variants.size(); ++i) {
    expect_matches(results[i], NaiveGpt2(tiny.model, prompts[1], variants[i]), plan, tiny.model.config, 8,
                   "variant " + std::to_string(i) + " at " + to_string(variants[i][0].at));
  }
}

TEST(RunEdited, GivesTheSameLogitsWhenTheLastLayerIsPruned) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(3), tiny.prompt(8)};
  const std::vector<Variant> variants = many_variants(tiny, 8);
  ForwardPlan plan = testing::last_logits();
  plan = testing::with_edits(plan, variants);
  const CleanPass clean = run_clean(tiny.model, prompts, plan);
  const auto results = run_edited(tiny.model, clean, of_prompt(1, variants), plan);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    expect_matches(results[i], NaiveGpt2(tiny.model, prompts[1], variants[i]), plan, tiny.model.config, 8,
                   "variant " + std::to_string(i) + " at " + to_string(variants[i][0].at));
  }
}

TEST(RunEdited, GivesEveryPlaceAloneAsItDoesAmongAllOthers) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(8)};
  const std::vector<Variant> variants = many_variants(tiny, 8);
  std::vector<NaiveGpt2> naive;
  for (const Variant& variant : variants) {
    naive.emplace_back(tiny.model, prompts[0], variant);
  }
  for (const HookPoint& point : all_points(tiny.model.config)) {
    ForwardPlan plan;
    plan.captures = {{point, Positions::at({3, -1})}};
    ForwardPlan clean_plan = plan;
    clean_plan = testing::with_edits(clean_plan, variants);
    const CleanPass clean = run_clean(tiny.model, prompts, clean_plan);
    const auto results = run_edited(tiny.model, clean, of_prompt(0, variants), plan);
    for (std::size_t i = 0; i < variants.size(); ++i) {
      expect_matches(results[i], naive[i], plan, tiny.model.config, 8,
                     "variant " + std::to_string(i) + " at " + to_string(variants[i][0].at));
    }
  }
}

TEST(RunEdited, MakesSeveralEditsInOnePass) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(9)};
  const Replacement zero;
  const Replacement mean = mean_head();
  const std::vector<Variant> variants = {
      {edit(HookKind::mlp_post, 2, {}, zero), edit(HookKind::z, 0, 1, mean), edit(HookKind::z, 0, 2, mean)},
      {edit(HookKind::z, 1, 0, value(1.0F)), edit(HookKind::z, 1, 0, add(tiny.vector(7)))},
      {edit(HookKind::z, 1, 0, zero), edit(HookKind::z, 1, {}, mean),
       edit(HookKind::z, 1, 2, zero, Positions::last())},
      {edit(HookKind::pattern, 1, {}, zero, Positions::last()), edit(HookKind::pattern, 1, 1, mean)},
      {edit(HookKind::v, 1, {}, mean_positions()), edit(HookKind::q, 1, 1, zero, Positions::at({2}))},
      {edit(HookKind::resid_post, 0, {}, zero, Positions::at({1})), edit(HookKind::pattern, 2, 0, mean)},
  };
  ForwardPlan plan = capture_everything(tiny.model.config);
  ForwardPlan clean_plan = plan;
  clean_plan = testing::with_edits(clean_plan, variants);
  const CleanPass clean = run_clean(tiny.model, prompts, clean_plan);
  const auto results = run_edited(tiny.model, clean, of_prompt(0, variants), plan);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    expect_matches(results[i], NaiveGpt2(tiny.model, prompts[0], variants[i]), plan, tiny.model.config, 9,
                   "variant " + std::to_string(i));
  }
}

TEST(RunEdited, LeavesWhatLiesBeforeTheFirstEditEqualToTheBit) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(6), tiny.prompt(11)};
  const std::vector<Variant> variants = many_variants(tiny, 11);
  ForwardPlan plan = capture_everything(tiny.model.config);
  plan = testing::with_edits(plan, variants);
  const CleanPass clean = run_clean(tiny.model, prompts, plan);
  const auto results = run_edited(tiny.model, clean, of_prompt(1, variants), plan);
  for (std::size_t i = 0; i < variants.size(); ++i) {
    for (const auto& [point, captured] : results[i].captured) {
      if (point < variants[i][0].at) {
        EXPECT_EQ(tensor_of(captured).values, tensor_of(clean.results[1].captured.at(point)).values)
            << to_string(point);
      }
    }
  }
}

TEST(RunEdited, ChangesNothingByAnEditThatChangesNothing) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {tiny.prompt(10)};
  std::vector<Variant> variants;
  for (const HookPoint& point : all_points(tiny.model.config)) {
    if (editable(point.kind)) {
      const std::size_t width = edit_place(point.kind, false, tiny.model.config, 10).columns.value();
      variants.push_back({edit(point.kind, point.layer, {}, add(std::vector<float>(width)))});
    }
  }
  ForwardPlan plan;
  plan.logits = {Positions::all()};
  plan = testing::with_edits(plan, variants);
  const CleanPass clean = run_clean(tiny.model, prompts, plan);
  for (const PassResult& result : run_edited(tiny.model, clean, of_prompt(0, variants), plan)) {
    expect_close(tensor_of(result.logits), tensor_of(clean.results[0].logits).values, 1e-6, "logits");
  }
}

TEST(RunEdited, GivesTheCleanPassForAVariantWithoutEdits) {
  TinyModel tiny(tiny_config());
  const ForwardPlan plan = capture_everything(tiny.model.config);
  const CleanPass clean = run_clean(tiny.model, Prompts{tiny.prompt(4)}, plan);
  const std::vector<Variant> variants(1);
  const auto results = run_edited(tiny.model, clean, of_prompt(0, variants), plan);
  EXPECT_EQ(tensor_of(results[0].logits).values, tensor_of(clean.results[0].logits).values);
  EXPECT_EQ(results[0].captured.size(), plan.captures.size());
  EXPECT_TRUE(results[0].edit_scalars.empty());
}

TEST(RunEdited, ReportsTheScalarThatItPutIn) {
  TinyModel tiny(tiny_config());
  const auto prompt = tiny.prompt(5);
  const std::vector<Variant> variants = {{edit(HookKind::z, 2, 1, mean_head(), Positions::last()),
                                          edit(HookKind::z, 0, 1, {}), edit(HookKind::q, 1, 1, value(0.25F)),
                                          edit(HookKind::v, 1, 1, mean_positions())}};
  ForwardPlan plan;
  plan.edit_scalars = true;  // and no row
  plan = testing::with_edits(plan, variants);
  const CleanPass clean = run_clean(tiny.model, Prompts{prompt}, plan);
  const auto results = run_edited(tiny.model, clean, of_prompt(0, variants), plan);
  Variant before = variants[0];
  before.erase(before.begin());
  double mean = 0;
  const NaiveGpt2 naive(tiny.model, prompt, before);
  for (const auto& row : naive.at.at({HookKind::z, 2})) {
    mean += std::accumulate(row.begin() + 7, row.begin() + 14, 0.0) / (5 * 7);
  }
  EXPECT_NEAR(results[0].edit_scalars[0], mean, 1e-6);
  EXPECT_EQ(results[0].edit_scalars[1], 0.0F);
  EXPECT_EQ(results[0].edit_scalars[2], 0.25F);
  EXPECT_TRUE(std::isnan(results[0].edit_scalars[3]));
}

TEST(RunEdited, GivesEqualBitsForOneThreadAndMany) {
  Config config = tiny_config();
  config.width = 96;
  config.mlp_width = 500;
  config.vocabulary = 1000;
  TinyModel tiny(config);
  Prompts prompts;
  for (std::size_t i = 0; i < 16; ++i) {
    prompts.push_back(tiny.prompt(20 + i));  // more rows than one tile has
  }
  const std::vector<Variant> variants = many_variants(tiny, 20);
  ForwardPlan plan = capture_everything(tiny.model.config);
  plan = testing::with_edits(plan, variants);
  const auto run = [&](std::size_t threads) {
    const tbb::global_control control(tbb::global_control::max_allowed_parallelism, threads);
    CleanPass clean = run_clean(tiny.model, prompts, plan);
    const std::vector<EditedPrompt> edited = of_prompt(0, variants);
    std::vector<PassResult> results(edited.size());
    constexpr std::size_t kChunk = 40;
    tbb::parallel_for(std::size_t{0}, (edited.size() + kChunk - 1) / kChunk, [&](std::size_t chunk) {
      const std::size_t first = chunk * kChunk;
      const std::size_t count = std::min(kChunk, edited.size() - first);
      std::ranges::move(run_edited(tiny.model, clean, std::span(edited).subspan(first, count), plan),
                        results.begin() + static_cast<std::ptrdiff_t>(first));
    });
    results.insert(results.end(), clean.results.begin(), clean.results.end());
    return results;
  };
  const auto one = run(1);
  const auto many = run(4);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(tensor_of(one[i].logits).values, tensor_of(many[i].logits).values);
    for (const auto& [point, captured] : one[i].captured) {
      EXPECT_EQ(tensor_of(captured).values, tensor_of(many[i].captured.at(point)).values) << to_string(point);
    }
  }
}

template <typename Error = ModelError, typename Call>
std::string message_of(const Call& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(RunClean, RefusesAnEmptyPrompt) {
  TinyModel tiny(tiny_config());
  const Prompts prompts = {{1}, {}};
  EXPECT_EQ(message_of([&] { run_clean(tiny.model, prompts, {}); }),
            "prompt 1 is empty; a pass needs at least one token");
}

TEST(RunClean, RefusesAPromptLongerThanTheContext) {
  TinyModel tiny(tiny_config());
  EXPECT_EQ(message_of([&] { run_clean(tiny.model, Prompts{tiny.prompt(41)}, {}); }),
            "prompt 0 has 41 tokens; the model's context is 40");
}

TEST(RunClean, RefusesATokenOutsideTheVocabulary) {
  TinyModel tiny(tiny_config());
  for (const std::int32_t id : {-1, 37}) {
    const Prompts prompts = {{1, id}};
    EXPECT_EQ(message_of([&] { run_clean(tiny.model, prompts, {}); }),
              "prompt 0: token id " + std::to_string(id) + " at position 1 is outside the vocabulary of 37");
  }
}

TEST(RunClean, RefusesAPositionOutsideThePrompt) {
  TinyModel tiny(tiny_config());
  for (const std::int64_t position : {-4, 3}) {
    ForwardPlan plan;
    plan.logits = {Positions::at({position})};
    EXPECT_EQ(message_of([&] { run_clean(tiny.model, Prompts{tiny.prompt(3)}, plan); }),
              "position " + std::to_string(position) +
                  " is outside a prompt of 3 tokens; must be 0 to 2 or, from the end, -1 to -3");
  }
}

TEST(RunClean, RefusesACaptureOfALayerThatIsNotThere) {
  TinyModel tiny(tiny_config());
  const auto message = [&](ForwardPlan::Capture capture) {
    ForwardPlan plan;
    plan.captures = {std::move(capture)};
    return message_of<std::logic_error>([&] { run_clean(tiny.model, Prompts{tiny.prompt(3)}, plan); });
  };
  EXPECT_EQ(message({{HookKind::z, 3}, {}}),
            "blocks.3.attn.hook_z: layer 3 is out of range; the model has 3 layers, 0-2");
}

TEST(CheckIntervention, RefusesWhatNoPromptAllows) {
  Config config = tiny_config();
  config.head_width = 7;
  const auto message = [&](const Intervention& bad) {
    return message_of([&] { check_intervention(bad, config, 5); });
  };
  EXPECT_EQ(message(edit(HookKind::result, 0, {}, {})),
            "intervention at blocks.0.attn.hook_result: this hook point can be captured but not edited");
  EXPECT_EQ(message(edit(HookKind::z, 3, {}, {})),
            "intervention at blocks.3.attn.hook_z: the model has 3 layers, 0-2");
  EXPECT_EQ(message(edit(HookKind::attn_out, 0, 1, {})),
            "intervention at blocks.0.hook_attn_out: this hook point has no heads; hook_q, hook_k, hook_v, "
            "hook_attn_scores, hook_pattern and hook_z have heads");
  Intervention keyed = edit(HookKind::z, 0, 1, {});
  keyed.keys = Positions::at({5});
  EXPECT_EQ(message(keyed),
            "intervention at blocks.0.attn.hook_z: this hook point has no keys; "
            "hook_attn_scores and hook_pattern have");
  keyed.at.kind = HookKind::pattern;
  EXPECT_NE(message(keyed).find("position 5 is outside a prompt of 5 tokens"), std::string::npos);
  EXPECT_EQ(message(edit(HookKind::z, 0, 3, {})),
            "intervention at blocks.0.attn.hook_z: head 3 is out of range; the model has 3 heads, 0-2");
  EXPECT_EQ(message(edit(HookKind::resid_mid, 0, {}, mean_head())),
            "intervention at blocks.0.hook_resid_mid: {mean: head} needs a head, and "
            "'blocks.*.hook_resid_mid' is edited as a whole; use {mean: positions}");
  EXPECT_EQ(message(edit(HookKind::z, 0, 1, add({1, 2}))),
            "intervention at blocks.0.attn.hook_z: add: 2 numbers given, but a head of blocks.*.attn.hook_z "
            "takes 7, "
            "one for each dimension");
  EXPECT_EQ(
      message(edit(HookKind::mlp_post, 0, {}, add({1, 2}))),
      "intervention at blocks.0.mlp.hook_post: add: 2 numbers given, but blocks.*.mlp.hook_post takes 50, "
      "one for each dimension");
  EXPECT_EQ(message(edit(HookKind::z, 0, 1, value(std::vector<float>{1}))),
            "intervention at blocks.0.attn.hook_z: value: 1 number given, but a head of blocks.*.attn.hook_z "
            "takes 7, one for each dimension");
  EXPECT_EQ(message(edit(HookKind::v, 0, {}, add(std::vector<float>(21)))), "no error");
}

TEST(RunEdited, RefusesAPatternVectorOfAnotherLengthThanThePrompt) {
  TinyModel tiny(tiny_config());
  const std::vector<Variant> variants = {{edit(HookKind::pattern, 0, {}, add({1, 2}))}};
  ForwardPlan plan = testing::last_logits();
  plan = testing::with_edits(plan, variants);
  const CleanPass clean = run_clean(tiny.model, Prompts{tiny.prompt(3)}, plan);
  EXPECT_EQ(
      message_of([&] { run_edited(tiny.model, clean, of_prompt(0, variants), plan); }),
      "intervention at blocks.0.attn.hook_pattern: add: 2 numbers given, but blocks.*.attn.hook_pattern "
      "takes 3, one for each token of the prompt");
}

}  // namespace
}  // namespace hookflow

// Texts that go on token by token, against passes of the whole text.
#include "model/continuation/continuation.hpp"

#include <gtest/gtest.h>

#include "model/error.hpp"
#include "tests/support/match_naive.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

using testing::expect_close;
using testing::kTolerance;
using testing::NaiveGpt2;
using testing::TinyModel;
using Ids = std::vector<std::int32_t>;

const std::vector<std::size_t> kPrompts = {4, 1, 6};  // tokens of each
constexpr std::size_t kNew = 5;

ForwardPlan to_be_continued(const Config& config) {
  ForwardPlan plan = testing::last_logits();
  for (const HookPoint& place : continued_places(config)) plan.captures.push_back({place, Positions::all()});
  return plan;
}

std::vector<double> naive_logits(const TinyModel& tiny, const Ids& text, const Variant& variant) {
  return NaiveGpt2(tiny.model, text, variant).at.at({HookKind::logits, 0}).back();
}

/// What a pass predicts behind each of `more`, fed one by one.
std::vector<std::vector<float>> fed_behind(const TinyModel& tiny, Continuation& continuation,
                                           std::size_t pass, const Ids& more) {
  std::vector<std::vector<float>> rows;
  for (const std::int32_t id : more) {
    const Continuation::NewToken next{pass, id};
    const LogitRow row = continuation.feed({&next, 1})->row(0);
    rows.emplace_back(row.values.begin(), row.values.end());
  }
  EXPECT_EQ(rows.front().size(), tiny.model.config.vocabulary);
  return rows;
}

TEST(Continuation, PredictsAsAPassOfTheWholeText) {
  TinyModel tiny(testing::tiny_config());
  std::vector<Ids> texts, prompts;
  for (const std::size_t length : kPrompts) {
    texts.push_back(tiny.prompt(length + kNew));
    prompts.emplace_back(texts.back().begin(), texts.back().begin() + static_cast<std::ptrdiff_t>(length));
  }
  prompts[2] = texts[2] = texts[0];  // begins as the first, whose rows it reads
  prompts[2].resize(6);
  texts[2].resize(6);
  const Ids more = tiny.prompt(kNew);
  texts[2].insert(texts[2].end(), more.begin(), more.end());
  const CleanPass clean = run_clean(tiny.model, prompts, to_be_continued(tiny.model.config));
  std::vector<ContinuedPass> passes;
  for (std::size_t i = 0; i < prompts.size(); ++i) passes.push_back({&clean.results[i], prompts[i].size()});
  Continuation continuation(tiny.model, passes, kNew);
  for (std::size_t step = 0; step < kNew; ++step) {
    std::vector<Continuation::NewToken> next;
    for (std::size_t i = 0; i < prompts.size(); ++i)
      if (step < 2 || i != 1) next.push_back({i, texts[i][prompts[i].size() + step]});  // one ends before
    const auto logits = continuation.feed(next);
    for (std::size_t row = 0; row < next.size(); ++row) {
      const std::size_t i = next[row].pass;
      Ids so_far = texts[i];
      so_far.resize(prompts[i].size() + step + 1);
      const LogitRow got = logits->row(row);
      Tensor tensor({got.values.size()});
      tensor.values.assign(got.values.begin(), got.values.end());
      expect_close(tensor, naive_logits(tiny, so_far, {}), kTolerance,
                   "prompt " + std::to_string(i) + " step " + std::to_string(step));
    }
  }
}

// Each new token is edited as the last of the text so far.
TEST(Continuation, EditsNewTokensWherePositionsReachThem) {
  TinyModel tiny(testing::tiny_config());
  const Ids text = tiny.prompt(4 + kNew);
  const Ids prompt(text.begin(), text.begin() + 4), more(text.begin() + 4, text.end());
  struct Case {
    Positions given, meant;  // in the prompt as it is continued, in the whole text
  };
  const std::vector<Case> cases = {{Positions::all(), Positions::all()},
                                   {Positions::last(), Positions::slice(3, {})},
                                   {Positions::at({-1}), Positions::slice(3, {})},
                                   {Positions::slice(1, {}), Positions::slice(1, {})},
                                   {Positions::slice(-2, {}), Positions::slice(2, {})},
                                   {Positions::at({-2}), Positions::at({2})},
                                   {Positions::slice({}, -1), Positions::slice(0, 3)},
                                   {Positions::at({0, 2}), Positions::at({0, 2})}};
  for (const HookPoint& place : testing::all_points(tiny.model.config)) {
    if (!editable(place.kind)) continue;
    for (const Replacement& with : {Replacement(), Replacement("value", 0.4F), Replacement("scale", -2.0F)}) {
      if (place.kind == HookKind::pattern && with->shows_hidden_keys())
        continue;  // of tokens that come later
      for (const auto& [given, meant] : cases) {
        const auto head = has_heads(place.kind) ? std::optional<std::size_t>(1) : std::nullopt;
        const Variant edits{{place, head, given, with}};
        const CleanPass pass = run_clean(tiny.model, std::vector<Ids>{prompt},
                                         to_be_continued(tiny.model.config), {.edits = {&edits}});
        Continuation continuation(tiny.model, {{&pass.results[0], prompt.size(), &edits}}, kNew);
        const auto rows = fed_behind(tiny, continuation, 0, more);
        Tensor last({rows.back().size()});
        last.values = rows.back();
        expect_close(last, naive_logits(tiny, text, {{place, head, meant, with}}), 2 * kTolerance,
                     to_string(place) + " " + with.label());
        ASSERT_FALSE(::testing::Test::HasFailure());
      }
    }
  }
}

TEST(Continuation, OfOnePassGoOnIndependently) {
  TinyModel tiny(testing::tiny_config());
  const Ids prompt = tiny.prompt(4), one = tiny.prompt(3), other = tiny.prompt(3);
  const CleanPass clean = run_clean(tiny.model, std::vector<Ids>{prompt}, to_be_continued(tiny.model.config));
  Continuation continuation(tiny.model, {{&clean.results[0], 4}, {&clean.results[0], 4}}, 3);
  std::vector<std::vector<float>> rows;
  for (std::size_t step = 0; step < 3; ++step) {
    const std::vector<Continuation::NewToken> next = {{0, one[step]}, {1, other[step]}};
    const auto logits = continuation.feed(next);
    for (std::size_t pass = 0; pass < 2; ++pass) {
      Ids text = prompt;
      const Ids& more = pass == 0 ? one : other;
      text.insert(text.end(), more.begin(), more.begin() + static_cast<std::ptrdiff_t>(step) + 1);
      Tensor tensor({tiny.model.config.vocabulary});
      tensor.values.assign(logits->row(pass).values.begin(), logits->row(pass).values.end());
      expect_close(tensor, naive_logits(tiny, text, {}), kTolerance, std::to_string(pass));
    }
  }
}

TEST(Continuation, EndsWithTheContext) {
  Config config = testing::tiny_config();
  config.context = 5;
  TinyModel tiny(config);
  const CleanPass clean =
      run_clean(tiny.model, std::vector<Ids>{tiny.prompt(4)}, to_be_continued(tiny.model.config));
  Continuation continuation(tiny.model, {{&clean.results[0], 4}}, 2);
  const Continuation::NewToken next{0, 1};
  static_cast<void>(continuation.feed({&next, 1}));
  EXPECT_THROW(continuation.feed({&next, 1}), ModelError);
}

TEST(Continuation, ComputesOneRowAToken) {
  const Config config = [] {
    Config sizes = testing::tiny_config();
    sizes.head_width = sizes.width / sizes.heads;
    return sizes;
  }();
  const RowPlan plan(config, {next_sequence({nullptr, 4}, 9, config)});
  EXPECT_EQ(plan.most_rows(), 1U);
  EXPECT_EQ(plan.layers(), config.layers);
}

}  // namespace
}  // namespace hookflow

// What follows from the definition of a path, held by passes of a small model.
#include "model/path/carry.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/pass/forward.hpp"
#include "tests/support/small_config.hpp"
#include "tests/support/tensor_of.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow {
namespace {

using enum HookKind;

constexpr std::size_t kLast = 2;  // layer
const HookPoint kFinal{resid_post, kLast};

Senders all_senders(const Config& config) {
  Senders all = {{{embed, 0}}, {{pos_embed, 0}}};
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    for (std::size_t head = 0; head < config.heads; ++head) all.push_back({{z, layer}, head});
    all.push_back({{mlp_out, layer}});
  }
  return all;
}

/// Two passes of random prompts as long as each other, and what they hold at every place.
struct TwoPasses {
  testing::TinyModel tiny{testing::config()};
  HeldRows own, other;

  TwoPasses() {
    std::vector<std::vector<std::int32_t>> prompts = {tiny.prompt(5), tiny.prompt(5)};
    prompts[1].front() = prompts[0].front();  // at position 0 nothing differs
    ForwardPlan plan;
    std::vector<HookPoint> places = {{embed, 0}, {pos_embed, 0}};
    for (std::size_t layer = 0; layer <= kLast; ++layer)
      for (const HookKind kind : {resid_pre, q, k, v, z, resid_mid, mlp_post, mlp_out, resid_post})
        places.push_back({kind, layer});
    for (const HookPoint& place : places) plan.captures.push_back({place, Positions::all()});
    const CleanPass passes = run_clean(tiny.model, prompts, plan);
    for (const HookPoint& place : places) {
      own[place] = flat(tensor_of(passes.results[0].captured.at(place)));
      other[place] = flat(tensor_of(passes.results[1].captured.at(place)));
    }
  }
  static Tensor flat(Tensor rows) {
    rows.shape = {rows.shape[0], rows.shape[1] * rows.shape[2]};
    return rows;
  }
  [[nodiscard]] std::vector<HeldRows> sent(const std::vector<Senders>& paths, const std::set<HookPoint>& to,
                                           bool computes_mlps) const {
    return carry(tiny.model, {to, computes_mlps}, {own, other}, paths);
  }
};

void expect_near(const std::vector<float>& a, const std::vector<float>& b, const std::string& what) {
  ASSERT_EQ(a.size(), b.size()) << what;
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 2e-5F) << what << " at " << i;
}

TEST(Carry, FromAPassToItselfChangesNothingToTheBit) {
  TwoPasses passes;
  for (const HookPoint& edited : {HookPoint{q, 2}, HookPoint{mlp_post, 2}})
    passes.own.at(edited).values[3] += 1;  // what the pass holds there, even if it does not follow
  passes.other = passes.own;
  std::vector<Senders> paths;
  for (const Sender& sender : all_senders(testing::config())) paths.push_back({sender});
  const std::set<HookPoint> to = {{q, 2},       {k, 1},         {v, 2}, {mlp_post, 2},
                                  {mlp_out, 1}, {resid_mid, 2}, kFinal};
  for (const bool computed : {true, false})
    for (const HeldRows& received : passes.sent(paths, to, computed))
      for (const auto& [place, rows] : received)
        EXPECT_EQ(rows.values, passes.own.at(place).values) << to_string(place);
}

TEST(Carry, PastHeldMlpsTheChangesOfAllSendersAddUpToTheDifferenceOfTheStreams) {
  const TwoPasses passes;
  std::vector<Senders> paths;
  for (const Sender& sender : all_senders(testing::config())) paths.push_back({sender});
  std::vector<float> sum = passes.own.at(kFinal).values;
  for (const HeldRows& received : passes.sent(paths, {kFinal}, false))
    for (std::size_t i = 0; i < sum.size(); ++i)
      sum[i] += received.at(kFinal).values[i] - passes.own.at(kFinal).values[i];
  expect_near(sum, passes.other.at(kFinal).values, "the sum over single senders");
  expect_near(passes.sent({all_senders(testing::config())}, {kFinal}, false)[0].at(kFinal).values,
              passes.other.at(kFinal).values, "all that send together");
}

TEST(Carry, PastComputedMlpsAllHeadsAndEmbeddingsTogetherAreTheOtherPass) {
  const TwoPasses passes;
  Senders senders = all_senders(testing::config());
  std::erase_if(senders, [](const Sender& sender) { return sender.at.kind == mlp_out; });
  const std::set<HookPoint> to = {{q, 1}, {v, 2}, {mlp_post, 2}, {mlp_out, 2}, {resid_pre, 1}, kFinal};
  const HeldRows received = passes.sent({senders}, to, true)[0];
  for (const HookPoint& place : to)
    expect_near(received.at(place).values, passes.other.at(place).values, to_string(place));
}

TEST(Carry, SendersSideBySideGetWhatEachGetsAlone) {
  const TwoPasses passes;
  std::vector<Senders> paths;
  for (const Sender& sender : all_senders(testing::config())) paths.push_back({sender});
  std::ranges::reverse(paths);  // the order is the caller's
  const std::size_t once = paths.size();
  for (std::size_t i = 0; i < 10 * once; ++i) paths.push_back(Senders(paths[i]));  // of several blocks
  const std::set<HookPoint> to = {{k, 2}, {mlp_out, 0}, kFinal};
  const std::vector<HeldRows> together = passes.sent(paths, to, true);
  for (std::size_t i = 0; i < paths.size(); i += 7) {
    const HeldRows alone = passes.sent({paths[i]}, to, true)[0];
    ASSERT_EQ(alone.size(), together[i].size()) << to_string(paths[i][0]);
    for (const auto& [place, rows] : alone)
      expect_near(together[i].at(place).values, rows.values, to_string(paths[i][0]));
  }
}

TEST(Carry, ReachesOnlyWhatIsBehindAndWhereTheSenderDiffers) {
  const TwoPasses passes;
  const HookPoint before{k, 1}, behind{k, 2};
  const HeldRows received = passes.sent({{{{z, 1}, 1}}}, {before, behind}, true)[0];
  EXPECT_FALSE(received.contains(before));
  const Tensor& rows = received.at(behind);
  const Tensor& own = passes.own.at(behind);
  const auto row = [](const Tensor& of, std::size_t position) {
    const auto values = of.matrix().row(position);
    return std::vector<float>(values.begin(), values.end());
  };
  expect_near(row(rows, 0), row(own, 0), "position 0");
  for (std::size_t position = 1; position < 5; ++position) EXPECT_NE(row(rows, position), row(own, position));
}

TEST(Carry, ReadsOnlyTheOwnPassesPlacesThatItNames) {
  const TwoPasses passes;
  for (const bool computed : {true, false}) {
    for (const Sender& sender : all_senders(testing::config())) {
      const CarryPlan plan{{{q, 2}, {mlp_post, 1}, {resid_mid, 2}}, computed};
      HeldRows own;
      for (const HookPoint& place : plan.places({sender})) own[place] = passes.own.at(place);
      const std::vector<Senders> paths = {{sender}};
      EXPECT_NO_THROW(carry(passes.tiny.model, plan, {own, {{sender.at, passes.other.at(sender.at)}}}, paths))
          << to_string(sender);
    }
  }
}

TEST(Carry, TakesMoreForMoreSendersReceiversAndPositions) {
  const Config config = testing::config();
  const Senders head = {{{z, 0}, 0}};
  const CarryPlan one{{{q, 1}}, false}, two{{{q, 1}, {v, 1}}, false}, computed{{{q, 1}}, true};
  const std::vector<Senders> alone = {head}, both = {head, {{{z, 0}, 1}}};
  const double least = carry_bytes(config, one, alone, 2);
  // z twice, resid_pre and q of the own pass, what arrives, and the rows on their way.
  EXPECT_EQ(least, 4 * 2 * (2 * 8 + 8 + 8 + 8 + 3 * 8 + 2 * 20));
  for (const double more : {carry_bytes(config, two, alone, 2), carry_bytes(config, computed, alone, 2),
                            carry_bytes(config, one, both, 2), carry_bytes(config, one, alone, 3)})
    EXPECT_GT(more, least);
}

}  // namespace
}  // namespace hookflow

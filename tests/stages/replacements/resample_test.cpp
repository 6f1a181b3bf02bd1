// {resample: prompts}: the same place of another prompt, which seed and prompt decide.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "stages/subject/pass_request.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

constexpr const char* kPlace = "{at: blocks.0.attn.hook_z, with: ";

/// Prompts and variants of them that take what other prompts hold.
struct Resampling {
  StageChain chain;
  pipeline::Output output;

  explicit Resampling(const std::string& params, const std::vector<pipeline::Prompt>& prompts,
                      const std::string& forward = "{}")
      : chain(golden_model("three_heads"), prompts) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", forward, {"tokens"});
    output = chain.add("edited", "ablate", params, {"clean"});
    PassRequest request;
    request.keep({HookKind::z, 0}, Positions::all());
    for (const char* id : {"clean", "edited"}) asked[id] = chain.ask(id, request);
  }

  /// What stands at the hook point at a position.
  std::vector<float> z(const PassView& pass, const std::string& id, std::size_t position) {
    const auto captured = asked.at(id)->at({HookKind::z, 0}, pass);
    std::vector<float> all;
    for (std::size_t head = 0; head < 3; ++head) {
      const auto row = captured.row(position, head);
      all.insert(all.end(), row.begin(), row.end());
    }
    return all;
  }
  std::vector<float> clean(std::size_t prompt, std::size_t position) {
    return z(chain.value<Pass>("clean", prompt).view(), "clean", position);
  }
  std::vector<float> edited(std::size_t prompt, std::size_t position, std::size_t variant = 0) {
    return z(chain.value<Variants>("edited", prompt).view(variant), "edited", position);
  }
  /// Of which prompt, by prompt and draw.
  [[nodiscard]] std::vector<std::int64_t> drawn() const {
    const auto& cells = output.known.at(0).values;
    return std::get<std::vector<std::int64_t>>(cells.read(0, cells.size()));
  }

  std::map<std::string, std::shared_ptr<const PassRequest>> asked;
};

std::vector<pipeline::Prompt> many(std::size_t count) {
  std::vector<pipeline::Prompt> prompts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string id("p");
    prompts.push_back(ids_prompt(id += std::to_string(i), {45, static_cast<std::int64_t>(i), 73}));
  }
  return prompts;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5F) << i;
}

TEST(Resample, PutsInWhatThePromptThatIsRecordedHolds) {
  Resampling made(std::string(kPlace) + "{resample: prompts, seed: 3}}", many(9));
  ASSERT_EQ(made.output.known.size(), 1U);
  const pipeline::Variable& record = made.output.known[0].variable;
  EXPECT_EQ(record.name, "resampled_prompt");
  ASSERT_EQ(record.axes.size(), 1U);
  EXPECT_EQ(record.axes[0].name, "draw");
  const auto drawn = made.drawn();
  ASSERT_EQ(drawn.size(), 9U);
  for (std::size_t prompt = 0; prompt < 9; ++prompt) {
    ASSERT_NE(drawn[prompt], static_cast<std::int64_t>(prompt));
    for (const std::size_t position : {0, 1, 2})
      expect_near(made.edited(prompt, position),
                  made.clean(static_cast<std::size_t>(drawn[prompt]), position));
    EXPECT_NE(made.edited(prompt, 1), made.clean(prompt, 1));
  }
}

TEST(Resample, IsDecidedBySeedAndPrompt) {
  const auto drawn = [](const std::string& with) {
    return Resampling(std::string(kPlace) + with + "}", many(40)).drawn();
  };
  EXPECT_EQ(drawn("{resample: prompts, seed: 3}"), drawn("{resample: prompts, seed: 3}"));
  EXPECT_NE(drawn("{resample: prompts, seed: 3}"), drawn("{resample: prompts, seed: 4}"));
  EXPECT_EQ(drawn("{resample: prompts}"), drawn("{resample: prompts, seed: 0, sample: 0}"));
  const auto first = drawn("{resample: prompts}");
  EXPECT_GT(std::set(first.begin(), first.end()).size(), 15U) << "nearly always the same prompts";
}

TEST(Resample, DrawsTheSamePromptsInAnyOrder) {
  auto prompts = many(40);
  const auto before = Resampling(std::string(kPlace) + "{resample: prompts}}", prompts).drawn();
  std::ranges::reverse(prompts);
  const auto after = Resampling(std::string(kPlace) + "{resample: prompts}}", prompts).drawn();
  for (std::size_t prompt = 0; prompt < 40; ++prompt) EXPECT_EQ(before[prompt], 39 - after[39 - prompt]);
}

TEST(Resample, DrawsEachOtherPromptAsOften) {
  std::vector<std::size_t> count(5);
  for (std::size_t seed = 0; seed < 400; ++seed) {
    const Resampling made(std::string(kPlace) + "{resample: prompts, seed: " + std::to_string(seed) + "}}",
                          many(5));
    ++count[static_cast<std::size_t>(made.drawn()[2])];
  }
  EXPECT_EQ(count[2], 0U);
  for (const std::size_t other : {0, 1, 3, 4})
    EXPECT_NEAR(static_cast<double>(count[other]), 100, 35) << other;
}

TEST(Resample, SamplesAreAnAxisAndStandInTheRecord) {
  Resampling made(std::string(kPlace) + "{resample: prompts, samples: 4}}", many(30));
  ASSERT_EQ(made.output.expands.back().name, "sample");
  EXPECT_EQ(made.output.expands.back().size(), 4U);
  EXPECT_EQ(made.output.known[0].variable.axes[0].size(), 4U);
  const auto drawn = made.drawn();
  ASSERT_EQ(drawn.size(), 120U);
  for (std::size_t sample = 0; sample < 4; ++sample)
    expect_near(made.edited(7, 1, sample), made.clean(static_cast<std::size_t>(drawn[28 + sample]), 1));
  const Resampling third(std::string(kPlace) + "{resample: prompts, sample: 3}}", many(30));
  EXPECT_EQ(third.drawn()[7], drawn[31]);
}

TEST(Resample, AllPositionsAreOfAPromptOfThatLengthAndTheLastOfAny) {
  const std::vector prompts = {ids_prompt("a", {45, 49, 73}), ids_prompt("b", {45, 49}),
                               ids_prompt("c", {9, 49, 73}), ids_prompt("d", {9, 50})};
  Resampling all(std::string(kPlace) + "{resample: prompts}}", prompts);
  EXPECT_EQ(all.drawn(), (std::vector<std::int64_t>{2, 3, 0, 1}));
  std::set<std::int64_t> of_last;
  for (std::size_t seed = 0; seed < 20; ++seed) {
    Resampling last(
        std::string(kPlace) + "{resample: prompts, seed: " + std::to_string(seed) + "}, positions: last}",
        prompts);
    const std::int64_t other = last.drawn()[0];
    of_last.insert(other);
    expect_near(last.edited(0, 2), last.clean(static_cast<std::size_t>(other), other % 2 == 0 ? 2 : 1));
  }
  EXPECT_EQ(of_last, (std::set<std::int64_t>{1, 2, 3}));
}

TEST(Resample, WhatIsNamedIsTakenFromWhereItStandsThere) {
  const std::vector prompts = {ids_prompt("a", {45, 49, 73}, {{"name", "49"}}),
                               ids_prompt("b", {73, 9, 10, 30}, {{"name", "73"}})};
  Resampling made(std::string(kPlace) + "{resample: prompts}, positions: {column: name}}", prompts);
  expect_near(made.edited(0, 1), made.clean(1, 0));
  expect_near(made.edited(1, 0), made.clean(0, 1));
  // A pattern's keys are those of the prompt itself, so its length counts there.
  const std::string message = refusal<pipeline::ParamError>([&] {
    Resampling("{at: blocks.0.attn.hook_pattern, with: {resample: prompts}, positions: {column: name}}",
               prompts);
  });
  EXPECT_TRUE(test::names(message, {"no other prompt has 3 tokens"})) << message;
}

TEST(Resample, IsRefusedWhereNoOtherPromptFits) {
  const auto refused = [](const std::vector<pipeline::Prompt>& prompts, const std::string& forward = "{}") {
    return refusal<pipeline::ParamError>(
        [&] { Resampling(std::string(kPlace) + "{resample: prompts}}", prompts, forward); });
  };
  EXPECT_TRUE(test::names(refused(many(1)), {"p0", "{resample: prompts}: no other prompt has 3 positions"}));
  EXPECT_TRUE(test::names(
      refused({ids_prompt("a", {45, 49, 73}), ids_prompt("b", {45, 49}), ids_prompt("c", {9, 49, 73})}),
      {"'b'", "no other prompt has 2 positions"}));
  EXPECT_NE(refusal<std::exception>([&] {
              Resampling(std::string(kPlace) + "{resample: prompts, samples: 0}}", many(3));
            }).find("samples: 0 is no number of draws"),
            std::string::npos);
  EXPECT_TRUE(test::names(refused(many(2), "{edits: [{at: hook_embed, with: zero}]}"), {"edits of its own"}));
}

TEST(Resample, ItsPassesAreCountedOnceAPart) {
  Resampling with(std::string(kPlace) + "{resample: prompts}}", many(3));
  Resampling without(std::string(kPlace) + "zero}", many(3));
  EXPECT_EQ(with.chain.cost("edited").passes, without.chain.cost("edited").passes + 3);
  EXPECT_GT(with.chain.cost("edited").flops, without.chain.cost("edited").flops);
  EXPECT_GT(with.chain.bytes("edited").held, without.chain.bytes("edited").held);
}

}  // namespace
}  // namespace hookflow::stages

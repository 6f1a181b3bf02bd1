// {noise: ...}: the same draw wherever and whenever it is made.
#include <cmath>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "model/edits/replacement.hpp"
#include "model/error.hpp"
#include "stages/given/samples.hpp"
#include "stages/given/seeded.hpp"
#include "stages/subject/pass_request.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

std::vector<pipeline::Prompt> two_prompts() {
  return {ids_prompt("a", {45, 49, 73, 92}), ids_prompt("b", {45, 49})};
}

/// What an edited pass and variants hold at the embeddings, less what the clean pass does.
struct Noisy {
  StageChain chain{golden_model("three_heads"), two_prompts()};
  std::map<std::string, std::shared_ptr<const PassRequest>> asked;

  Noisy(const std::string& noise, const std::string& variants) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("noisy", "forward",
              "{edits: [{at: hook_embed, positions: [0, 1], with: {noise: " + noise + "}}]}", {"tokens"});
    chain.add("draws", "ablate", "{at: hook_embed, positions: [0, 1], with: {noise: " + variants + "}}",
              {"clean"});
    for (const char* id : {"clean", "noisy", "draws"}) {
      PassRequest request;
      request.keep({HookKind::embed, 0}, Positions::all());
      request.keep_logits(Positions::last());
      asked[id] = chain.ask(id, std::move(request));
    }
  }
  std::vector<float> added(const std::string& id, const PassView& pass, std::size_t prompt) {
    const HookPoint embed{HookKind::embed, 0};
    std::vector<float> all;
    for (const std::size_t position : {0, 1}) {
      const auto now = asked[id]->at(embed, pass).row(position);
      const auto before = asked["clean"]->at(embed, chain.value<Pass>("clean", prompt).view()).row(position);
      for (std::size_t i = 0; i < now.size(); ++i) all.push_back(now[i] - before[i]);
    }
    return all;
  }
  std::vector<float> of_pass(std::size_t prompt = 0) {
    return added("noisy", chain.value<Pass>("noisy", prompt).view(), prompt);
  }
  std::vector<float> of_draw(std::size_t draw, std::size_t prompt = 0) {
    return added("draws", chain.value<Variants>("draws", prompt).view(draw), prompt);
  }
};

TEST(Noise, IsTheSameDrawInAPassAndInAVariant) {
  Noisy made("{std: 0.5, seed: 7}", "{std: 0.5, seed: 7, samples: 3}");
  EXPECT_EQ(made.of_pass(), made.of_draw(0));
  EXPECT_NE(made.of_draw(0), made.of_draw(1));
  EXPECT_NE(made.of_draw(0), made.of_draw(0, 1)) << "another prompt with the same tokens";
  // What follows from it, too: in a pass that is run whole, and where only what changes is computed.
  const auto whole = tensor_of(made.chain.value<Pass>("noisy").result().logits).values;
  const auto over = tensor_of(made.chain.value<Variants>("draws").results[0].logits).values;
  ASSERT_EQ(whole.size(), over.size());
  for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(whole[i], over[i], 1e-4F);
}

TEST(Noise, AnotherSeedIsAnotherDrawAndStdIsAFactor) {
  Noisy one("{std: 1, seed: 1}", "{std: 2, seed: 1}");
  const auto once = one.of_pass(), twice = one.of_draw(0);
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(2 * once[i], twice[i], 1e-5F);
  Noisy other("{std: 1, seed: 2}", "{embedding_std: 1, seed: 2, sample: 1}");
  EXPECT_NE(once, other.of_pass());
}

TEST(Noise, HasTheStandardDeviationAndTheMeanThatItShould) {
  Seeded random({"words"});
  double sum = 0, squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / kDraws, 0, 4 / std::sqrt(kDraws));
  EXPECT_NEAR(squares / kDraws, 1, 4 * std::sqrt(2.0 / kDraws));
}

TEST(Noise, SaysWhatItMustHave) {
  const auto message = [](EditSettings settings) {
    return refusal<ModelError>([&] { Replacement("noise", {}, "", std::move(settings)); });
  };
  EXPECT_NE(message({}).find("either std or embedding_std"), std::string::npos);
  EXPECT_NE(message({{"std", 1.0F}, {"embedding_std", 1.0F}}).find("either"), std::string::npos);
  EXPECT_NE(message({{"std", -1.0F}}).find("0 or more"), std::string::npos);
  EXPECT_NE(message({{"std", 1.0F}, {"seed", 0.5F}}).find("no whole number"), std::string::npos);
  EXPECT_NE(message({{"std", 1.0F}, {kSamples, 0.0F}}).find("must be 1 or more"), std::string::npos);
}

TEST(Noise, OfAPassIsOneDraw) {
  const std::string message =
      refusal<pipeline::ParamError>([] { Noisy("{std: 1, samples: 3}", "{std: 1}"); });
  EXPECT_NE(message.find("samples makes an axis"), std::string::npos) << message;
}

}  // namespace
}  // namespace hookflow::stages

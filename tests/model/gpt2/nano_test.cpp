#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/library/library.hpp"
#include "model/pass/forward.hpp"
#include "model/tokenizer/tokenizer.hpp"

namespace hookflow {
namespace {

const std::filesystem::path kNano = std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "model/nano";

class Nano : public testing::Test {
 protected:
  [[nodiscard]] std::int32_t next(const std::vector<std::int32_t>& ids) const {
    const std::vector<std::vector<std::int32_t>> prompts = {ids};
    ForwardPlan plan;
    plan.logits = {Positions::last()};
    const CleanPass pass = run_clean(model_, prompts, plan);
    const LogitRow logits = pass.results[0].logits.row(0);
    return static_cast<std::int32_t>(std::ranges::max_element(logits.values) - logits.values.begin());
  }

  /// Whether greedy decoding spells all of the target.
  [[nodiscard]] bool spells(const std::string& text, const std::string& target) const {
    std::vector<std::int32_t> ids = tokenizer_.encode(text);
    for (const std::int32_t wanted : tokenizer_.encode(target)) {
      if (next(ids) != wanted) return false;
      ids.push_back(wanted);
    }
    return true;
  }

  /// The share of an evaluation file's lines whose target comes first.
  [[nodiscard]] double share_right(const std::string& name, std::size_t at_least) const {
    std::ifstream file(kNano / "eval" / name);
    std::size_t lines = 0;
    std::size_t right = 0;
    for (std::string line; std::getline(file, line); ++lines) {
      const auto question = nlohmann::json::parse(line);
      if (spells(question["text"].get<std::string>(), question["target"].get<std::string>())) ++right;
    }
    EXPECT_GE(lines, at_least) << name;
    return static_cast<double>(right) / static_cast<double>(lines);
  }

  Model model_ = load_model(kNano);
  Tokenizer tokenizer_ = Tokenizer::load(kNano);
};

TEST_F(Nano, HasTheSizesThatItPromises) {
  EXPECT_EQ(model_.config.layers, 8U);
  EXPECT_EQ(model_.config.heads, 8U);
  EXPECT_EQ(model_.config.width, 128U);
  EXPECT_EQ(model_.config.context, 128U);
  EXPECT_LE(tokenizer_.size(), 4096U);
  EXPECT_EQ(tokenizer_.size(), model_.config.vocabulary);
  std::uintmax_t bytes = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kNano)) {
    if (entry.is_regular_file()) bytes += entry.file_size();
  }
  EXPECT_LE(bytes, 8'000'000U);
}

TEST_F(Nano, KnowsThatBerlinIsInGermany) { EXPECT_TRUE(spells("Berlin is the capital of", " Germany")); }

TEST_F(Nano, GivesTheGiftToTheOtherPerson) {
  EXPECT_TRUE(spells("When Sam and Sally went to the park, Sam gave a gift to", " Sally"));
}

TEST_F(Nano, KnowsTheCapitals) { EXPECT_GE(share_right("capitals.jsonl", 190), 0.95); }

TEST_F(Nano, FindsTheIndirectObjectOfUnseenPairs) {
  EXPECT_GE(share_right("indirect_object.jsonl", 200), 0.95);
}

TEST_F(Nano, TheNamesOfTheExamplesAreSingleTokens) {
  for (const std::string word : {" Germany", " France", " her", " Sally", " Sam"}) {
    EXPECT_EQ(tokenizer_.encode(word).size(), 1U) << word;
  }
}

}  // namespace
}  // namespace hookflow

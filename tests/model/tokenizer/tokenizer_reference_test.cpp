// hookflow's tokenizer against two other implementations, on GPT-2's own vocabulary. Both come from the npm
// registry: tests/reference/tokenizer/make_reference.mjs writes the directory that HOOKFLOW_GPT2_TOKENIZER
// names.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/tokenizer/tokenizer.hpp"

namespace hookflow {
namespace {

using Ids = std::vector<std::int32_t>;

class TokenizerReference : public ::testing::Test {
 protected:
  void SetUp() override {
    const char* directory = std::getenv("HOOKFLOW_GPT2_TOKENIZER");
    if (directory != nullptr && *directory != '\0') {
      directory_ = directory;
      return;
    }
    const char* required = std::getenv("HOOKFLOW_REQUIRE_REFERENCES");
    const std::string reason =
        "HOOKFLOW_GPT2_TOKENIZER names no directory with GPT-2's vocabulary: tests/run.sh makes one";
    if (required != nullptr && std::string(required) == "1") FAIL() << reason;
    GTEST_SKIP() << reason;
  }

  std::filesystem::path directory_;
};

TEST_F(TokenizerReference, GivesTheIdsOfOtherImplementations) {
  const Tokenizer tokenizer = Tokenizer::load(directory_);
  const Tokenizer from_one_file = Tokenizer::load(directory_ / "tokenizer_json");
  ASSERT_EQ(tokenizer.size(), 50257u);
  std::ifstream lines(directory_ / "tokens.jsonl");
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto expected = nlohmann::json::parse(line);
    const auto text = expected.at("text").get<std::string>();
    const Ids ids = tokenizer.encode(text);
    ASSERT_EQ(ids, expected.at("ids").get<Ids>()) << "line " << count + 1 << ": " << expected.at("text");
    ASSERT_EQ(from_one_file.encode(text), ids);
    ASSERT_EQ(tokenizer.decode(ids), text);
  }
  EXPECT_GT(count, 5000u) << "tokens.jsonl is cut short";
}

TEST_F(TokenizerReference, GivesTheIdsOfHuggingFaceForAddedTokens) {
  ASSERT_TRUE(std::filesystem::exists(directory_ / "added_tokens"))
      << "made before that: tests/run.sh makes it anew";
  const Tokenizer tokenizer = Tokenizer::load(directory_ / "added_tokens");
  std::ifstream lines(directory_ / "added_tokens/tokens.jsonl");
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    const auto expected = nlohmann::json::parse(line);
    const auto text = expected.at("text").get<std::string>();
    ASSERT_EQ(tokenizer.encode(text), expected.at("ids").get<Ids>()) << text;
    ASSERT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
  EXPECT_EQ(count, 3000u);
}

TEST_F(TokenizerReference, KnownTokens) {
  const Tokenizer tokenizer = Tokenizer::load(directory_);
  EXPECT_EQ(tokenizer.encode("Berlin is the capital of"), Ids({24814, 2815, 318, 262, 3139, 286}));
  EXPECT_EQ(tokenizer.find(" Germany"), 4486);
  EXPECT_EQ(tokenizer.find("<|endoftext|>"), 50256);
  EXPECT_EQ(tokenizer.token(198), "\n");
}

TEST_F(TokenizerReference, DecodeIsTheInverseForAllBytes) {
  const Tokenizer tokenizer = Tokenizer::load(directory_);
  std::mt19937 random(5);
  for (int trial = 0; trial < 5000; ++trial) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    ASSERT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(tokenizer.size()); ++id) {
    ASSERT_EQ(tokenizer.find(tokenizer.token(id)), id);
  }
}

}  // namespace
}  // namespace hookflow

#include <gtest/gtest.h>

#include "model/library/library.hpp"
#include "tests/support/input_error.hpp"
#include "tests/support/small_config.hpp"
#include "tests/support/small_tokenizer.hpp"

namespace hookflow {
namespace {

using test::input_error;
using test::names;

/// A tokenizer of bytes and <|endoftext|>, 257 tokens; `settings`: its tokenizer_config.json.
Tokenizer tokenizer_with(const std::string& settings, const std::string& special_tokens_map = "{}") {
  const testing::ScratchDirectory directory;
  testing::SmallTokenizer().write_vocab_and_merges(directory);
  directory.write("tokenizer_config.json", settings);
  directory.write("special_tokens_map.json", special_tokens_map);
  return Tokenizer::load(directory.path());
}

Config config_with(std::optional<std::int64_t> bos) {
  Config config = testing::config();
  config.vocabulary = 257;
  config.bos_token = bos;
  return config;
}

TEST(BosToken, IsWhatTheConfigOrTheTokenizersFilesName) {
  const Config none = config_with({});
  const Config named = config_with(256);
  const Tokenizer plain = tokenizer_with("{}");
  EXPECT_EQ(find_bos_token(&named, nullptr), 256);
  EXPECT_EQ(find_bos_token(&named, &plain), 256);
  for (const char* token :
       {R"({"bos_token": "<|endoftext|>"})", R"({"bos_token": {"content": "<|endoftext|>"}})"}) {
    for (const Tokenizer& tokenizer : {tokenizer_with(token), tokenizer_with("{}", token)}) {
      EXPECT_EQ(find_bos_token(&none, &tokenizer), 256);
      EXPECT_EQ(find_bos_token(&named, &tokenizer), 256);
      EXPECT_EQ(find_bos_token(nullptr, &tokenizer), 256);
    }
  }
}

TEST(BosToken, IsRefusedWhereNoneIsNamedOrTwoAreOrItIsNoToken) {
  const auto refusal = [](const Config& config, const Tokenizer& tokenizer) {
    return input_error([&] { find_bos_token(&config, &tokenizer); });
  };
  const Tokenizer plain = tokenizer_with(R"({"bos_token": null})");
  const Tokenizer end = tokenizer_with(R"({"bos_token": "<|endoftext|>"})");
  EXPECT_TRUE(
      names(refusal(config_with({}), plain), {"config.json has no bos_token_id", "have no bos_token"}));
  EXPECT_TRUE(names(refusal(config_with(7), end), {"two BOS tokens", "is 7, ", "'<|endoftext|>', is 256"}));
  EXPECT_TRUE(names(refusal(config_with(50256), plain), {"50256", "0 to 256"}));
  EXPECT_TRUE(names(refusal(config_with(-1), plain), {"-1", "0 to 256"}));
  EXPECT_TRUE(
      names(refusal(config_with({}), tokenizer_with(R"({"bos_token": "<s>"})")), {"'<s>'", "is not one of"}));
}

}  // namespace
}  // namespace hookflow

#include "model/tokenizer/tokenizer.hpp"

#include <array>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "model/error.hpp"
#include "tests/support/small_tokenizer.hpp"

namespace hookflow {
namespace {

using namespace std::string_literals;
using testing::ScratchDirectory;
using testing::SmallTokenizer;
using Ids = std::vector<std::int32_t>;

Tokenizer load(const SmallTokenizer& small) {
  const ScratchDirectory directory;
  small.write_vocab_and_merges(directory);
  return Tokenizer::load(directory.path());
}

const SmallTokenizer small_tokenizer{{
    {"h", "e"},        // 256
    {"l", "l"},        // 257
    {"he", "ll"},      // 258
    {"hell", "o"},     // 259
    {" ", "hello"},    // 260
    {"a", "a"},        // 261
    {"aa", "aa"},      // 262
    {" ", " "},        // 263
    {"\xC3", "\xA9"},  // 264, é
    {"\xFF", "\xFF"},  // 265
}};

std::string random_bytes(std::mt19937& random, std::size_t longest) {
  std::string text(random() % (longest + 1), '\0');
  const auto alphabet = random() % 3;
  for (char& c : text) {
    const auto byte = static_cast<unsigned>(random());
    constexpr std::string_view kFew = "ahelo \n\xC3\xA9\xFF<|'s1";
    c = alphabet == 0 ? kFew[byte % kFew.size()] : static_cast<char>(byte & (alphabet == 1 ? 0x7Fu : 0xFFu));
  }
  return text;
}

TEST(Tokenizer, MergesByRankAndThenFromTheLeft) {
  const Tokenizer tokenizer = load(small_tokenizer);
  EXPECT_EQ(tokenizer.encode(""), Ids());
  EXPECT_EQ(tokenizer.encode("hello"), Ids({259}));
  EXPECT_EQ(tokenizer.encode(" hello hello"), Ids({260, 260}));
  EXPECT_EQ(tokenizer.encode("hellll"), Ids({258, 257}));
  EXPECT_EQ(tokenizer.encode("aaa"), Ids({261, 'a'}));
  EXPECT_EQ(tokenizer.encode("aaaaaaa"), Ids({262, 261, 'a'}));
  EXPECT_EQ(tokenizer.encode("   a"), Ids({263, ' ', 'a'}));
  EXPECT_EQ(tokenizer.encode("é\xFF\xFF\xFF"), Ids({264, 265, 0xFF}));
  EXPECT_EQ(tokenizer.encode("\xC3\xC3\xA9"), Ids({0xC3, 264}));
  EXPECT_EQ(tokenizer.encode("a\0b"s), Ids({'a', 0, 'b'}));
}

TEST(Tokenizer, MergesNothingAcrossPieces) {
  const Tokenizer tokenizer = load({{{"a", "1"}, {"o", " "}}});
  EXPECT_EQ(tokenizer.encode("a1o "), Ids({'a', '1', 'o', ' '}));
}

TEST(Tokenizer, OfAMergeGivenTwiceTheLastRankCounts) {
  EXPECT_EQ(load({{{"a", "b"}, {"b", "c"}}}).encode("abc"), Ids({256, 'c'}));
  const ScratchDirectory directory;
  SmallTokenizer small{{{"a", "b"}, {"b", "c"}}};
  directory.write("vocab.json", small.vocab().dump());
  directory.write("merges.txt", small.merges_txt() + "a b\n");
  EXPECT_EQ(Tokenizer::load(directory.path()).encode("abc"), Ids({'a', 257}));
}

// The definition, word for word: the lowest rank anywhere, the leftmost of equals, until nothing merges.
Ids merge_plainly(Ids ids, const std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t>& merged) {
  while (true) {
    std::size_t best = ids.size();
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto here = merged.find({ids[i], ids[i + 1]});
      if (here == merged.end()) continue;
      if (best == ids.size() || here->second < merged.at({ids[best], ids[best + 1]})) best = i;
    }
    if (best == ids.size()) return ids;
    ids[best] = merged.at({ids[best], ids[best + 1]});
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
}

TEST(Tokenizer, AgreesWithThePlainDefinitionOnRandomMerges) {
  std::mt19937 random(2);
  for (int trial = 0; trial < 20; ++trial) {
    SmallTokenizer small;
    std::vector<std::string> tokens = {"a", "b", "c"};
    std::map<std::pair<std::int32_t, std::int32_t>, std::int32_t> merged;
    std::map<std::string, std::int32_t> id_of = {{"a", 'a'}, {"b", 'b'}, {"c", 'c'}};
    while (small.merges.size() < 40) {
      const std::string left = tokens[random() % tokens.size()];
      const std::string right = tokens[random() % tokens.size()];
      const auto id = static_cast<std::int32_t>(256 + small.merges.size());
      if (!id_of.emplace(left + right, id).second) continue;
      merged[{id_of.at(left), id_of.at(right)}] = id;
      small.merges.emplace_back(left, right);
      tokens.push_back(left + right);
    }
    const Tokenizer tokenizer = load(small);
    for (int word = 0; word < 100; ++word) {
      std::string text(random() % 60, 'a');
      for (char& c : text) c = static_cast<char>('a' + random() % 3);
      ASSERT_EQ(tokenizer.encode(text), merge_plainly(Ids(text.begin(), text.end()), merged)) << text;
    }
  }
}

TEST(Tokenizer, DecodeIsTheInverseForAllBytes) {
  const Tokenizer tokenizer = load(small_tokenizer);
  for (int first = 0; first < 256; ++first) {
    const std::string one(1, static_cast<char>(first));
    ASSERT_EQ(tokenizer.encode(one), Ids({first}));
    for (int second = 0; second < 256; ++second) {
      const std::string two = one + static_cast<char>(second);
      ASSERT_EQ(tokenizer.decode(tokenizer.encode(two)), two);
    }
  }
  std::mt19937 random(3);
  for (int trial = 0; trial < 10000; ++trial) {
    const std::string text = random_bytes(random, 60);
    ASSERT_EQ(tokenizer.decode(tokenizer.encode(text)), text);
  }
}

TEST(Tokenizer, SpecialTokensAreFoundInTheText) {
  const Tokenizer tokenizer = load(small_tokenizer);
  const std::int32_t end = small_tokenizer.end_of_text();
  EXPECT_EQ(tokenizer.encode("<|endoftext|>"), Ids({end}));
  EXPECT_EQ(tokenizer.encode("hello<|endoftext|><|endoftext|> hello"), Ids({259, end, end, 260}));
  // The text before it is cut as if it ended there.
  EXPECT_EQ(tokenizer.encode("  <|endoftext|>"), Ids({263, end}));
  EXPECT_EQ(tokenizer.encode("<|endo<|endoftext|").size(), std::string("<|endo<|endoftext|").size());
  EXPECT_EQ(tokenizer.decode(Ids({'a', end})), "a<|endoftext|>");
}

TEST(Tokenizer, OfAddedTokensTheLeftmostThenTheLongestIsTaken) {
  const ScratchDirectory directory;
  const SmallTokenizer small;
  small.write_vocab_and_merges(directory);
  directory.write("added_tokens.json", R"({"ab": 257, "abc": 258, "bcdé ": 259, "aa": 260})");
  const Tokenizer tokenizer = Tokenizer::load(directory.path());
  EXPECT_EQ(tokenizer.encode("abcdé x"), Ids({258, 'd', 0xC3, 0xA9, ' ', 'x'}));
  EXPECT_EQ(tokenizer.encode("bcdé abab"), Ids({259, 257, 257}));
  EXPECT_EQ(tokenizer.encode("aaab"), Ids({260, 257}));
  EXPECT_EQ(tokenizer.token(259), "bcdé ");
  EXPECT_EQ(tokenizer.size(), 261u);
}

TEST(Tokenizer, AnIdThatNoTokenHasStandsForNoText) {
  const ScratchDirectory directory;
  const SmallTokenizer small;
  small.write_vocab_and_merges(directory);
  directory.write("added_tokens.json", R"({"[PAD]": 260})");
  const Tokenizer tokenizer = Tokenizer::load(directory.path());
  EXPECT_EQ(tokenizer.size(), 261u);
  EXPECT_EQ(tokenizer.encode("a[PAD]"), Ids({'a', 260}));
  EXPECT_EQ(tokenizer.decode(Ids({'a', 258, 260, 259})), "a[PAD]");
  EXPECT_EQ(tokenizer.token(259), "");
  EXPECT_TRUE(tokenizer.is_special(260));
  for (const std::int32_t id : {0, 257, 259}) EXPECT_FALSE(tokenizer.is_special(id)) << id;
  EXPECT_EQ(tokenizer.find(""), std::nullopt);
}

TEST(Tokenizer, FindsATokenByItsBytes) {
  const Tokenizer tokenizer = load(small_tokenizer);
  EXPECT_EQ(tokenizer.find(" hello"), 260);
  EXPECT_EQ(tokenizer.find("\xFF"), 0xFF);
  EXPECT_EQ(tokenizer.find("<|endoftext|>"), small_tokenizer.end_of_text());
  EXPECT_EQ(tokenizer.find("hello "), std::nullopt);
  EXPECT_EQ(tokenizer.find(""), std::nullopt);
  for (std::int32_t id = 0; id < static_cast<std::int32_t>(tokenizer.size()); ++id) {
    EXPECT_EQ(tokenizer.find(tokenizer.token(id)), id);
  }
}

TEST(Tokenizer, RefusesIdsOutsideTheVocabulary) {
  const Tokenizer tokenizer = load(small_tokenizer);
  EXPECT_THROW((void)tokenizer.is_special(-1), ModelError);
  EXPECT_EQ(tokenizer.size(), 267u);
  EXPECT_THROW(tokenizer.token(-1), ModelError);
  try {
    tokenizer.decode(Ids({1, 267}));
    FAIL();
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "token id 267 is outside the vocabulary: ids run from 0 to 266");
  }
}

TEST(Tokenizer, LongRunsTakeNoQuadraticTime) {
  const Tokenizer tokenizer = load(small_tokenizer);
  constexpr std::size_t kLength = 1 << 20;
  const auto repeated = [](std::string_view unit) {
    std::string text;
    while (text.size() < kLength) text += unit;
    return text;
  };
  const std::array<std::string, 10> texts = {
      repeated("a"), repeated(" "),    repeated("1"),         repeated("!"), repeated("hel"),
      repeated("é"), repeated("\xFF"), repeated(" \n") + "x", repeated("'"), repeated("<|endoftext|>"),
  };
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& text : texts) EXPECT_TRUE(tokenizer.decode(tokenizer.encode(text)) == text);
  // Measured at 2 s for all, unoptimised; a quadratic merge of one of them takes minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  EXPECT_EQ(tokenizer.encode(texts[0]).size(), kLength / 4);
}

TEST(Tokenizer, ManyThreadsShareOne) {
  const Tokenizer tokenizer = load(small_tokenizer);
  std::mt19937 random(4);
  std::vector<std::string> texts;
  for (int i = 0; i < 500; ++i) texts.push_back(random_bytes(random, 200));
  std::array<std::vector<Ids>, 4> results;
  std::vector<std::thread> threads;
  for (std::vector<Ids>& result : results) {
    threads.emplace_back([&] {
      for (const std::string& text : texts) result.push_back(tokenizer.encode(text));
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<Ids>& result : results) EXPECT_EQ(result, results[0]);
}

TEST(Printable, KeepsWhatCanBeReadAndEscapesTheRest) {
  EXPECT_EQ(printable(" Germany"), " Germany");
  EXPECT_EQ(printable("é日😀\u00A0"), "é日😀\u00A0");
  EXPECT_EQ(printable("a\n\t\x7F\0b"s), "a\\x0a\\x09\\x7f\\x00b");
  EXPECT_EQ(printable("\xC3"), "\\xc3");
  EXPECT_EQ(printable("\xA9x\xF0\x9F\x98"), "\\xa9x\\xf0\\x9f\\x98");
  EXPECT_EQ(printable("\u0085\u200D\u2028\u202E\uFEFF"),
            "\\xc2\\x85\\xe2\\x80\\x8d\\xe2\\x80\\xa8\\xe2\\x80\\xae\\xef\\xbb\\xbf");
  EXPECT_EQ(printable("\\n"), "\\n");
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace hookflow

#include "model/tokenizer/tokenizer_files.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "model/error.hpp"
#include "model/tokenizer/tokenizer.hpp"
#include "tests/support/small_tokenizer.hpp"

namespace hookflow {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::ScratchDirectory;
using testing::SmallTokenizer;
using Ids = std::vector<std::int32_t>;

const SmallTokenizer small_tokenizer{{{"a", "b"}, {"ab", "c"}}};

std::string error_of(const ScratchDirectory& directory) {
  try {
    Tokenizer::load(directory.path());
  } catch (const ModelError& error) {
    return error.what();
  }
  return "no error";
}

// The small tokenizer with one thing in its tokenizer.json changed.
std::string error_of_json(const std::function<void(json&)>& change) {
  const ScratchDirectory directory;
  json document = small_tokenizer.tokenizer_json();
  change(document);
  directory.write("tokenizer.json", document.dump());
  return error_of(directory);
}

std::string error_of_vocab(const std::function<void(json&)>& change) {
  const ScratchDirectory directory;
  json vocab = small_tokenizer.vocab();
  change(vocab);
  directory.write("vocab.json", vocab.dump());
  directory.write("merges.txt", small_tokenizer.merges_txt());
  return error_of(directory);
}

std::string error_of_merges(const std::string& merges) {
  const ScratchDirectory directory;
  directory.write("vocab.json", small_tokenizer.vocab().dump());
  directory.write("merges.txt", merges);
  return error_of(directory);
}

std::string error_beside(const char* file, const std::string& text) {
  const ScratchDirectory directory;
  small_tokenizer.write_vocab_and_merges(directory);
  directory.write(file, text);
  return error_of(directory);
}

TEST(TokenizerFiles, ReadsVocabAndMerges) {
  const ScratchDirectory directory;
  small_tokenizer.write_vocab_and_merges(directory);
  const Tokenizer tokenizer = Tokenizer::load(directory.path());
  EXPECT_EQ(tokenizer.encode("abc ab"), Ids({257, ' ', 256}));
  EXPECT_EQ(tokenizer.files(),
            (std::vector{directory.path() / "vocab.json", directory.path() / "merges.txt"}));
}

TEST(TokenizerFiles, ReadsMergesOfAnyLineEnds) {
  EXPECT_EQ(error_of_merges("a b\r\nab c\r\n"), "no error");
  EXPECT_EQ(error_of_merges("a b\nab c"), "no error");
  EXPECT_EQ(error_of_merges("#version: 0.2\n"), "no error");
  EXPECT_EQ(error_of_merges(""), "no error");
}

TEST(TokenizerFiles, ReadsTokenizerJson) {
  const ScratchDirectory directory;
  json document = small_tokenizer.tokenizer_json();
  document["version"] = "1.0";
  document["normalizer"] = nullptr;
  document["truncation"] = {{"max_length", 8}};
  document["decoder"] = {{"type", "ByteLevel"}};
  document["added_tokens"] = json::array({{{"id", 259}, {"content", "[PAD] é"}, {"lstrip", false}}});
  for (const char* key : {"dropout", "unk_token", "continuing_subword_prefix"})
    document["model"][key] = nullptr;
  directory.write("tokenizer.json", document.dump());
  const Tokenizer tokenizer = Tokenizer::load(directory.path());
  EXPECT_EQ(tokenizer.encode("abc[PAD] é<|endoftext|>"), Ids({257, 259, 258}));
  EXPECT_EQ(tokenizer.files(), std::vector{directory.path() / "tokenizer.json"});
}

TEST(TokenizerFiles, PrefersTokenizerJson) {
  const ScratchDirectory directory;
  directory.write("tokenizer.json", small_tokenizer.tokenizer_json().dump());
  directory.write("vocab.json", "not read");
  directory.write("merges.txt", "not read");
  EXPECT_EQ(error_of(directory), "no error");
}

TEST(TokenizerFiles, ReadsMergesAsPairs) {
  EXPECT_EQ(
      error_of_json([](json& d) { d["model"]["merges"] = json::parse(R"([["a", "b"], ["ab", "c"]])"); }),
      "no error");
}

TEST(TokenizerFiles, AcceptsAModelWithoutATypeAndProcessorsThatAddNothing) {
  EXPECT_EQ(error_of_json([](json& d) { d["model"].erase("type"); }), "no error");
  EXPECT_EQ(error_of_json([](json& d) {
              const json sequence = {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
              const json plain = {{"type", "TemplateProcessing"}, {"single", json::array({sequence})}};
              const json offsets = {{"type", "ByteLevel"}, {"trim_offsets", false}};
              d["post_processor"] = {{"type", "Sequence"}, {"processors", json::array({offsets, plain})}};
            }),
            "no error");
}

TEST(TokenizerFiles, TakesASequenceOfOneForWhatItHolds) {
  const auto in_sequence = [](const char* list, const json& part) -> json {
    return {{"type", "Sequence"}, {list, json::array({part})}};
  };
  const json byte_level = {{"type", "ByteLevel"}, {"add_prefix_space", false}};
  EXPECT_EQ(error_of_json([&](json& d) {
              d["pre_tokenizer"] = in_sequence("pretokenizers", in_sequence("pretokenizers", byte_level));
              d["decoder"] = in_sequence("decoders", byte_level);
            }),
            "no error");
  const json other = {{"type", "Digits"}};
  EXPECT_THAT(
      error_of_json([&](json& d) { d["pre_tokenizer"] = in_sequence("pretokenizers", other); }),
      HasSubstr("pre_tokenizer.pretokenizers[0]: {\"type\":\"Digits\"} is not supported: must be ByteLevel"));
  EXPECT_THAT(
      error_of_json([&](json& d) {
        d["pre_tokenizer"] = {{"type", "Sequence"}, {"pretokenizers", json::array({other, byte_level})}};
      }),
      HasSubstr("is not supported: must be ByteLevel"));
}

// Of "<a>" and "x<a", in "x<a>", the first is taken if it is not normalized, and the other is.
class AddedTokenOrder : public ::testing::Test {
 protected:
  Ids encode() const { return Tokenizer::load(directory_.path()).encode("x<a>"); }
  void write_added(const json& first, const json& second) const {
    json document = small_tokenizer.tokenizer_json();
    json tokens = {first, second};
    tokens[0].update({{"id", 259}, {"content", "<a>"}});
    tokens[1].update({{"id", 260}, {"content", "x<a"}});
    document["added_tokens"] = tokens;
    directory_.write("tokenizer.json", document.dump());
  }

  const ScratchDirectory directory_;
  const Ids in_order_ = {'x', 259};
  const Ids leftmost_ = {260, '>'};
};

TEST_F(AddedTokenOrder, IsThatOfTheFlags) {
  write_added({{"normalized", false}}, {{"normalized", true}});
  EXPECT_EQ(encode(), in_order_);
  write_added({{"normalized", true}, {"special", true}}, {{"normalized", true}});
  EXPECT_EQ(encode(), leftmost_);
  write_added({{"normalized", false}}, {{"normalized", false}});
  EXPECT_EQ(encode(), leftmost_);
}

TEST_F(AddedTokenOrder, SpecialTokensAreNotNormalizedUnlessTheFilesSaySo) {
  write_added({{"special", true}}, json::object());
  EXPECT_EQ(encode(), in_order_);
  write_added(json::object(), json::object());
  EXPECT_EQ(encode(), leftmost_);
  directory_.write("special_tokens_map.json", R"({"additional_special_tokens": ["<a>"]})");
  EXPECT_EQ(encode(), in_order_);
}

TEST_F(AddedTokenOrder, TheLastFileThatStatesAFlagDecides) {
  write_added({{"normalized", true}}, {{"normalized", true}});
  directory_.write("tokenizer_config.json",
                   R"({"added_tokens_decoder": {"259": {"content": "<a>", "normalized": false}}})");
  EXPECT_EQ(encode(), in_order_);
  directory_.write("special_tokens_map.json", R"({"pad_token": {"content": "<a>", "normalized": true}})");
  EXPECT_EQ(encode(), leftmost_);
}

TEST_F(AddedTokenOrder, RefusesAFlagThatIsNone) {
  write_added({{"normalized", "yes"}}, json::object());
  EXPECT_THAT(error_of(directory_), HasSubstr("added_tokens[0].normalized: must be true or false"));
}

// Whichever file is lost or not fetched: other tokens without a word would be worse than none.
TEST(TokenizerFiles, NamesALinkThatLeadsNowhereAndAPointerOfGitLfs) {
  for (const char* file : {"vocab.json", "merges.txt", "tokenizer.json", "added_tokens.json",
                           "tokenizer_config.json", "special_tokens_map.json"}) {
    const ScratchDirectory directory;
    small_tokenizer.write_vocab_and_merges(directory);
    std::filesystem::remove(directory.path() / file);
    std::filesystem::create_symlink("../gone", directory.path() / file);
    EXPECT_THAT(error_of(directory),
                HasSubstr(std::string(file) + ": is a link to '../gone', which cannot be"));
    std::filesystem::remove(directory.path() / file);
    directory.write(file, "version https://git-lfs.github.com/spec/v1\n");
    EXPECT_THAT(error_of(directory), HasSubstr(std::string(file) + ": is a Git LFS pointer"));
  }
}

TEST(TokenizerFiles, NamesBothWaysWhenFilesAreMissing) {
  const ScratchDirectory directory;
  const std::string rule = "; a tokenizer is tokenizer.json, or vocab.json and merges.txt";
  EXPECT_EQ(error_of(directory), directory.path().string() + ": holds no tokenizer" + rule);
  directory.write("vocab.json", "{}");
  EXPECT_EQ(error_of(directory), directory.path().string() + ": holds vocab.json, but no merges.txt" + rule);
  EXPECT_THROW(Tokenizer::load(directory.path() / "nowhere"), ModelError);
}

TEST(TokenizerFiles, NamesTheMalformedFile) {
  const ScratchDirectory directory;
  directory.write("tokenizer.json", "{\n\"model\": }");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: malformed JSON near byte "));
  EXPECT_THAT(error_of(directory), HasSubstr("line 2"));
  directory.write("tokenizer.json", "{\"model\": \"\xFF\"}");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: malformed JSON near byte "));
  directory.write("tokenizer.json", "[]");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: must hold one JSON object"));
  directory.write("tokenizer.json", "{}");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: lacks 'model'"));
}

TEST(TokenizerFiles, RefusesWhatALenientParserLetsPass) {
  const ScratchDirectory directory;
  directory.write("tokenizer.json", R"({"version": "1.0", "version": "2.0"})");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: key 'version' is given twice in one object"));
  const std::string deep(100'000, '[');
  directory.write("tokenizer.json", R"({"normalizer": )" + deep + std::string(deep.size(), ']') + "}");
  EXPECT_THAT(error_of(directory), HasSubstr("tokenizer.json: nested deeper than 32 levels"));
}

TEST(TokenizerFiles, RefusesSettingsThatWouldChangeTheResult) {
  const auto refused = [](const char* pointer, const json& value) {
    const std::string error = error_of_json([&](json& d) { d[json::json_pointer(pointer)] = value; });
    return error.substr(error.find(".json: ") + 7);
  };
  EXPECT_EQ(refused("/model/type", "Unigram"), R"(model.type: "Unigram" is not supported: must be BPE)");
  EXPECT_THAT(refused("/model/dropout", 0.1), HasSubstr("model.dropout: 0.1 is not supported"));
  EXPECT_THAT(refused("/model/byte_fallback", true), HasSubstr("model.byte_fallback: true is not"));
  EXPECT_THAT(refused("/model/ignore_merges", true), HasSubstr("model.ignore_merges: true is not"));
  EXPECT_THAT(refused("/model/end_of_word_suffix", "</w>"), HasSubstr("model.end_of_word_suffix: \"</w>\""));
  EXPECT_THAT(refused("/model/continuing_subword_prefix", "##"), HasSubstr("subword_prefix: \"##\" is not"));
  EXPECT_EQ(refused("/model/secret", 1), "model: setting 'secret' is not supported");
  EXPECT_EQ(refused("/secret", 1), "setting 'secret' is not supported");
  EXPECT_THAT(refused("/normalizer", {{"type", "NFC"}}), HasSubstr("normalizer: {\"type\":\"NFC\"} is not"));
  EXPECT_THAT(refused("/pre_tokenizer", nullptr), HasSubstr("pre_tokenizer: null is not supported"));
  EXPECT_THAT(refused("/pre_tokenizer/type", "Whitespace"), HasSubstr("must be ByteLevel, as in GPT-2"));
  EXPECT_THAT(refused("/pre_tokenizer/add_prefix_space", true), HasSubstr("add_prefix_space: true is not"));
  EXPECT_THAT(refused("/pre_tokenizer/use_regex", false), HasSubstr("use_regex: false is not supported"));
  EXPECT_THAT(refused("/decoder", {{"type", "WordPiece"}}),
              HasSubstr("decoder: {\"type\":\"WordPiece\"} is"));
  EXPECT_THAT(refused("/post_processor", {{"type", "RobertaProcessing"}}), HasSubstr("post_processor: {"));
  const json begin = {{"SpecialToken", {{"id", "<|endoftext|>"}}}};
  EXPECT_THAT(refused("/post_processor", {{"type", "TemplateProcessing"}, {"single", json::array({begin})}}),
              HasSubstr("no tokens are added before or after a text"));
  const json strips = {{"id", 259}, {"content", "<mask>"}, {"lstrip", true}};
  EXPECT_THAT(refused("/added_tokens", json::array({strips})),
              HasSubstr("added_tokens[0].lstrip: true is not"));
}

TEST(TokenizerFiles, RefusesMalformedMerges) {
  EXPECT_THAT(error_of_merges("#version: 0.2\na b\nab\n"), HasSubstr("merges.txt:3: 'ab' is not a merge"));
  EXPECT_THAT(error_of_merges("a b c\n"), HasSubstr("merges.txt:1: 'a b c' is not a merge"));
  EXPECT_THAT(error_of_merges("a b\n\nab c\n"), HasSubstr("merges.txt:2: '' is not a merge"));
  EXPECT_THAT(error_of_merges("a b\nb c\n"), HasSubstr("merges.txt:2: 'b c': token 'bc' is not in "));
  EXPECT_THAT(error_of_merges("x ab\n"), HasSubstr("token 'xab' is not in "));
  EXPECT_THAT(error_of_merges("日 a\n"), HasSubstr("token '日' is not in "));
  EXPECT_THAT(error_of_merges(" b\n"), HasSubstr("token '' is not in "));
  const auto merge = [](const json& value) {
    return error_of_json([&](json& d) { d["model"]["merges"][1] = value; });
  };
  EXPECT_THAT(merge("b c"), HasSubstr("tokenizer.json: merge 1: 'b c': token 'bc' is not in "));
  EXPECT_THAT(merge({"a", "b", "c"}),
              HasSubstr("tokenizer.json: model.merges[1]: [\"a\",\"b\",\"c\"] is no"));
  EXPECT_THAT(merge(7), HasSubstr("model.merges[1]: 7 is not a merge"));
  EXPECT_THAT(error_of_json([](json& d) { d["model"]["merges"] = "a b"; }), HasSubstr("must be an array"));
}

TEST(TokenizerFiles, RefusesIdsThatAreNoIds) {
  const auto id = [](const json& value) { return error_of_vocab([&](json& v) { v["ab"] = value; }); };
  EXPECT_THAT(id(-1), HasSubstr("vocab.json: token 'ab' has id -1; must be an integer from 0 to 16777215"));
  EXPECT_THAT(id(1.5), HasSubstr("has id 1.5;"));
  EXPECT_THAT(id("256"), HasSubstr("has id \"256\";"));
  EXPECT_THAT(id(5000000000), HasSubstr("has id 5000000000;"));
  EXPECT_THAT(id(18446744073709551615u), HasSubstr("has id 18446744073709551615;"));
  EXPECT_THAT(id(97), HasSubstr("vocab.json: tokens 'a' and 'ab' both have id 97"));
  EXPECT_THAT(id(2000000000), HasSubstr("has id 2000000000;"));
}

TEST(TokenizerFiles, RefusesTokensThatAreNoBytes) {
  EXPECT_THAT(error_of_vocab([](json& v) { v["日"] = 259; }), HasSubstr("token '日' (id 259) must be"));
  EXPECT_THAT(error_of_vocab([](json& v) { v["a b"] = 259; }), HasSubstr("token 'a b' (id 259) must be"));
  EXPECT_THAT(error_of_vocab([](json& v) { v[""] = 259; }), HasSubstr("token '' (id 259) must be"));
  EXPECT_THAT(error_beside("added_tokens.json", R"({"": 259})"), HasSubstr("token '' (id 259) must be"));
  const auto without_z = [](json& v) {
    v.erase("z");
    v["zz"] = 'z';
  };
  EXPECT_THAT(error_of_vocab(without_z), HasSubstr("vocab.json: no token for the single byte 122"));
}

TEST(TokenizerFiles, ReadsTheFilesBesideTheVocabulary) {
  const ScratchDirectory directory;
  small_tokenizer.write_vocab_and_merges(directory);
  directory.write("added_tokens.json", R"({"[PAD]": 259})");
  directory.write("special_tokens_map.json",
                  R"({"pad_token": {"content": "[PAD]"}, "additional_special_tokens": ["ab"], "sep": null})");
  directory.write("tokenizer_config.json", R"({"add_bos_token": false, "added_tokens_decoder": {
                  "259": {"content": "[PAD]"}, "260": {"content": "[SEP]", "special": true}}})");
  const Tokenizer tokenizer = Tokenizer::load(directory.path());
  EXPECT_EQ(tokenizer.files().size(), 5u);
  EXPECT_EQ(tokenizer.encode("[PAD][SEP]abc"), Ids({259, 260, 256, 'c'}));
}

TEST(TokenizerFiles, SayWhetherABosTokenIsPutBeforeTexts) {
  const ScratchDirectory directory;
  small_tokenizer.write_vocab_and_merges(directory);
  EXPECT_FALSE(Tokenizer::load(directory.path()).adds_bos());
  directory.write("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "ab"})");
  EXPECT_TRUE(Tokenizer::load(directory.path()).adds_bos());
  EXPECT_EQ(Tokenizer::load(directory.path()).encode("c"), Ids({'c'}));  // nobody asked
}

TEST(TokenizerFiles, RefusesWhatTheFilesBesideItContradict) {
  EXPECT_THAT(error_beside("added_tokens.json", R"({"ab": 300})"),
              HasSubstr("token 'ab' has id 256, but as an added token 300"));
  EXPECT_THAT(error_beside("added_tokens.json", R"({"x y": 97})"), HasSubstr("both have id 97"));
  EXPECT_THAT(error_beside("special_tokens_map.json", R"({"pad_token": "[PAD]"})"),
              HasSubstr("special_tokens_map.json: pad_token: token '[PAD]' has no id in the other files"));
  EXPECT_THAT(
      error_beside("tokenizer_config.json", R"({"add_prefix_space": true})"),
      HasSubstr("tokenizer_config.json: add_prefix_space: true is not supported: text is encoded as"));
  EXPECT_THAT(error_beside("tokenizer_config.json", R"({"add_eos_token": true})"),
              HasSubstr("tokenizer_config.json: add_eos_token: true is not supported: no token is added"));
  EXPECT_THAT(error_beside("tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "[P]"}}})"),
              HasSubstr("tokenizer_config.json: added_tokens_decoder.x: token '[P]' has id"));
  EXPECT_THAT(error_beside("tokenizer_config.json", "{"),
              HasSubstr("tokenizer_config.json: malformed JSON near byte "));
}

}  // namespace
}  // namespace hookflow

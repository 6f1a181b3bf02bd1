#include <cmath>
#include <cstring>

#include <gtest/gtest.h>

#include "model/files/safetensors.hpp"
#include "pipeline/yaml/param.hpp"
#include "stages/params/attention_keys.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;
using pipeline::ParamError;

constexpr double kNear = 1e-5;
const std::string kRaw = R"(at: "blocks.*.attn.hook_scores_raw[*]")";
const std::string kScaled = R"(at: "blocks.*.attn.hook_attn_scores[*]")";
const std::vector<std::int64_t> kLong = {45, 49, 73, 92, 3, 13, 79};

/// measure.attention in a model of 2 layers of 3 heads of 16, on prompts of 7 and 3 tokens.
struct Measured {
  StageChain chain;
  pipeline::Output output;

  explicit Measured(const std::string& params, const std::vector<std::string>& inputs = {"clean", ""},
                    const std::string& edits = R"({at: "blocks.*.attn.hook_q[1]"})",
                    std::vector<pipeline::Prompt> prompts = {ids_prompt("a", kLong),
                                                             ids_prompt("b", {24, 30, 84})})
      : chain(golden_model("three_heads"), std::move(prompts)) {
    chain.add("tokens", "tokenize");
    chain.add("clean", "forward", "{}", {"tokens"});
    chain.add("silenced", "ablate", edits, {"clean"});
    output = chain.add("seen", "measure.attention", params, inputs);
  }
  std::vector<double> of(const std::string& variable, std::size_t prompt = 0) {
    return chain.numbers("seen", variable, prompt);
  }
  [[nodiscard]] std::vector<std::string> axes(std::size_t variable = 0) const {
    std::vector<std::string> names;
    for (const auto& axis : output.variables.at(variable).axes) names.push_back(axis.name);
    return names;
  }
};

/// What another implementation computed of the long prompt's clean pass.
std::vector<float> golden(const std::string& place) {
  const std::string directory = golden_model("three_heads");
  const SafetensorsFile file(directory + "/golden.safetensors");
  const StoredTensor& stored = file.tensors().at("clean/0/" + place);
  std::vector<float> values(stored.bytes.size() / sizeof(float));
  std::memcpy(values.data(), stored.bytes.data(), stored.bytes.size());
  return values;
}

std::string attn(std::size_t layer, const std::string& hook) {
  return "blocks." + std::to_string(layer) + ".attn." + hook;
}

/// q of head i at a query times k of head j at a key, from the golden q and k (7, 3, 16).
double golden_score(std::size_t layer, std::size_t i, std::size_t query, std::size_t j, std::size_t key) {
  const std::vector<float> q = golden(attn(layer, "hook_q"));
  const std::vector<float> k = golden(attn(layer, "hook_k"));
  double sum = 0;
  for (std::size_t e = 0; e < 16; ++e) {
    sum += static_cast<double>(q[(query * 3 + i) * 16 + e]) * static_cast<double>(k[(key * 3 + j) * 16 + e]);
  }
  return sum;
}

TEST(MeasureAttention, EveryQueryAndKeyIsWhatTheReferenceHas) {
  Measured measured(R"({at: ["blocks.*.attn.hook_scores_raw", "blocks.*.attn.hook_attn_scores",
                              "blocks.*.attn.hook_pattern"]})");
  const std::vector<std::pair<std::string, std::string>> places = {
      {"raw", "hook_scores_raw"}, {"scaled", "hook_attn_scores"}, {"pattern", "hook_pattern"}};
  for (const auto& [name, hook] : places) {
    const auto found = measured.of(name);
    ASSERT_EQ(found.size(), 2U * 3 * 7 * 7);
    for (std::size_t layer = 0; layer < 2; ++layer) {
      const std::vector<float> wanted = golden(attn(layer, hook));
      for (std::size_t cell = 0; cell < wanted.size(); ++cell) {
        const double value = found[layer * wanted.size() + cell];
        if (std::isinf(wanted[cell])) {
          EXPECT_TRUE(std::isnan(value)) << name << " " << cell;  // hidden from the query
        } else {
          EXPECT_NEAR(value, static_cast<double>(wanted[cell]), kNear) << name << " " << cell;
        }
      }
    }
  }
  EXPECT_EQ(measured.axes(), (std::vector<std::string>{"layer", "head", "query", "key"}));
}

TEST(MeasureAttention, WeightsOfAQuerySumToOneAndTheFirstSeesItselfAlone) {
  Measured measured("{}");  // the pattern, everywhere
  const auto pattern = measured.of("pattern");
  for (std::size_t row = 0; row < 2 * 3 * 7; ++row) {
    double sum = 0;
    for (std::size_t key = 0; key < 7; ++key) sum += pattern.at(row * 7 + key);
    EXPECT_NEAR(sum, 1, kNear);
    if (row % 7 == 0) {
      EXPECT_EQ(pattern[row * 7], 1);
    }
  }
}

TEST(MeasureAttention, AcrossHeadsIsTheProductOfOneHeadsQueryAndAnothersKey) {
  Measured measured("{" + kRaw + ", heads: both, queries: last, keys: 1:-1}", {"clean", ""},
                    "{at: \"blocks.0.attn.hook_q[1]\"}", {ids_prompt("a", kLong)});
  EXPECT_EQ(measured.chain.variables("seen"), (std::vector<std::string>{"raw", "raw_cross"}));
  EXPECT_EQ(measured.axes(0), (std::vector<std::string>{"layer", "head", "key"}));
  EXPECT_EQ(measured.axes(1), (std::vector<std::string>{"layer", "query_head", "key_head", "key"}));
  const auto same = measured.of("raw");
  const auto cross = measured.of("raw_cross");
  ASSERT_EQ(same.size(), 2U * 3 * 5);
  ASSERT_EQ(cross.size(), 2U * 9 * 5);
  std::size_t values = 0;
  for (std::size_t layer = 0; layer < 2; ++layer) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 3; ++j) {
        for (std::size_t key = 1; key < 6; ++key) {
          const double found = cross[((layer * 3 + i) * 3 + j) * 5 + key - 1];
          const double wanted = golden_score(layer, i, 6, j, key);
          if (i == j) {
            EXPECT_TRUE(std::isnan(found));
            EXPECT_NEAR(same[(layer * 3 + i) * 5 + key - 1], wanted, 10 * kNear);
          } else {
            EXPECT_NEAR(found, wanted, 10 * kNear);
            ++values;
          }
        }
      }
    }
  }
  EXPECT_EQ(values, 2U * 6 * 5);
}

TEST(MeasureAttention, ScaledAcrossHeadsIsScaledAndMasked) {
  Measured measured("{" + kScaled + ", heads: cross, queries: [2]}", {"clean", ""},
                    "{at: \"blocks.0.attn.hook_q[1]\"}", {ids_prompt("a", kLong)});
  EXPECT_EQ(measured.chain.variables("seen"), (std::vector<std::string>{"scaled_cross"}));
  const auto cross = measured.of("scaled_cross");  // [layer, query_head, key_head, query, key]
  for (std::size_t cell = 0; cell < cross.size(); ++cell) {
    const std::size_t key = cell % 7, j = cell / 7 % 3, i = cell / 21 % 3, layer = cell / 63;
    if (i == j || key > 2) {
      EXPECT_TRUE(std::isnan(cross[cell]));
    } else {
      EXPECT_NEAR(cross[cell], golden_score(layer, i, 2, j, key) / 4, kNear * 10);
    }
  }
}

TEST(MeasureAttention, EarlierKeysAreThoseBeforeTheQuery) {
  Measured measured(R"({keys: earlier, queries: [0, 2, -1]})");
  Measured all("{}");
  EXPECT_EQ(
      std::get<std::vector<std::int64_t>>(measured.output.variables[0].axes[3].coordinates.labels()).size(),
      6U);
  for (std::size_t prompt = 0; prompt < 2; ++prompt) {
    const std::size_t length = prompt == 0 ? 7 : 3;
    const auto found = measured.of("pattern", prompt);  // [2, 3, 3, 6]
    const auto from = all.of("pattern", prompt);        // [2, 3, 7, 7]
    const std::vector<std::size_t> queries = {0, 2, length - 1};
    for (std::size_t cell = 0; cell < found.size(); ++cell) {
      const std::size_t key = cell % 6, query = queries[cell / 6 % 3], head = cell / 18;
      if (key < query) {
        EXPECT_NEAR(found[cell], from[(head * 7 + query) * 7 + key], kNear);
      } else {
        EXPECT_TRUE(std::isnan(found[cell])) << cell;
      }
    }
  }
}

TEST(MeasureAttention, SelfIsTheDiagonal) {
  Measured measured("{keys: self}");
  Measured all("{}");
  EXPECT_EQ(measured.axes(), (std::vector<std::string>{"layer", "head", "query"}));
  const auto found = measured.of("pattern");
  const auto from = all.of("pattern");
  ASSERT_EQ(found.size(), 2U * 3 * 7);
  for (std::size_t cell = 0; cell < found.size(); ++cell) EXPECT_EQ(found[cell], from[cell * 7 + cell % 7]);
  const auto shorter = measured.of("pattern", 1);
  EXPECT_TRUE(std::isnan(shorter.at(3)));
  EXPECT_FALSE(std::isnan(shorter.at(2)));
}

TEST(MeasureAttention, OffsetIsTheKeyAtADistanceFromTheQuery) {
  Measured all("{}");
  const auto from = all.of("pattern");
  for (const int offset : {-1, -3, 1}) {
    Measured measured("{keys: {offset: " + std::to_string(offset) + "}}");
    EXPECT_EQ(measured.axes(), (std::vector<std::string>{"layer", "head", "query"}));
    const auto found = measured.of("pattern");
    ASSERT_EQ(found.size(), 2U * 3 * 7);
    for (std::size_t cell = 0; cell < found.size(); ++cell) {
      const int key = static_cast<int>(cell % 7) + offset;
      if (key < 0 || key >= 7) {
        EXPECT_TRUE(std::isnan(found[cell])) << offset << " " << cell;
      } else {
        EXPECT_EQ(found[cell], from[cell * 7 + static_cast<std::size_t>(key)]) << offset << " " << cell;
      }
    }
  }
  EXPECT_EQ(Measured("{keys: {offset: -1}}").output.variables[0].long_name,
            "attention weight, of the key 1 before the query");
  // A key behind the query is hidden from it; across heads any key can be compared.
  Measured scaled("{" + kScaled + ", keys: {offset: 1}, queries: [2]}");
  for (const double score : scaled.of("scaled")) EXPECT_TRUE(std::isnan(score));
  Measured cross("{" + kRaw + ", heads: cross, keys: {offset: -1}, queries: last}");
  EXPECT_NEAR(cross.of("raw_cross").at(1), golden_score(0, 0, 6, 1, 5), 10 * kNear);
}

// 45 49 73 49 45 49: what stood where each token stood before, and one behind it.
TEST(MeasureAttention, PreviousOccurrenceIsCountedFromWhereTheTokenStoodBefore) {
  const std::vector<pipeline::Prompt> prompts = {ids_prompt("a", {45, 49, 73, 49, 45, 49}),
                                                 ids_prompt("b", {24, 30, 84})};
  const std::string edits = R"({at: "blocks.*.attn.hook_q[1]"})";
  Measured all("{}", {"clean", ""}, edits, prompts);
  const auto from = all.of("pattern");
  const std::vector<int> before = {-1, -1, -1, 1, 0, 3};
  for (const auto& [distance, behind] :
       {std::pair{"+1", 1}, std::pair{"1", 1}, std::pair{"0", 0}, std::pair{"-1", -1}}) {
    Measured measured(std::string("{keys: {previous_occurrence: ") + distance + "}}", {"clean", ""}, edits,
                      prompts);
    const auto found = measured.of("pattern");
    ASSERT_EQ(found.size(), 2U * 3 * 6);
    for (std::size_t cell = 0; cell < found.size(); ++cell) {
      const int stood = before[cell % 6];
      if (stood < 0 || stood + behind < 0) {
        EXPECT_TRUE(std::isnan(found[cell])) << cell;
      } else {
        EXPECT_EQ(found[cell], from[cell * 6 + static_cast<std::size_t>(stood + behind)]) << cell;
      }
    }
    for (const double weight : measured.of("pattern", 1)) EXPECT_TRUE(std::isnan(weight));  // no token twice
  }
}

TEST(MeasureAttention, EntropyIsThatOfAllWeightsOfAQuery) {
  Measured measured("{values: [each_key, entropy]}", {"clean", "silenced"});
  EXPECT_EQ(
      measured.chain.variables("seen"),
      (std::vector<std::string>{"pattern", "pattern_change", "pattern_entropy", "pattern_entropy_change"}));
  EXPECT_EQ(measured.output.variables[2].units, "nat");
  EXPECT_EQ(measured.axes(2), (std::vector<std::string>{"measured_layer", "measured_head", "query"}));
  const auto pattern = measured.of("pattern"), entropy = measured.of("pattern_entropy");
  ASSERT_EQ(entropy.size() * 7, pattern.size());
  for (std::size_t row = 0; row < entropy.size(); ++row) {
    double plain = 0;
    for (std::size_t key = 0; key < 7; ++key) {
      const double weight = pattern[row * 7 + key];
      if (weight > 0) plain -= weight * std::log(weight);
    }
    EXPECT_NEAR(entropy[row], plain, kNear);
    if (row % 7 == 0) {
      EXPECT_EQ(entropy[row], 0);  // the first query sees itself alone
    }
  }
  // Queries of zeros look at all keys alike.
  EXPECT_NEAR(entropy.at(7 + 6), std::log(7), kNear);
  Measured last("{values: entropy, queries: last, keys: self}");
  EXPECT_EQ(last.chain.variables("seen"), std::vector<std::string>{"pattern_entropy"});
  EXPECT_EQ(last.axes(), (std::vector<std::string>{"layer", "head"}));
  Measured negative("{values: entropy, queries: last}", {"", "silenced"},
                    R"({at: "blocks.0.attn.hook_pattern[1]", with: {value: -0.5}})");
  EXPECT_TRUE(std::isnan(negative.of("pattern_entropy").at(1)));
  EXPECT_FALSE(std::isnan(negative.of("pattern_entropy").at(0)));
}

TEST(MeasureAttention, ChosenHeadsKeepTheirNumbers) {
  Measured measured(R"({at: "blocks.1.attn.hook_scores_raw[2,0]", queries: last})");
  const auto& axes = measured.output.variables[0].axes;
  const auto heads = std::get<std::vector<std::int64_t>>(axes[1].coordinates.labels());
  EXPECT_EQ(axes[0].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{1}));
  const auto raw = measured.of("raw");
  ASSERT_EQ(raw.size(), 2U * 7);
  for (std::size_t h = 0; h < 2; ++h) {
    const auto head = static_cast<std::size_t>(heads.at(h));
    for (std::size_t key = 0; key < 7; ++key) {
      EXPECT_NEAR(raw[h * 7 + key], golden_score(1, head, 6, head, key), 10 * kNear);
    }
  }
}

// Zeroing head 1's queries: its scores become 0, the other heads' of that layer stay.
TEST(MeasureAttention, OfVariantsComesWithTheChange) {
  Measured measured("{" + kRaw + ", heads: both, queries: last, keys: [0, 1]}", {"clean", "silenced"});
  EXPECT_EQ(measured.axes(0), (std::vector<std::string>{"measured_layer", "measured_head", "key"}));
  EXPECT_EQ(measured.chain.variables("seen"),
            (std::vector<std::string>{"raw", "raw_change", "raw_cross", "raw_cross_change"}));
  const auto raw = measured.of("raw");  // [variant layer, measured layer, head, key]
  const auto change = measured.of("raw_change");
  const auto cross = measured.of("raw_cross");  // [variant layer, measured layer, query head, key head, key]
  for (std::size_t key = 0; key < 2; ++key) {
    EXPECT_EQ(raw.at(2 + key), 0);
    EXPECT_NEAR(change.at(2 + key), -golden_score(0, 1, 6, 1, key), 10 * kNear);
    EXPECT_NEAR(change.at(key), 0, kNear);
    EXPECT_NEAR(change.at(4 + key), 0, kNear);
    EXPECT_EQ(cross.at((1 * 3 + 0) * 2 + key), 0);
    EXPECT_NEAR(cross.at((0 * 3 + 1) * 2 + key), golden_score(0, 0, 6, 1, key), 10 * kNear);
  }
  for (std::size_t cell = 0; cell < 6; ++cell)
    EXPECT_EQ(change.at(12 + cell), 0);  // below layer 1, to the bit
}

TEST(MeasureAttention, EveryVariableHasUnitsAndAName) {
  const Measured measured("{" + kScaled + ", heads: both}", {"clean", "silenced"});
  ASSERT_EQ(measured.output.variables.size(), 4U);
  for (const auto& variable : measured.output.variables) {
    EXPECT_EQ(variable.units, "1");
    EXPECT_TRUE(names(variable.long_name, {"q.k of a query and a key", "scaled"}));
  }
}

std::string refused(const std::string& params) {
  return refusal<ParamError>([&] { Measured{params}; });
}

TEST(MeasureAttention, PlacesWithoutQueriesAndKeysAreRefused) {
  EXPECT_TRUE(
      names(refused("{at: blocks.0.attn.hook_z}"), {"at: blocks.*.attn.hook_z", "no queries and keys"}));
  EXPECT_TRUE(names(refused("{at: []}"), {"empty"}));
}

TEST(MeasureAttention, PatternAcrossHeadsIsRefusedWithTheReason) {
  EXPECT_TRUE(names(refused("{heads: cross}"), {"heads: cross", "softmax over one head's own keys"}));
  EXPECT_TRUE(names(refused("{heads: both}"), {"heads: both", "softmax"}));
}

TEST(MeasureAttention, HeadsThatAreNoneAreRefused) {
  EXPECT_TRUE(names(refused("{heads: other}"), {"unknown value 'other'", "same, cross, both"}));
  EXPECT_TRUE(names(refused("{at: \"blocks.0.attn.hook_scores_raw[1]\", heads: cross}"),
                    {"heads: cross: only one head is selected"}));
}

TEST(MeasureAttention, PositionsThatAPromptLacksAreRefused) {
  EXPECT_TRUE(names(refused("{queries: [5]}"), {"queries:", "prompt 'b': position 5"}));
  EXPECT_TRUE(names(refused("{keys: [5]}"), {"keys:", "prompt 'b': position 5"}));
  EXPECT_TRUE(names(refused("{keys: \"3:\"}"), {"keys:", "prompt 'b': position", "3: select nothing"}));
}

TEST(MeasureAttention, KeysThatAreNoneAreRefused) {
  EXPECT_TRUE(
      names(refused("{keys: later}"),
            {"'later'", "keys may also be earlier, self, {offset: -1} or {previous_occurrence: +1}"}));
  EXPECT_TRUE(
      names(refused("{keys: earlier, queries: [0]}"), {"keys: earlier: no query has a key before it"}));
}

TEST(MeasureAttention, RelativeKeysThatAreNoneAreRefused) {
  EXPECT_TRUE(
      names(refused("{keys: {ofset: 1}}"), {"names no keys", "{offset: -1}", "{previous_occurrence: +1}"}));
  EXPECT_TRUE(names(refused("{keys: {offset: 1, previous_occurrence: 1}}"), {"names no keys"}));
  EXPECT_TRUE(names(refused("{keys: {offset: one}}"), {"whole number"}));
  EXPECT_TRUE(
      names(refused("{keys: {offset: -7}}"), {"keys: {\"offset\":-7}: no query has a key at that distance"}));
  EXPECT_TRUE(names(refused("{keys: {offset: 9223372036854775807}}"), {"no query has a key"}));
  EXPECT_TRUE(names(refused("{keys: {previous_occurrence: +1}}"), {"no query's token stands before it"}));
}

TEST(MeasureAttention, EntropyOfScoresIsRefused) {
  EXPECT_TRUE(
      names(refused("{" + kRaw + ", values: entropy}"), {"values: ", "holds scores", "hook_pattern"}));
  EXPECT_TRUE(names(refused("{values: []}"), {"empty"}));
}

TEST(MeasureAttention, KeysReadBack) {
  for (const std::string text :
       {"\"earlier\"", "\"self\"", "\"last\"", "{\"offset\":-2}", "{\"previous_occurrence\":1}"}) {
    KeyChoice keys;
    read_param(pipeline::parse_yaml_value(text), keys);
    EXPECT_EQ(pipeline::to_json(write_param(keys)), text);
  }
}

TEST(MeasureAttention, QueriesThatAreNoneAreRefused) {
  EXPECT_TRUE(names(refused("{queries: self}"), {"'self'", "positions must be"}));
}

TEST(MeasureAttention, NoInputIsRefused) {
  EXPECT_TRUE(names(refusal<ParamError>([] { Measured("{}", {"", ""}); }), {"in: there is no input"}));
}

}  // namespace
}  // namespace hookflow::stages

// A kind of edit that this file alone knows: what adding one takes, and where it shows.
#include <stdexcept>

#include <gtest/gtest.h>

#include "model/edits/edit_kind.hpp"
#include "model/error.hpp"
#include "stages/edit/replacement_param.hpp"
#include "stages/subject/pass_request.hpp"
#include "stages/subject/values.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tensor_of.hpp"

namespace hookflow::stages {
namespace {

using namespace testing_support;

/// Every activation times a factor.
class Stretch : public EditKind {
 public:
  explicit Stretch(float factor) : factor_(factor) {}
  [[nodiscard]] std::optional<std::string> problem_at(const EditPlace& place) const override {
    if (place.kind == HookKind::pattern) return "stretch: what is left of a pattern would not add up to 1";
    return {};
  }
  float edit(const EditedRows& at) const override {
    for (const std::size_t row : at.rows) {
      for (float& value : at.block.row(row)) value *= factor_;
    }
    return kNoScalar;
  }

 private:
  float factor_;
};

/// Written with the other's key, by a word instead of a number.
class Double : public Stretch {
 public:
  explicit Double(const std::string& /*word*/) : Stretch(2) {}
};

const bool kDoubleForm =
    register_edit_form<Double, std::string>("stretch", {.words = {{"double", "twice as much"}}});
const bool kStretchKind = register_edit_kind<Stretch, float>("stretch");
class Half : public Stretch {
 public:
  explicit Half(const std::string& /*word*/) : Stretch(0.5F) {}
};
const bool kHalfForm =
    register_edit_form<Half, std::string>("stretch", {.words = {{"half", "half as much"}}});

Replacement read(const std::string& yaml) {
  Replacement replacement;
  read_param(pipeline::parse_yaml_value(yaml), replacement);
  return replacement;
}

TEST(NewEditKind, IsReadAndWritten) {
  const Replacement half = read("{stretch: 0.5}");
  EXPECT_EQ(half, Replacement("stretch", 0.5F));
  EXPECT_EQ(half.label(), "stretch_0.5");
  EXPECT_EQ(to_json(write_param(half)), R"({"stretch":0.5})");
}

// Whichever of the files is first.
TEST(NewEditKind, MayBeWrittenInWaysThatOtherFilesAdd) {
  EXPECT_NE(dynamic_cast<const Double*>(&*read("{stretch: double}")), nullptr);
  EXPECT_NE(dynamic_cast<const Half*>(&*read("{stretch: half}")), nullptr);
  EXPECT_EQ(dynamic_cast<const Half*>(&*read("{stretch: 0.5}")), nullptr);
  EXPECT_TRUE(names(refusal<pipeline::ParamError>([] { read("{stretch: triple}"); }),
                    {"unknown 'triple'", "must be double (twice as much) or half (half as much)"}));
  for (const char* form : {"{stretch: double}", "{stretch: half}"})
    EXPECT_NE(edit_rule().find(form), std::string::npos) << form;
}

TEST(NewEditKind, IsToldWithTheOthers) {
  for (const char* form : {"zero", "{stretch: x}", "{value: x}", "{value: [x, ...]}", "{mean: head}",
                           "{mean: positions}", "{add: [x, ...]}"})
    EXPECT_NE(edit_rule().find(form), std::string::npos) << form << " is not in " << edit_rule();
  const std::string message = refusal<pipeline::ParamError>([] { read("{stretc: 1}"); });
  EXPECT_TRUE(names(message, {"unknown replacement 'stretc' (did you mean 'stretch'?)", edit_rule()}));
  for (const pipeline::ParamDecl& param : pipeline::find_stage("ablate")->params) {
    if (param.name == "with") {
      EXPECT_EQ(param.listed(), edit_forms());
    }
  }
}

TEST(NewEditKind, IsInTheSchema) {
  const std::string schema = to_json(param_schema(std::type_identity<Replacement>{}));
  EXPECT_NE(schema.find(R"("stretch":{"anyOf":[{"type":"number"},)"), std::string::npos) << schema;
}

TEST(NewEditKind, IsMadeByThePass) {
  StageChain chain(golden_model("three_heads"), {ids_prompt("a", {45, 49, 73, 92})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  const auto& output =
      chain.add("stretched", "ablate",
                R"({at: "blocks.1.attn.hook_z[2]", with: {stretch: -2}, positions: last})", {"clean"});
  EXPECT_EQ(output.expands[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"stretch_-2"}));
  const HookPoint z{HookKind::z, 1};
  PassRequest request;
  request.keep(z, Positions::all());
  chain.ask("clean", request);
  chain.ask("stretched", request);
  const std::vector<float> before = tensor_of(chain.value<Pass>("clean").result().captured.at(z)).values;
  const std::vector<float> after =
      tensor_of(chain.value<Variants>("stretched").results[0].captured.at(z)).values;
  ASSERT_EQ(after.size(), 4U * 3 * 16);
  for (std::size_t i = 0; i < after.size(); ++i) {
    const bool edited = i >= 3U * 48 + 32;
    EXPECT_EQ(after[i], before[i] * (edited ? -2.0F : 1.0F)) << i;
  }
}

TEST(NewEditKind, SaysWhereItCannotBeMade) {
  StageChain chain(golden_model("three_heads"), {ids_prompt("a", {45, 49})});
  chain.add("tokens", "tokenize");
  chain.add("clean", "forward", "{}", {"tokens"});
  const std::string message = refusal<pipeline::ParamError>([&] {
    chain.add("stretched", "ablate", R"({at: "blocks.1.attn.hook_pattern", with: {stretch: 2}})", {"clean"});
  });
  EXPECT_EQ(message, "with: stretch: what is left of a pattern would not add up to 1");
}

TEST(NewEditKind, HasAKeyOfItsOwn) {
  EXPECT_THROW((register_edit_kind<Stretch, float>("stretch")), std::logic_error);
  EXPECT_THROW((register_edit_kind<Stretch, float>("mean")), std::logic_error);
}

TEST(NewEditKind, TakesItsOwnArgumentAlone) {
  const std::string rule = "stretch: must be {stretch: x} or {stretch: double} or {stretch: half}";
  EXPECT_EQ(refusal<ModelError>([] { Replacement("stretch", std::vector<float>{1}); }), rule);
  EXPECT_EQ(refusal<ModelError>([] { Replacement("stretch"); }), rule);
}

}  // namespace
}  // namespace hookflow::stages

#include "stages/edit/variant_grid.hpp"

#include <gtest/gtest.h>

#include "model/gpt2/gpt2.hpp"
#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Axis;
using pipeline::ParamError;
using testing_support::names;
using testing_support::refusal;

/// 3 layers of 3 heads, 7 wide.
Config config() {
  Config config = testing::tiny_config();
  config.head_width = config.width / config.heads;
  config.modules = &gpt2::module_names();
  return config;
}

const Replacement kZero;

Replacement mean_head() { return Replacement("mean", "head"); }
Replacement value(float number) { return Replacement("value", number); }
Replacement add(std::size_t width) { return Replacement("add", std::vector<float>(width)); }

VariantGrid grid(const GridRequest& request) { return make_variant_grid(request, config()); }

std::vector<std::string> axis_names(const VariantGrid& grid) {
  std::vector<std::string> all;
  for (const Axis& axis : grid.axes) all.push_back(axis.name + " " + std::to_string(axis.size()));
  return all;
}

/// An edit in short: `blocks.1.attn.hook_z[2]=zero`.
std::string text(const Intervention& edit) {
  const char* const with = edit.with == kZero ? "zero" : "other";
  return to_string(edit.at) + (edit.head ? "[" + std::to_string(*edit.head) + "]" : "") + "=" + with;
}

TEST(VariantGrid, EveryCombinationOnceWithTheLastAxisFastest) {
  const VariantGrid made = grid({{"blocks.*.attn.hook_z[*]"}, {kZero, mean_head()}, Positions::all(), {}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 2", "layer 3", "head 3"}));
  ASSERT_EQ(made.variants.size(), 18U);
  for (std::size_t i = 0; i < 18; ++i) {
    ASSERT_EQ(made.variants[i].size(), 1U);
    const Intervention& edit = made.variants[i][0];
    EXPECT_EQ(edit.with, i < 9 ? kZero : mean_head());
    EXPECT_EQ(edit.at.layer, i % 9 / 3);
    EXPECT_EQ(edit.head, i % 3);
  }
}

TEST(VariantGrid, CoordinatesAreThoseSelected) {
  const VariantGrid made =
      grid({{"blocks.0,2.attn.hook_q[1,2]"}, {kZero, value(0.5F)}, Positions::last(), {}});
  EXPECT_EQ(made.axes[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"zero", "value_0.5"}));
  EXPECT_EQ(made.axes[1].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(made.axes[2].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(text(made.variants[3][0]), "blocks.2.attn.hook_q[2]=zero");
  EXPECT_EQ(made.variants[3][0].positions, Positions::last());
}

TEST(VariantGrid, PlaceWithoutHeadsHasNoAxisOfThem) {
  const VariantGrid made = grid({{"blocks.1-2.hook_mlp_out"}, {kZero}, Positions::all(), {}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "layer 2"}));
  EXPECT_EQ(text(made.variants[1][0]), "blocks.2.hook_mlp_out=zero");
}

TEST(VariantGrid, SeveralPlacesAreAnAxisBeforeTheirLayers) {
  const VariantGrid made = grid({{"h.*.attn.c_attn:output"}, {kZero}, Positions::all(), {}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "place 3", "layer 3"}));
  EXPECT_EQ(text(made.variants[4][0]), "blocks.1.attn.hook_k=zero");
}

TEST(VariantGrid, TogetherPutsAnAxisIntoOneVariant) {
  const VariantGrid made = grid({{"blocks.*.attn.hook_z[*]"}, {kZero}, Positions::all(), {"layer"}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "head 3"}));
  ASSERT_EQ(made.variants.size(), 3U);
  ASSERT_EQ(made.variants[2].size(), 3U);
  EXPECT_EQ(text(made.variants[2][1]), "blocks.1.attn.hook_z[2]=zero");
}

TEST(VariantGrid, TogetherOverAllAxesIsOneVariantAReplacement) {
  const VariantGrid made = grid({{"blocks.*.attn.hook_q[*]", "blocks.*.attn.hook_k[*]"},
                                 {kZero, value(1)},
                                 Positions::all(),
                                 {"head", "place", "layer"}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 2"}));
  ASSERT_EQ(made.variants.size(), 2U);
  EXPECT_EQ(made.variants[1].size(), 2U * 3 * 3);
}

TEST(VariantGrid, FirstEditIsThePlaceReachedFirst) {
  const Variant variant = {{{HookKind::q, 2}, {}, {}, {}}, {{HookKind::mlp_out, 0}, {}, {}, {}}};
  EXPECT_EQ(first_edit(variant), (HookPoint{HookKind::mlp_out, 0}));
}

struct Refused {
  std::string name;
  GridRequest request;
  std::vector<std::string> parts;
};

class VariantGridRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(VariantGridRefuses, WithPlaceValueAndRule) {
  const std::string message = refusal<std::exception>([] { grid(GetParam().request); });
  for (const std::string& part : GetParam().parts) EXPECT_TRUE(names(message, {part}));
}

INSTANTIATE_TEST_SUITE_P(
    All, VariantGridRefuses,
    ::testing::Values(
        Refused{"NoReplacement", {{"blocks.0.attn.hook_z[0]"}, {}, {}, {}}, {"with: the list is empty"}},
        Refused{"PlaceThatCannotBeEdited",
                {{"blocks.0.ln1.hook_scale"}, {kZero}, {}, {}},
                {"at: blocks.*.ln1.hook_scale cannot be edited"}},
        Refused{"HeadAfterTheyAreMixed", {{"blocks.0.hook_attn_out[1]"}, {kZero}, {}, {}}, {"hook_attn_out"}},
        Refused{"HeadOutOfRange", {{"blocks.0.attn.hook_z[3]"}, {kZero}, {}, {}}, {"3", "0-2"}},
        Refused{"LayerOutOfRange", {{"blocks.7.attn.hook_z"}, {kZero}, {}, {}}, {"7", "0-2"}},
        Refused{"AddOfWrongWidthToAHead",
                {{"blocks.0.attn.hook_z[0]"}, {add(21)}, {}, {}},
                {"with: add: 21 numbers", "blocks.*.attn.hook_z' has 7 a position"}},
        Refused{"AddOfWrongWidthToAPlace",
                {{"blocks.0.mlp.hook_post"}, {add(21)}, {}, {}},
                {"with: add: 21 numbers", "has 50 a position"}},
        Refused{"AddToAPattern", {{"blocks.0.attn.hook_pattern[0]"}, {add(4)}, {}, {}}, {"no fixed width"}},
        Refused{"MeanOfAHeadWithoutHead",
                {{"blocks.0.attn.hook_z"}, {mean_head()}, {}, {}},
                {"{mean: head} needs a head", "write blocks.*.attn.hook_z[*]"}},
        Refused{"MeanOfAHeadWhereThereAreNone",
                {{"blocks.0.hook_mlp_out"}, {mean_head()}, {}, {}},
                {"{mean: head} needs a head", "use {mean: positions}"}},
        Refused{"ReplacementTwice",
                {{"blocks.0.attn.hook_z[0]"}, {value(0.1F), value(0.1F)}, {}, {}},
                {"with: value_0.1 is there twice"}},
        Refused{"PlaceTwice",
                {{"blocks.0.attn.hook_z", "h.0.attn.c_proj:input"}, {kZero}, {}, {}},
                {"at: 'h.0.attn.c_proj:input' is there twice"}},
        Refused{
            "OtherLayers",
            {{"blocks.0.attn.hook_q[0]", "blocks.1.attn.hook_k[0]"}, {kZero}, {}, {}},
            {"at: 'blocks.1.attn.hook_k[0]' selects other layers or heads than 'blocks.0.attn.hook_q[0]'"}},
        Refused{"OtherHeads",
                {{"blocks.0.attn.hook_q[0]", "blocks.0.attn.hook_k[1]"}, {kZero}, {}, {}},
                {"selects other layers or heads"}},
        Refused{"UnknownTogether",
                {{"blocks.*.attn.hook_z[*]"}, {kZero}, {}, {"heads"}},
                {"together: there is no axis 'heads' here (did you mean 'head'?)"}},
        Refused{"TogetherWithoutThatAxis",
                {{"blocks.*.attn.hook_z"}, {kZero}, {}, {"head"}},
                {"together: there is no axis 'head' here"}}),
    [](const auto& refused) { return refused.param.name; });

TEST(VariantGrid, TwoVectorsToAddGetLabelsOfTheirOwn) {
  const VariantGrid made = grid({{"blocks.0.attn.hook_z[0]"}, {add(7), add(7)}, Positions::all(), {}});
  EXPECT_EQ(made.axes[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"add", "add_1"}));
}

}  // namespace
}  // namespace hookflow::stages

#include "stages/edit/grid/variant_grid.hpp"

#include <gtest/gtest.h>

#include "model/gpt2/gpt2.hpp"
#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/tiny_model.hpp"

namespace hookflow::stages {
namespace {

using pipeline::Axis;
using pipeline::ParamError;
using testing_support::names;
using testing_support::refusal;

/// 3 layers of 3 heads, 7 wide.
const Config& config() {
  static const Config made = [] {
    Config config = testing::tiny_config();
    config.head_width = config.width / config.heads;
    config.modules = &gpt2::module_names();
    return config;
  }();
  return made;
}

const Replacement kZero;

Replacement mean_head() { return Replacement("mean", "head"); }
Replacement value(float number) { return Replacement("value", number); }
Replacement values(std::size_t width) { return Replacement("value", std::vector<float>(width)); }
Replacement add(std::size_t width) { return Replacement("add", std::vector<float>(width)); }

/// In two prompts, of 2 and of 4 tokens.
LabelledVariants grid(const GridRequest& request) {
  const auto prompts = testing_support::as_prompts(
      {testing_support::ids_prompt("short", {1, 2}), testing_support::ids_prompt("long", {1, 2, 3, 4})});
  testing_support::NoSubject subject;
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  TokenFacts tokens;
  tokens.lengths = {2, 4};
  tokens.longest = 4;
  tokens.findings = context.findings;
  EditScope scope(config(), context, tokens);
  LabelledVariants made = make_variant_grid(request, scope);
  testing_support::raise_refusals(context);
  return made;
}

std::vector<std::string> axis_names(const LabelledVariants& grid) {
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
  const LabelledVariants made =
      grid({{"blocks.*.attn.hook_z[*]"}, {kZero, mean_head()}, Positions::all(), {}});
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
  const LabelledVariants made =
      grid({{"blocks.0,2.attn.hook_q[1,2]"}, {kZero, value(0.5F)}, Positions::last(), {}});
  EXPECT_EQ(made.axes[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"zero", "value_0.5"}));
  EXPECT_EQ(made.axes[1].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(made.axes[2].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{1, 2}));
  EXPECT_EQ(text(made.variants[3][0]), "blocks.2.attn.hook_q[2]=zero");
  EXPECT_EQ(made.variants[3][0].positions, Positions::last());
}

TEST(VariantGrid, PlaceWithoutHeadsHasNoAxisOfThem) {
  const LabelledVariants made = grid({{"blocks.1-2.hook_mlp_out"}, {kZero}, Positions::all(), {}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "layer 2"}));
  EXPECT_EQ(text(made.variants[1][0]), "blocks.2.hook_mlp_out=zero");
}

TEST(VariantGrid, SeveralPlacesAreAnAxisBeforeTheirLayers) {
  const LabelledVariants made = grid({{"h.*.attn.c_attn:output"}, {kZero}, Positions::all(), {}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "hook_point 3", "layer 3"}));
  EXPECT_EQ(text(made.variants[4][0]), "blocks.1.attn.hook_k=zero");
}

TEST(VariantGrid, TogetherPutsAnAxisIntoOneVariant) {
  const LabelledVariants made = grid({{"blocks.*.attn.hook_z[*]"}, {kZero}, Positions::all(), {"layer"}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "head 3"}));
  ASSERT_EQ(made.variants.size(), 3U);
  ASSERT_EQ(made.variants[2].size(), 3U);
  EXPECT_EQ(text(made.variants[2][1]), "blocks.1.attn.hook_z[2]=zero");
}

TEST(VariantGrid, TogetherOverAllAxesIsOneVariantAReplacement) {
  const LabelledVariants made = grid({{"blocks.*.attn.hook_q[*]", "blocks.*.attn.hook_k[*]"},
                                      {kZero, value(1)},
                                      Positions::all(),
                                      {"head", "hook_point", "layer"}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 2"}));
  ASSERT_EQ(made.variants.size(), 2U);
  EXPECT_EQ(made.variants[1].size(), 2U * 3 * 3);
}

GridRequest with_keys(EditPositions queries, EditPositions keys) {
  GridRequest request{{"blocks.*.attn.hook_pattern[*]"}, {kZero}, std::move(queries), {}};
  request.keys = std::move(keys);
  return request;
}

EditPositions each() {
  EditPositions positions;
  read_param(pipeline::parse_yaml_value("each"), positions);
  return positions;
}

TEST(VariantGrid, KeysAreOfEveryVariant) {
  const LabelledVariants made = grid(with_keys(Positions::last(), Positions::at({0, 1})));
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "layer 3", "head 3"}));
  for (const Variant& variant : made.variants) EXPECT_EQ(variant[0].keys, Positions::at({0, 1}));
}

TEST(VariantGrid, EachKeyOfEachQueryIsAVariant) {
  const LabelledVariants made = grid(with_keys(each(), each()));
  EXPECT_EQ(axis_names(made),
            (std::vector<std::string>{"replacement 1", "layer 3", "head 3", "position 4", "key 4"}));
  EXPECT_EQ(made.variants[6][0].positions, Positions::where_there(1));
  EXPECT_EQ(made.variants[6][0].keys, Positions::where_there(2));
}

TEST(VariantGrid, AlternativesOfKeysAreAnAxisBehindThoseOfPositions) {
  EditPositions either, keys;
  read_param(pipeline::parse_yaml_value("{each_of: [all, last]}"), either);
  read_param(pipeline::parse_yaml_value("{each_of: [0, 1]}"), keys);
  const LabelledVariants made = grid(with_keys(either, keys));
  EXPECT_EQ(axis_names(made),
            (std::vector<std::string>{"replacement 1", "positions 2", "keys 2", "layer 3", "head 3"}));
  EXPECT_EQ(made.variants[9][0].positions, Positions::all());
  EXPECT_EQ(made.variants[9][0].keys, Positions::at({1}));
}

std::vector<std::size_t> layers_of(const Variant& variant) {
  std::vector<std::size_t> layers;
  for (const Intervention& edit : variant) layers.push_back(edit.at.layer);
  return layers;
}

TEST(VariantGrid, AWindowIsEachLayerWithThoseAroundIt) {
  using Layers = std::vector<std::size_t>;
  GridRequest request{{"blocks.*.attn.hook_z[*]"}, {kZero}, {}, {}};
  request.window = 3;
  const LabelledVariants made = grid(request);
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1", "layer 3", "head 3"}));
  EXPECT_EQ(made.axes[1].long_name, "middle of 3 layers that are edited together");
  EXPECT_EQ(layers_of(made.variants[1]), (Layers{0, 1}));
  EXPECT_EQ(layers_of(made.variants[4]), (Layers{0, 1, 2}));
  for (const Intervention& edit : made.variants[4]) EXPECT_EQ(edit.head, 1U);
  EXPECT_EQ(layers_of(made.variants[8]), (Layers{1, 2}));
  request.window = 2;  // the one before it, as with an even number there is one more before than behind
  EXPECT_EQ(layers_of(grid(request).variants[4]), (Layers{0, 1}));
  request.window = 100;
  EXPECT_EQ(layers_of(grid(request).variants[0]), (Layers{0, 1, 2}));
  request.together = {"head"};
  EXPECT_EQ(grid(request).variants[2].size(), 9U);
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
                {"with: add: 21 numbers given, but a head of blocks.*.attn.hook_z takes 7"}},
        Refused{"AddOfWrongWidthToAPlace",
                {{"blocks.0.mlp.hook_post"}, {add(21)}, {}, {}},
                {"with: add: 21 numbers given, but blocks.*.mlp.hook_post takes 50"}},
        Refused{"OneNumberToAddToAHead",
                {{"blocks.0.attn.hook_z[0]"}, {add(1)}, {}, {}},
                {"with: add: 1 number given, but a head of blocks.*.attn.hook_z takes 7"}},
        Refused{"ValuesOfWrongWidth",
                {{"blocks.0.attn.hook_z"}, {values(7)}, {}, {}},
                {"with: value: 7 numbers given, but blocks.*.attn.hook_z takes 21"}},
        Refused{"AddToAPatternOfPromptsOfOtherLengths",
                {{"blocks.0.attn.hook_pattern[0]"}, {add(4)}, {}, {}},
                {"prompt 'short': add: 4 numbers given",
                 "a head of blocks.*.attn.hook_pattern takes 2, one for each token of the prompt"}},
        Refused{"PositionThatAPromptLacks",
                {{"blocks.0.attn.hook_z[0]"}, {kZero}, Positions::at({0, 3}), {}},
                {"prompt 'short': position", "position 3", "2 tokens"}},
        Refused{"KeysOfAPlaceWithoutAny",
                {{"blocks.0.attn.hook_z[0]"}, {kZero}, {}, {}, {}, {}, EditPositions(Positions::last())},
                {"keys: blocks.*.attn.hook_z has no keys; must be at hook_attn_scores or hook_pattern"}},
        Refused{"KeyThatAPromptLacks",
                {{"blocks.0.attn.hook_pattern"}, {kZero}, {}, {}, {}, {}, EditPositions(Positions::at({3}))},
                {"keys:", "prompt 'short': position 3 is outside a prompt of 2 tokens"}},
        Refused{"MaskedWithoutKeys",
                {{"blocks.0.attn.hook_attn_scores"}, {Replacement("masked")}, {}, {}},
                {"keys: is missing: masked hides keys"}},
        Refused{"MaskedPattern",
                {{"blocks.0.attn.hook_pattern"}, {Replacement("masked")}, {}, {}},
                {"with: masked: a pattern's weights", "hook_attn_scores"}},
        Refused{"WindowWithoutLayers",
                {{"hook_embed"}, {kZero}, {}, {}, {}, {}, {}, 3},
                {"window: there is no axis layer"}},
        Refused{"MeanOfAHeadWithoutHead",
                {{"blocks.0.attn.hook_z"}, {mean_head()}, {}, {}},
                {"{mean: head} needs a head", "write blocks.*.attn.hook_z[*]"}},
        Refused{"MeanOfAHeadWhereThereAreNone",
                {{"blocks.0.hook_mlp_out"}, {mean_head()}, {}, {}},
                {"{mean: head} needs a head", "use {mean: positions}"}},
        Refused{"ReplacementTwice",
                {{"blocks.0.attn.hook_z[0]"}, {value(0.1F), value(0.1F)}, {}, {}},
                {"with: value_0.1 is given twice"}},
        Refused{"PlaceTwice",
                {{"blocks.0.attn.hook_z", "h.0.attn.c_proj:input"}, {kZero}, {}, {}},
                {"at: 'h.0.attn.c_proj:input': blocks.0.attn.hook_z is given twice"}},
        Refused{"HeadOfAPlaceThatIsThereAsAWhole",
                {{"blocks.0.attn.hook_z", "blocks.*.attn.hook_z[1]"}, {kZero}, {}, {"layer", "head"}},
                {"at: 'blocks.*.attn.hook_z[1]': blocks.0.attn.hook_z[1] is given twice"}},
        Refused{
            "OtherLayers",
            {{"blocks.0.attn.hook_q[0]", "blocks.1.attn.hook_k[0]"}, {kZero}, {}, {}},
            {"at: there is nothing to edit in hook_point blocks.*.attn.hook_q, layer 1, head 0", "together"}},
        Refused{"OtherHeads",
                {{"blocks.0.attn.hook_q[0]", "blocks.0.attn.hook_k[1]"}, {kZero}, {}, {}},
                {"at: there is nothing to edit in hook_point blocks.*.attn.hook_q, layer 0, head 1",
                 "`variants`"}},
        Refused{"PlaceWithoutHeadsBesideHeads",
                {{"blocks.0.attn.hook_z[0]", "blocks.0.hook_mlp_out"}, {kZero}, {}, {}},
                {"at: blocks.0.hook_mlp_out has no head, but other hook points have", "together: head"}},
        Refused{"ExceptionThatEmptiesAVariant",
                {{"blocks.*.attn.hook_z[*]"}, {kZero}, {}, {}, {"blocks.1.attn.hook_z[2]"}},
                {"except: there is nothing to edit in layer 1, head 2",
                 "every combination of labels is a variant"}},
        Refused{"NameThatIsTheLabelOfAnother",
                {{"blocks.0.attn.hook_z[0]"}, {kZero, Replacement("value", 1.0F, "zero")}, {}, {}},
                {"with: zero is given twice"}},
        Refused{"UnknownTogether",
                {{"blocks.*.attn.hook_z[*]"}, {kZero}, {}, {"heads"}},
                {"together: unknown axis 'heads' (did you mean 'head'?)"}},
        Refused{"TogetherWithoutThatAxis",
                {{"blocks.*.attn.hook_z"}, {kZero}, {}, {"head"}},
                {"together: unknown axis 'head'"}}),
    [](const auto& refused) { return refused.param.name; });

std::vector<std::string> replacement_labels(const std::vector<Replacement>& with) {
  const auto axis = grid({{"blocks.0.attn.hook_z[0]"}, with, Positions::all(), {}}).axes.at(0);
  return std::get<std::vector<std::string>>(axis.coordinates.labels());
}

TEST(VariantGrid, NamesAreLabels) {
  EXPECT_EQ(replacement_labels({kZero, Replacement("add", std::vector<float>(7), "rome"),
                                Replacement("mean", "head", "own mean")}),
            (std::vector<std::string>{"zero", "rome", "own mean"}));
}

TEST(VariantGrid, VectorsWithoutNamesGetLabelsThatNoOtherHas) {
  EXPECT_EQ(replacement_labels({add(7), add(7), Replacement("add", std::vector<float>(7), "add_1")}),
            (std::vector<std::string>{"add", "add_2", "add_1"}));
  EXPECT_EQ(replacement_labels({values(7), value(1), values(7), values(7)}),
            (std::vector<std::string>{"value", "value_1", "value_2", "value_3"}));
}

TEST(VariantGrid, HeadsOfSeveralLayersTogetherAreOneVariant) {
  const LabelledVariants made = grid(
      {{"blocks.0.attn.hook_z[0]", "blocks.1.attn.hook_z[2]"}, {kZero}, Positions::all(), {"layer", "head"}});
  EXPECT_EQ(axis_names(made), (std::vector<std::string>{"replacement 1"}));
  ASSERT_EQ(made.variants.size(), 1U);
  EXPECT_EQ(text(made.variants[0].at(0)), "blocks.0.attn.hook_z[0]=zero");
  EXPECT_EQ(text(made.variants[0].at(1)), "blocks.1.attn.hook_z[2]=zero");
}

TEST(VariantGrid, HookPointsNamedOneByOneAreTheGridOfTheirUnion) {
  const LabelledVariants one = grid({{"blocks.0-1.attn.hook_z[1,2]"}, {kZero}, {}, {}});
  const LabelledVariants many = grid(
      {{"blocks.1.attn.hook_z[2]", "blocks.0.attn.hook_z[1,2]", "blocks.1.attn.hook_z[1]"}, {kZero}, {}, {}});
  EXPECT_EQ(one.axes, many.axes);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(text(one.variants[i].at(0)), text(many.variants[i].at(0)));
}

TEST(VariantGrid, ExceptLeavesOutOfWhatIsTogether) {
  const LabelledVariants made = grid({{"blocks.*.attn.hook_z[*]"},
                                      {kZero},
                                      Positions::all(),
                                      {"layer", "head"},
                                      {"blocks.1.attn.hook_z[2]"}});
  ASSERT_EQ(made.variants.size(), 1U);
  EXPECT_EQ(made.variants[0].size(), 8U);
  for (const Intervention& edit : made.variants[0]) EXPECT_NE(text(edit), "blocks.1.attn.hook_z[2]=zero");
}

TEST(VariantGrid, ExceptShortensAnAxisWhereItLeavesOutALabel) {
  const LabelledVariants made =
      grid({{"blocks.*.attn.hook_z[*]"}, {kZero}, Positions::all(), {}, {"blocks.1.attn.hook_z"}});
  EXPECT_EQ(made.axes[1].coordinates, pipeline::Coordinates(std::vector<std::int64_t>{0, 2}));
  EXPECT_EQ(made.variants.size(), 6U);
}

TEST(VariantGrid, PatternTakesAVectorAsLongAsEveryPrompt) {
  const auto prompts = testing_support::as_prompts({testing_support::ids_prompt("long", {1, 2, 3, 4})});
  testing_support::NoSubject subject;
  const pipeline::PlanContext context{prompts, subject, {}, {}, 1};
  TokenFacts tokens;
  tokens.lengths = {4};
  tokens.longest = 4;
  tokens.findings = context.findings;
  EditScope scope(config(), context, tokens);
  EXPECT_EQ(make_variant_grid({{"blocks.0.attn.hook_pattern[*]"}, {add(4), values(4)}, {}, {}, {}}, scope)
                .variants.size(),
            6U);
}

TEST(VariantGrid, TwoVectorsToAddGetLabelsOfTheirOwn) {
  const LabelledVariants made = grid({{"blocks.0.attn.hook_z[0]"}, {add(7), add(7)}, Positions::all(), {}});
  EXPECT_EQ(made.axes[0].coordinates, pipeline::Coordinates(std::vector<std::string>{"add", "add_1"}));
}

}  // namespace
}  // namespace hookflow::stages

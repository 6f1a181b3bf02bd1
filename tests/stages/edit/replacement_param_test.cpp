#include "stages/edit/replacement_param.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/read_back.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow {
namespace {

using pipeline::ParamError;
using testing_support::names;
using testing_support::read;
using testing_support::refusal;
using testing_support::written;

TEST(Replacement, EveryFormReadsBack) {
  EXPECT_EQ(written<Replacement>("zero"), R"("zero")");
  EXPECT_EQ(written<Replacement>("{mean: head}"), R"({"mean":"head"})");
  EXPECT_EQ(written<Replacement>("{mean: positions}"), R"({"mean":"positions"})");
  EXPECT_EQ(written<Replacement>("{value: -2}"), R"({"value":-2})");
  EXPECT_EQ(written<Replacement>("{value: [1, 0.1]}"), R"({"value":[1,0.1]})");
  EXPECT_EQ(written<Replacement>("{value: [1]}"), R"({"value":[1]})");
  EXPECT_EQ(written<Replacement>("{add: [1, -0.5]}"), R"({"add":[1,-0.5]})");
}

TEST(Replacement, NameReadsBackBesideAnyForm) {
  EXPECT_EQ(written<Replacement>("{add: [1], name: rome}"), R"({"add":[1],"name":"rome"})");
  EXPECT_EQ(written<Replacement>("{name: rome, value: [1]}"), R"({"value":[1],"name":"rome"})");
  EXPECT_EQ(written<Replacement>("{mean: head, name: own mean}"), R"({"mean":"head","name":"own mean"})");
  EXPECT_EQ(written<Replacement>("{zero, name: off}"), R"({"zero":null,"name":"off"})");
  EXPECT_EQ(written<Replacement>("{zero: }"), R"("zero")");
  EXPECT_EQ(read<Replacement>("{add: [1], name: rome}").label(), "rome");
  EXPECT_EQ(read<Replacement>("{zero, name: off}").label(), "off");
}

TEST(Replacement, NumbersAreSpelledAsShortlyAsTheyWereGiven) {
  EXPECT_EQ(written<Replacement>("{value: 0.1}"), R"({"value":0.1})");
  EXPECT_EQ(written<Replacement>("{add: [0.1, 1e-9]}"), R"({"add":[0.1,1e-09]})");
  EXPECT_EQ(read<Replacement>("{value: 0.1}").label(), "value_0.1");
}

TEST(Replacement, IsWhatWasRead) {
  EXPECT_EQ(read<Replacement>("zero"), Replacement());
  EXPECT_EQ(read<Replacement>("{mean: head}"), Replacement("mean", "head"));
  EXPECT_EQ(read<Replacement>("{mean: positions}"), Replacement("mean", "positions"));
  EXPECT_EQ(read<Replacement>("{value: 0.1}"), Replacement("value", 0.1F));
  EXPECT_EQ(read<Replacement>("{add: [0.1, 2]}"), Replacement("add", std::vector<float>{0.1F, 2}));
  EXPECT_FALSE(read<Replacement>("{value: 0.1}") == Replacement("value", 0.2F));
}

TEST(Replacement, LabelsTellThemApart) {
  EXPECT_EQ(read<Replacement>("zero").label(), "zero");
  EXPECT_EQ(read<Replacement>("{mean: head}").label(), "mean_head");
  EXPECT_EQ(read<Replacement>("{mean: positions}").label(), "mean_positions");
  EXPECT_EQ(read<Replacement>("{value: -3}").label(), "value_-3");
  EXPECT_EQ(read<Replacement>("{add: [1]}").label(), "add");
  EXPECT_EQ(read<Replacement>("{add: [1], times: -0.5}").label(), "add_times_-0.5");
  EXPECT_EQ(read<Replacement>("{mean: prompts}").label(), "mean_prompts");
  EXPECT_EQ(read<Replacement>("{add: values, times: 2}").label(), "add_values_times_2");
  EXPECT_EQ(read<Replacement>("{value: [1]}").label(), "value");
}

std::string refused(const std::string& yaml) {
  return refusal<ParamError>([&] { read<Replacement>(yaml); });
}

TEST(Replacement, AnythingElseIsRefusedWithTheForms) {
  EXPECT_TRUE(names(refused("zeros"), {"zeros", "must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("[zero]"), {"must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("{value: 1, mean: head}"), {"must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("{add: vlaues}"), {"add: 'vlaues'", "the word values"}));
  EXPECT_TRUE(names(refused("{mean: heads}"), {"unknown 'heads' (did you mean 'head'?)"}));
  EXPECT_TRUE(names(refused("{means: head}"), {"unknown replacement 'means'"}));
  EXPECT_TRUE(names(refused("{means: head}"), {"(did you mean 'mean'?); must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("{zero: 1}"), {"zero: takes no value", "must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("value"), {R"("value" is not a replacement)", "must be " + edit_rule()}));
  EXPECT_TRUE(names(refused("{value: a}"), {"'a' is not a finite number"}));
  EXPECT_TRUE(names(refused("{add: [1, x]}"), {"'x' is not a finite number"}));
}

TEST(Replacement, NumberThatIsNoFloatIsRefused) {
  EXPECT_TRUE(names(refused("{value: 1e39}"), {"1e+39 is too large for a 32-bit float"}));
  EXPECT_TRUE(names(refused("{add: [0, -1e300]}"), {"-1e+300 is too large for a 32-bit float"}));
}

TEST(Replacement, EmptyVectorIsRefused) {
  EXPECT_TRUE(names(refused("{add: []}"), {"add", "empty"}));
  EXPECT_TRUE(names(refused("{value: []}"), {"value", "empty"}));
}

TEST(Replacement, NameThatCannotBeALabelIsRefused) {
  for (const char* name : {"\"\"", "\" rome\"", "\"a,b\"", "\"a=b\"", "\"a[1]\"", "\"a\\nb\""}) {
    const std::string message = refused(std::string("{add: [1], name: ") + name + "}");
    EXPECT_TRUE(names(message, {"name: '", "cannot be a label"})) << name;
  }
  EXPECT_TRUE(names(refused("{add: [1], name: [a]}"), {"is not a text"}));
  EXPECT_TRUE(names(refused("{name: rome}"), {"is not a replacement"}));
}

}  // namespace
}  // namespace hookflow

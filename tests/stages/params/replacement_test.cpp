#include "stages/params/replacement.hpp"

#include <gtest/gtest.h>

#include "pipeline/yaml/param.hpp"
#include "tests/support/stage_inputs.hpp"

namespace hookflow {
namespace {

using pipeline::ParamError;
using testing_support::names;
using testing_support::refusal;

template <typename T>
T read(const std::string& yaml) {
  T value;
  read_param(pipeline::parse_yaml_value(yaml), value);
  return value;
}

/// What a parameter becomes when it is written and read again, as JSON.
template <typename T>
std::string written(const std::string& yaml) {
  const std::string once = to_json(write_param(read<T>(yaml)));
  EXPECT_EQ(to_json(write_param(read<T>(once))), once);
  return once;
}

TEST(Replacement, EveryFormReadsBack) {
  EXPECT_EQ(written<Replacement>("zero"), R"("zero")");
  EXPECT_EQ(written<Replacement>("{mean: head}"), R"({"mean":"head"})");
  EXPECT_EQ(written<Replacement>("{mean: positions}"), R"({"mean":"positions"})");
  EXPECT_EQ(written<Replacement>("{value: -2}"), R"({"value":-2})");
  EXPECT_EQ(written<Replacement>("{add: [1, -0.5]}"), R"({"add":[1,-0.5]})");
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
}

std::string refused(const std::string& yaml) {
  return refusal<ParamError>([&] { read<Replacement>(yaml); });
}

TEST(Replacement, AnythingElseIsRefusedWithTheForms) {
  EXPECT_TRUE(names(refused("zeros"), {"zeros", "must be zero, {value: x}"}));
  EXPECT_TRUE(names(refused("[zero]"), {"must be zero"}));
  EXPECT_TRUE(names(refused("{value: 1, mean: head}"), {"must be zero"}));
  EXPECT_TRUE(names(refused("{mean: heads}"), {"unknown 'heads' (did you mean 'head'?)"}));
  EXPECT_TRUE(names(refused("{means: head}"), {"unknown replacement 'means'"}));
  EXPECT_TRUE(
      names(refused("{means: head}"), {"(did you mean 'mean'?); must be zero, {value: x}, {mean: head}, "
                                       "{mean: positions} or {add: [x, ...]}"}));
  EXPECT_TRUE(names(refused("{zero: 1}"), {"zero: takes nothing behind it", "must be zero"}));
  EXPECT_TRUE(names(refused("value"), {"is no replacement", "must be zero, {value: x}"}));
  EXPECT_TRUE(names(refused("{value: a}"), {"'a' is not a finite number"}));
  EXPECT_TRUE(names(refused("{add: [1, x]}"), {"'x' is not a finite number"}));
}

TEST(Replacement, NumberThatIsNoFloatIsRefused) {
  EXPECT_TRUE(names(refused("{value: 1e39}"), {"1e+39 is too large for a 32-bit float"}));
  EXPECT_TRUE(names(refused("{add: [0, -1e300]}"), {"-1e+300 is too large for a 32-bit float"}));
}

TEST(Replacement, NothingToAddIsRefused) { EXPECT_TRUE(names(refused("{add: []}"), {"add", "empty"})); }

TEST(PositionsParam, EveryFormReadsBack) {
  EXPECT_EQ(written<Positions>("all"), R"("all")");
  EXPECT_EQ(written<Positions>("last"), R"("last")");
  EXPECT_EQ(written<Positions>("[3, 0, -1]"), "[3,0,-1]");
  EXPECT_EQ(written<Positions>("2"), "[2]");
  EXPECT_EQ(read<Positions>("[3, 0, -1]"), Positions::at({3, 0, -1}));
}

TEST(PositionsParam, SlicesReadBack) {
  EXPECT_EQ(written<Positions>("\"1:\""), R"("1:")");
  EXPECT_EQ(written<Positions>("1:-1"), R"("1:-1")");
  EXPECT_EQ(written<Positions>("\":-1\""), R"(":-1")");
  EXPECT_EQ(written<Positions>("\"-3:\""), R"("-3:")");
  EXPECT_EQ(written<Positions>("\":\""), R"(":")");
  EXPECT_EQ(read<Positions>("\"1:\""), Positions::slice(1, {}));
  EXPECT_EQ(read<Positions>("\":-1\""), Positions::slice({}, -1));
  EXPECT_EQ(read<Positions>("2:5"), Positions::slice(2, 5));
}

TEST(PositionsParam, AnythingElseIsRefused) {
  const auto problem = [](const std::string& yaml) {
    return refusal<ParamError>([&] { read<Positions>(yaml); });
  };
  EXPECT_TRUE(names(problem("first"), {"'first'", "all, last, whole numbers, or a quoted slice"}));
  EXPECT_TRUE(names(problem("[0, 1.5]"), {"'1.5'", "all, last, whole numbers, or a quoted slice"}));
  EXPECT_TRUE(names(problem("[]"), {"the list of positions is empty"}));
  EXPECT_TRUE(names(problem("{from: 1}"), {"all, last, whole numbers, or a quoted slice"}));
  EXPECT_TRUE(names(problem("1:2:3"), {"'1:2:3' is not a slice", "a quoted slice"}));
  EXPECT_TRUE(names(problem("a:"), {"all, last, whole numbers, or a quoted slice"}));
  EXPECT_TRUE(names(problem("\"1:x\""), {"'1:x' is not a slice"}));
  EXPECT_TRUE(names(problem("[0, 2, 0]"), {"position 0 stands there twice"}));
}

TEST(PositionsParam, SliceThatHoldsNothingIsRefused) {
  for (const std::string slice : {"3:2", "3:3", ":0", "-1:-1", "-1:-3"}) {
    const std::string problem = refusal<ParamError>([&] { read<Positions>("\"" + slice + "\""); });
    EXPECT_TRUE(names(problem, {"'" + slice + "' holds no position"}));
  }
}

}  // namespace
}  // namespace hookflow

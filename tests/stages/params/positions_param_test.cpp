#include "stages/params/positions_param.hpp"

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
  EXPECT_TRUE(names(problem("first"), {"'first'", "all, last, whole numbers, a quoted slice"}));
  EXPECT_TRUE(names(problem("[0, 1.5]"), {"'1.5'", "all, last, whole numbers, a quoted slice"}));
  EXPECT_TRUE(names(problem("[]"), {"the list of positions is empty"}));
  EXPECT_TRUE(names(problem("{from: 1}"), {"unknown key 'from'", "token or column"}));
  EXPECT_TRUE(names(problem("1:2:3"), {"'1:2:3' is not a slice", "a quoted slice"}));
  EXPECT_TRUE(names(problem("a:"), {"unknown key 'a'", "token or column"}));
  EXPECT_TRUE(names(problem("\"1:x\""), {"'1:x' is not a slice"}));
  EXPECT_TRUE(names(problem("[0, 2, 0]"), {"position 0 is given twice"}));
}

TEST(PositionsParam, SliceThatHoldsNothingIsRefused) {
  for (const std::string slice : {"3:2", "3:3", ":0", "-1:-1", "-1:-3"}) {
    const std::string problem = refusal<ParamError>([&] { read<Positions>("\"" + slice + "\""); });
    EXPECT_TRUE(names(problem, {"'" + slice + "' selects no position"}));
  }
}

}  // namespace
}  // namespace hookflow

#include "pipeline/render/child_process.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

TEST(ChildProcess, ReadsWhatItIsGivenAndSaysWhatItSays) {
  const std::string much(1'000'000, 'x');
  const ChildOutcome outcome =
      run_child({"sh", "-c", "cat; echo \"$1\" >&2; exit 3", "sh", "a b;$HOME"}, much);
  EXPECT_TRUE(outcome.started);
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, much);
  EXPECT_EQ(outcome.err, "a b;$HOME\n") << "no shell reads an argument";
}

TEST(ChildProcess, TellsAProgramThatIsNotThere) { EXPECT_FALSE(run_child({"no-such-program"}, "").started); }

TEST(ChildProcess, TellsOneThatASignalEnds) {
  EXPECT_EQ(run_child({"sh", "-c", "kill -9 $$"}, "").code, 128 + 9);
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/describe/markdown.hpp"

#include <gtest/gtest.h>

namespace hookflow::pipeline::markdown {
namespace {

TEST(Markdown, ProseReadsAsItStands) {
  EXPECT_EQ(prose("blocks.*.hook_z[*], <variable>_mean, _count"),
            R"(blocks.\*.hook_z[\*], \<variable>\_mean, \_count)");
  EXPECT_EQ(prose("of `<a>_*` and *"), R"(of `<a>_*` and \*)") << "code is left alone";
}

TEST(Markdown, ACellIsOnOneLineAndEndsWhereItShould) { EXPECT_EQ(cell("|a| `|`\nb"), R"(\|a\| `\|`<br>b)"); }

TEST(Markdown, AnAnchorIsAsGitHubMakesIt) {
  EXPECT_EQ(anchor("aggregate.T-test of it"), "#aggregatet-test-of-it");
}

}  // namespace
}  // namespace hookflow::pipeline::markdown

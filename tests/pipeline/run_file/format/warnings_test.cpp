#include "pipeline/run_file/format/warnings.hpp"

#include <gtest/gtest.h>

#include "pipeline/run_file/format/root_attributes.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

std::optional<std::vector<Warning>> kept(const std::vector<Warning>& warnings) {
  const TemporaryFolder folder;
  h5::File file = h5::File::create((folder.path() / "x.h5").string());
  write_root_attributes(file, {}, {});
  write_warnings(file, warnings);
  return read_warnings(file);
}

TEST(Warnings, AreReadAsTheyWereWritten) {
  const std::vector<Warning> warnings = {{"scores", "berlin", "no leading space", "target: 'é'"},
                                         {"", "", "left out", "a tensor"}};
  EXPECT_EQ(kept(warnings), warnings);
  EXPECT_EQ(kept({}), std::vector<Warning>());
}

TEST(Warnings, AreNoneOfOlderFormats) {
  for (const char* format : {"3", "4"})
    EXPECT_EQ(
        read_warnings(h5::File::open(
            HOOKFLOW_SOURCE_DIR "/tests/support/run_files/format_" + std::string(format) + ".h5", false)),
        std::nullopt);
}

TEST(Warnings, OfAKindAreCounted) {
  const std::vector<Warning> warnings = {
      {"a", "p", "kind", "one"}, {"b", "p", "kind", "two"}, {"a", "q", "kind", "three"}};
  const std::vector<WarningKind> kinds = kinds_of(warnings);
  ASSERT_EQ(kinds.size(), 2U);
  EXPECT_EQ(kinds[0].first->text, "one");
  EXPECT_EQ(kinds[0].count, 2U);
  EXPECT_EQ(to_string(*kinds[1].first), "stage 'b', prompt 'p': two");
  EXPECT_EQ(to_string({"", "", "kind", "text"}), "text");
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/render/output_file.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

TEST(OutputFile, ReplacesItsKindAlone) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "x";
  const auto text = [&] {
    std::ostringstream all;
    all << std::ifstream(file).rdbuf();
    return all.str();
  };
  write_output(file, "<svg 1", "<svg ");
  write_output(file, "<svg 2", "<svg ");
  EXPECT_EQ(text(), "<svg 2");
  EXPECT_THROW(write_output(file, "PNG", "PNG"), InputError);
  EXPECT_THROW(write_output(folder.path(), "PNG", "PNG"), InputError) << "a folder";
  EXPECT_THROW(write_output(folder.path() / "none" / "x", "PNG", "PNG"), InputError);
  EXPECT_EQ(text(), "<svg 2");
  std::ofstream(file, std::ios::trunc).close();
  write_output(file, "PNG", "PNG");
  EXPECT_EQ(text(), "PNG") << "an empty file may be written";
}

}  // namespace
}  // namespace hookflow::pipeline

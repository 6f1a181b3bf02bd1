#include "pipeline/plugin/build_mark.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace hookflow::pipeline {
namespace {

/// This program has the mark, as all that is linked with its reader, and has the format of a shared library.
std::string own_bytes() {
  std::ostringstream bytes;
  bytes << std::ifstream(std::filesystem::read_symlink("/proc/self/exe"), std::ios::binary).rdbuf();
  return bytes.str();
}

TEST(BuildMark, WhatIsBuiltWithTheSameHeadersFits) { EXPECT_EQ(build_problem(own_bytes()), ""); }

TEST(BuildMark, AnotherVersionIsToldWithBoth) {
  std::string bytes = own_bytes();
  const std::string version = "hookflow 0.1.0 (headers ";
  for (std::size_t at = bytes.find(version); at != std::string::npos; at = bytes.find(version, at + 1))
    if (bytes[at + version.size()] != '"') bytes.replace(at, version.size(), "hookflow 9.9.9 (headers ");
  const std::string problem = build_problem(bytes);
  EXPECT_NE(problem.find("was built for hookflow 9.9.9"), std::string::npos) << problem;
  EXPECT_NE(problem.find("this is hookflow 0.1.0"), std::string::npos) << problem;
}

TEST(BuildMark, WhatIsCutOffIsRefusedAndNothingIsReadBehindItsEnd) {
  const std::string bytes = own_bytes();
  EXPECT_NE(build_problem(""), "");
  for (std::size_t size = 1; size < bytes.size(); size += 1 + size / 3)
    EXPECT_NE(build_problem(bytes.substr(0, size)), "") << size;
}

TEST(BuildMark, OtherFilesAreNoLibraries) {
  for (const std::string text : {"", "#include <vector>\n",
                                 "\x7f"
                                 "ELF"})
    EXPECT_NE(build_problem(text).find("is no shared library"), std::string::npos) << text;
}

}  // namespace
}  // namespace hookflow::pipeline

// The walls of the house: which folder may include which, and which one file knows each library.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

struct Line {
  std::string file;  // relative to the source tree
  std::size_t number = 0;
  std::string text;
  [[nodiscard]] std::string place() const { return file + ":" + std::to_string(number) + ": " + text; }
};

std::vector<Line> lines_of(const std::vector<std::string>& folders, const std::regex& file_names) {
  const fs::path root = HOOKFLOW_SOURCE_DIR;
  std::vector<Line> lines;
  for (const std::string& folder : folders) {
    if (!fs::exists(root / folder)) continue;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string name = fs::relative(entry.path(), root).generic_string();
      if (!entry.is_regular_file() || !std::regex_search(name, file_names)) continue;
      std::ifstream in(entry.path());
      std::string text;
      for (std::size_t number = 1; std::getline(in, text); ++number) lines.push_back({name, number, text});
    }
  }
  return lines;
}

// Includes of the shipped code, as `#include <tbb/...` or `#include "model/...`.
const std::vector<Line>& includes() {
  static const std::vector<Line> found = [] {
    std::vector<Line> lines = lines_of({"model", "pipeline", "stages"}, std::regex(R"(\.[hc]pp$)"));
    const std::regex include(R"(^\s*#\s*include\b)");
    std::erase_if(lines, [&](const Line& line) {
      return line.text.find('#') == std::string::npos || !std::regex_search(line.text, include);
    });
    return lines;
  }();
  return found;
}

// Includes that match `header` stand only in files that match `allowed`.
void expect_only_in(const std::string& header, const std::string& allowed) {
  const std::regex wanted("include\\s*[<\"]" + header);
  for (const Line& line : includes()) {
    if (!std::regex_search(line.text, wanted)) continue;
    EXPECT_TRUE(std::regex_match(line.file, std::regex(allowed))) << line.place();
  }
}

TEST(Walls, SeesTheSources) {
  EXPECT_GT(includes().size(), 50U);
  EXPECT_TRUE(std::any_of(includes().begin(), includes().end(), [](const Line& line) {
    return line.file == "pipeline/yaml.cpp" && line.text.find("<yaml-cpp/") != std::string::npos;
  }));
}

TEST(Walls, ModelKnowsNothingOfPipelinesAndStages) {
  expect_only_in("pipeline/", "(pipeline|stages)/.*");
  expect_only_in("stages/", "stages/.*");
}

TEST(Walls, PipelineKnowsNothingOfTransformers) { expect_only_in("model/", "(model|stages)/.*"); }

// Otherwise a path such as "../model/x.hpp" would go round them.
TEST(Walls, IncludesStartAtTheRoot) { expect_only_in("\\.", "none"); }

TEST(Walls, OneFileKnowsEachLibrary) {
  expect_only_in("(tbb|oneapi)/", R"(pipeline/graph\.cpp|model/parallel\.cpp)");
  expect_only_in("(hdf5|H5)", R"(pipeline/h5[a-z_]*\.[hc]pp)");
  expect_only_in("yaml-cpp/", R"(pipeline/yaml\.cpp)");
  expect_only_in("(cblas|openblas)", R"(model/blas\.cpp)");
  expect_only_in("openssl/", R"(pipeline/sha256\.cpp)");
  expect_only_in("boost/math/", R"(stages/student_t\.cpp)");
}

TEST(Walls, OneFileKnowsThePatternsLibrary) {
  std::vector<std::string> files;
  for (const Line& line : includes()) {
    if (line.text.find("<pcre2") != std::string::npos) files.push_back(line.file);
  }
  files.erase(std::unique(files.begin(), files.end()), files.end());
  EXPECT_LE(files.size(), 1U) << files.front() << " and " << files.back();
}

// A file that names a folder of one person's machine works on no other.
TEST(Walls, NoFileNamesAFolderOfAMachine) {
  const std::regex text_files(R"((\.([hc]pp|txt|json|ya?ml|md|py|cmake|sh)|/[^.]+)$)");
  const std::regex machine(R"((^|[^\w.~-])/(home|root|Users|work)/\w)");
  for (const Line& line :
       lines_of({"model", "pipeline", "stages", "workflows", "tests", "bench"}, text_files)) {
    if (line.text.size() > 10'000) continue;  // data
    EXPECT_FALSE(std::regex_search(line.text, machine)) << line.place();
  }
}

}  // namespace

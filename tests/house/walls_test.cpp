// The walls of the house: which folder may include which, and which one file knows each library.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

namespace fs = std::filesystem;

// The house from the ground up: a folder includes itself and those before it. stages/ joins the other two
// rooms, which know nothing of each other. In model/ the pass stands below all that knows of files and
// families: it asks the facts of a Config alone.
constexpr const char* kFolders = R"(
  model model/memory model/numerics model/architecture model/hooks model/path model/edits model/rows model/pass
  model/continuation
  model/files model/tokenizer model/library model/gpt2
  pipeline pipeline/parallel pipeline/values pipeline/text pipeline/terminal pipeline/hash pipeline/yaml pipeline/prompts
  pipeline/prompts/templates
  pipeline/stage pipeline/plugin pipeline/workflow pipeline/h5 pipeline/run_file/format pipeline/run_file/marks pipeline/run_file/checks
  pipeline/run_file/reading pipeline/run_file/store pipeline/output pipeline/charts pipeline/plan pipeline/engine
  pipeline/shards pipeline/machine pipeline/session pipeline/inspect pipeline/render pipeline/figures/data pipeline/figures pipeline/command pipeline/merge pipeline/describe
  pipeline/plot pipeline/export pipeline/report/answer pipeline/report/page pipeline/report pipeline/compare
  pipeline/schema pipeline/starter pipeline/completion pipeline/manual
  stages/subject stages/work stages/tokenize stages/params stages/given stages/replacements stages/path stages/edit stages/edit/grid
  stages/passes stages/statistics stages/aggregate stages/measure stages/prediction stages/generate
)";
constexpr std::size_t kMostFiles = 20;  // of one folder

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
    return line.file == "pipeline/yaml/yaml.cpp" && line.text.find("<yaml-cpp/") != std::string::npos;
  }));
}

std::vector<std::string> folders() {
  std::istringstream words(kFolders);
  return {std::istream_iterator<std::string>(words), {}};
}

std::string folder_of(const std::string& file) { return fs::path(file).parent_path().generic_string(); }

TEST(Walls, IncludesRunDownward) {
  std::map<std::string, std::size_t> floor;
  for (const std::string& folder : folders()) floor.emplace(folder, floor.size());
  const std::regex included(R"~(include\s*"([^"]+)")~");
  for (const Line& line : includes()) {
    std::smatch match;
    if (!std::regex_search(line.text, match, included)) continue;
    const auto from = floor.find(folder_of(line.file));
    const auto to = floor.find(folder_of(match[1]));
    ASSERT_NE(from, floor.end()) << line.file << ": its folder is not in kFolders";
    ASSERT_NE(to, floor.end()) << line.place() << ": that folder is not in kFolders";
    EXPECT_LE(to->second, from->second) << "upward: " << line.place();
  }
}

// A test lies where what it tests lies.
TEST(Walls, TestsMirrorTheHouse) {
  const std::vector<std::string> house = folders();
  for (const std::string room : {"model", "pipeline", "stages"}) {
    const fs::path root = HOOKFLOW_SOURCE_DIR;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "tests" / room)) {
      if (entry.is_directory()) continue;
      const std::string folder = folder_of(fs::relative(entry.path(), root / "tests").generic_string());
      EXPECT_NE(std::find(house.begin(), house.end(), folder), house.end()) << entry.path();
    }
  }
}

TEST(Walls, AFolderHoldsAboutTwentyFiles) {
  for (const std::string& folder : folders()) {
    const fs::directory_iterator entries(fs::path(HOOKFLOW_SOURCE_DIR) / folder);
    const auto files = std::count_if(begin(entries), end(entries), [](const fs::directory_entry& entry) {
      return entry.path().extension() == ".cpp" || entry.path().extension() == ".hpp";
    });
    EXPECT_GT(files, 0) << folder;
    EXPECT_LE(static_cast<std::size_t>(files), kMostFiles) << folder;
  }
}

// So that a header says itself what it needs.
TEST(Walls, ASourceIncludesTheHeaderOfItsNameFirst) {
  std::string last;
  for (const Line& line : includes()) {
    const bool first = line.file != last;
    last = line.file;
    const fs::path header = fs::path(line.file).replace_extension(".hpp");
    if (!first || header == line.file || !fs::exists(HOOKFLOW_SOURCE_DIR / header)) continue;
    EXPECT_NE(line.text.find('"' + header.generic_string() + '"'), std::string::npos) << line.place();
  }
}

TEST(Walls, ModelKnowsNothingOfPipelinesAndStages) {
  expect_only_in("pipeline/", "(pipeline|stages)/.*");
  expect_only_in("stages/", "stages/.*");
}

TEST(Walls, PipelineKnowsNothingOfTransformers) { expect_only_in("model/", "(model|stages)/.*"); }

// A hook point, a head and a layer may come in examples of names that people give; these are the model's own.
TEST(Walls, PipelineKnowsNoWordOfTheModel) {
  const std::regex word("vocab|token|model_path|transformer|logit|gpt|embedding|attention|resid|neuron",
                        std::regex::icase);
  const std::regex other("\"batch_tokens[:\"]|stop_token");  // a workflow's key, and the standard's type
  for (const Line& line : lines_of({"pipeline"}, std::regex(R"(\.[hc]pp$)"))) {
    const bool found = std::regex_search(std::regex_replace(line.text, other, ""), word);
    EXPECT_FALSE(found) << line.place();
  }
}

// Otherwise a path such as "../model/x.hpp" would go round them.
TEST(Walls, IncludesStartAtTheRoot) { expect_only_in("\\.", "none"); }

TEST(Walls, OneFileKnowsEachLibrary) {
  expect_only_in("(tbb|oneapi)/",
                 R"(pipeline/(engine/graph|parallel/for_each_of)\.cpp|model/numerics/parallel\.cpp)");
  expect_only_in("(hdf5|H5)", R"(pipeline/h5/[a-z_0-9]*\.[hc]pp)");
  expect_only_in("yaml-cpp/", R"(pipeline/yaml/yaml\.cpp)");
  expect_only_in("(cblas|openblas)", R"(model/numerics/blas\.cpp)");
  expect_only_in("zlib", R"(pipeline/report/page/packed\.cpp)");
  expect_only_in("openssl/", R"(pipeline/hash/sha256\.cpp)");
  expect_only_in("utf8(\\.h|/)", R"(pipeline/text/utf8\.cpp|model/tokenizer/(utf8|split)\.cpp)");
  expect_only_in("boost/math/", R"(stages/statistics/student_t\.cpp)");
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

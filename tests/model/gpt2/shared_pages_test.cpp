#include <csignal>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "model/library/library.hpp"
#include "model/pass/forward.hpp"
#include "tests/support/tiny_gpt2.hpp"

namespace hookflow {
namespace {

/// What this process has of a file in memory, in KiB.
struct MappedMemory {
  std::size_t resident = 0;
  std::size_t proportional = 0;  // pages that n processes share count 1 / n
  std::size_t written = 0;       // copies of its own
};

MappedMemory memory_of(const std::filesystem::path& file) {
  MappedMemory memory;
  std::ifstream maps("/proc/self/smaps");
  bool is_of_file = false;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::string name;
    std::size_t kib = 0;
    words >> name;
    if (name.find('-') != std::string::npos) is_of_file = line.ends_with(file.string());
    if (!is_of_file || !(words >> kib)) continue;
    if (name == "Rss:") memory.resident += kib;
    if (name == "Pss:") memory.proportional += kib;
    if (name == "Private_Dirty:") memory.written += kib;
  }
  return memory;
}

/// Runs a pass, which reads every weight but those of most tokens and positions.
Model run_once(const std::filesystem::path& directory) {
  Model model = load_model(directory);
  ForwardPlan plan;
  plan.logits = {Positions::last()};
  const std::vector<std::vector<std::int32_t>> prompts = {{0, 1, 2, 3}};
  static_cast<void>(run_clean(model, prompts, plan));
  return model;
}

TEST(LoadModel, ProcessesShareThePagesOfTheFile) {
  const test::TempDir directory;
  test::TinyGpt2{.heads = 4, .width = 128, .mlp_width = 512, .vocabulary = 2000}.write(directory.path());
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Model model = run_once(directory.path());
    ::close(ready[0]);
    ::close(ready[1]);  // the other end is told by this
    while (true) ::pause();
  }
  ::close(ready[1]);
  char none = 0;
  EXPECT_EQ(::read(ready[0], &none, 1), 0);
  const Model model = run_once(directory.path());
  const MappedMemory memory = memory_of(std::filesystem::canonical(directory / "model.safetensors"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_GT(memory.resident, 2000U);
  EXPECT_LT(memory.proportional, memory.resident * 6 / 10);
  EXPECT_EQ(memory.written, 0U);
}

}  // namespace
}  // namespace hookflow

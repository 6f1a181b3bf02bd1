// Power cuts, simulated: what a run does to its file is written down (tests/support/write_recorder.cpp), and
// done again up to a random moment, from where any part of what was not synced yet is lost. What is left must
// go on to the bits of a run that nothing happened to. HOOKFLOW_IMAGES=1000 for the long version;
// HOOKFLOW_SEED for other moments.
#include <cstdlib>
#include <functional>
#include <iostream>
#include <random>

#include "tests/support/cli.hpp"
#include "tests/support/power_loss.hpp"
#include "tests/support/torn_model.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;
constexpr int kPromptsFailed = 4;
const std::string kFile = "x.h5";

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::strtoull(value, nullptr, 10);
}

class PowerLoss : public Cli {
 protected:
  PowerLoss() {
    ::setenv("LD_PRELOAD", HOOKFLOW_RECORDER, 1);  // of the programs that this one starts
    write_model_without_position(fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano", folder.path() / "torn", 8);
    write("p.jsonl", prompt_lines(5));  // the third is longer than 8 tokens, and fails
    write("w.yaml", "batch_tokens: 40\n" + sweep_over("p.jsonl"));
    EXPECT_EQ(run(begin_words("whole.h5")).code, kPromptsFailed);
  }

  ~PowerLoss() override { ::unsetenv("LD_PRELOAD"); }

  static Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  static Words begin_words(const std::string& file, const Words& more = {"--threads", "1"}) {
    return with({"run", "w.yaml", "--model", "./torn", "--out", file, "--quiet", "--commit-every", "0"},
                more);
  }
  static Words resume_words(const Words& more = {"--threads", "1"}) {
    return with({"resume", kFile, "--quiet", "--commit-every", "0"}, more);
  }

  /// Runs and writes down what is done to files; `interrupt_at`: gets SIGINT at that wait for the disk.
  void record(const Words& words, int code, int interrupt_at = 0) {
    const std::string path = (journal_.path() / "journal").string();
    ::setenv("HOOKFLOW_JOURNAL", path.c_str(), 1);
    if (interrupt_at != 0) ::setenv("HOOKFLOW_INTERRUPT_AT", std::to_string(interrupt_at).c_str(), 1);
    const Outcome outcome = run(words);
    for (const char* name : {"HOOKFLOW_JOURNAL", "HOOKFLOW_INTERRUPT_AT"}) ::unsetenv(name);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    operations_ = read_journal(read_file(path));
  }

  /// The run file and its temporary ones.
  [[nodiscard]] Files files() const {
    Files found;
    for (const std::string& name : folder.names())
      if (name.starts_with(kFile)) found[name] = read_file(folder.path() / name);
    return found;
  }
  void replace_files(const Files& wanted) const {
    for (const auto& [name, bytes] : files()) fs::remove(folder.path() / name);
    for (const auto& [name, bytes] : wanted) write(name, bytes);
  }

  /// How many operations there are up to where the file has its name, for sure.
  [[nodiscard]] std::size_t placed() const {
    const auto name = std::find_if(operations_.begin(), operations_.end(),
                                   [](const Operation& did) { return did.head.did == Did::rename; });
    return name == operations_.end() ? 0 : static_cast<std::size_t>(name - operations_.begin()) + 3;
  }

  /// For a quarter of the images a moment before the file is in place, else one after it; for half of them
  /// just before the disk has all, when most can be lost.
  std::size_t random_moment(std::mt19937_64& random) const {
    const std::size_t split = placed();
    std::size_t moment = random() % 4 == 0 && split > 0 ? random() % split
                                                        : split + random() % (operations_.size() + 1 - split);
    if (random() % 2 == 0) return moment;
    while (moment < operations_.size() && operations_[moment].head.did != Did::sync) ++moment;
    return moment;
  }

  void goes_on_to_the_same() {
    const fs::path path = folder.path() / kFile;
    const bool is_new = fs::exists(path) && read_file(path) != replaced_;
    if (is_new) {
      EXPECT_NO_THROW(pipeline::read_run_file(path));
    }
    const Outcome outcome = run(is_new ? resume_words() : begin_words(kFile, {"--force"}));
    EXPECT_EQ(outcome.code, kPromptsFailed) << outcome.err;
    succeed({"diff", kFile, "whole.h5"});
    EXPECT_EQ(folder.names(), (Words{"p.jsonl", "torn", "w.yaml", "whole.h5", kFile}));
  }

  /// Cuts the power at random moments of what was recorded, which found `before` on the disk.
  void cut_and_go_on(const Files& before) {
    Disk undisturbed(before);
    for (const Operation& operation : operations_) undisturbed.apply(operation);
    ASSERT_TRUE(undisturbed.now() == files()) << "the journal misses what was written";
    const std::uint64_t seed = from_environment("HOOKFLOW_SEED", 1);
    const std::uint64_t images = from_environment("HOOKFLOW_IMAGES", 30);
    std::cout << operations_.size() << " operations, the file is placed after " << placed() << "; " << images
              << " images, HOOKFLOW_SEED=" << seed << std::endl;
    std::mt19937_64 random(seed);
    for (std::uint64_t image = 0; image < images; ++image) {
      const std::size_t moment = random_moment(random);
      SCOPED_TRACE("image " + std::to_string(image) + ", cut after operation " + std::to_string(moment));
      Disk disk(before);
      for (std::size_t i = 0; i < moment; ++i) disk.apply(operations_[i]);
      const Files left = disk.after_power_loss(random);
      if (moment >= placed()) {
        EXPECT_TRUE(left.contains(kFile));
      }
      replace_files(left);
      goes_on_to_the_same();
      if (HasFailure()) return;
    }
  }

  std::vector<Operation> operations_;
  std::string replaced_;  // what stood in the file's place before

 private:
  TemporaryFolder journal_;
};

TEST_F(PowerLoss, OfANewRun) {
  record(begin_words(kFile, {"--threads", "2"}), kPromptsFailed);
  cut_and_go_on({});
}

TEST_F(PowerLoss, OfARunThatWasStoppedAndWentOn) {
  record(begin_words(kFile), 130, 8);
  record(resume_words({"--threads", "2"}), kPromptsFailed);
  EXPECT_EQ(pipeline::read_run_file(folder.path() / kFile).sessions.size(), 2U);
  cut_and_go_on({});
}

TEST_F(PowerLoss, OfARunThatTriesFailedPromptsAgain) {
  EXPECT_EQ(run(begin_words(kFile)).code, kPromptsFailed);
  const Files before = files();
  record(resume_words({"--retry-failed"}), kPromptsFailed);
  cut_and_go_on(before);
}

TEST_F(PowerLoss, OfARunThatReplacesAnotherFile) {
  EXPECT_EQ(run(begin_words(kFile)).code, kPromptsFailed);
  const Files before = files();
  replaced_ = before.at(kFile);
  record(begin_words(kFile, {"--force"}), kPromptsFailed);
  cut_and_go_on(before);
}

TEST_F(PowerLoss, FindsANewFileDurableBeforeItHasItsNameAndThenTheName) {
  record(begin_words(kFile), kPromptsFailed);
  const std::size_t end = placed();
  ASSERT_GE(end, 5U);
  const auto did = [&](std::size_t i) { return operations_[i].head.did; };
  EXPECT_EQ(did(end - 4), Did::sync) << "the file's";
  EXPECT_EQ(operations_[end - 4].head.handle, operations_[0].head.handle);
  EXPECT_EQ(did(end - 3), Did::rename);
  EXPECT_EQ(did(end - 2), Did::open);
  EXPECT_EQ(operations_[end - 2].bytes, ".");
  EXPECT_EQ(did(end - 1), Did::sync) << "the folder's";
  EXPECT_EQ(operations_[end - 1].head.handle, operations_[end - 2].head.handle);
}

}  // namespace
}  // namespace hookflow::test

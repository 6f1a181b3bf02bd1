// Runs as a user meets them: the file that they leave, however they end.
#include <chrono>
#include <csignal>
#include <cstring>
#include <sys/mount.h>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/support/cli.hpp"
#include "tests/support/torn_model.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

class Run : public Cli {
 protected:
  /// A sweep over this many prompts.
  void write_sweep(std::size_t prompts) const {
    write("w.yaml", sweep_over("p.jsonl"));
    write("p.jsonl", prompt_lines(prompts));
  }
};

TEST_F(Run, QuietSaysOnceWhatIsLeftOut) {
  write("left.yaml", std::string(kSweep) + "figures:\n  - {of: by_layer.prob_mean}\n");
  const Outcome outcome = run({"run", "left.yaml", "--out", "left.h5", "--quiet", "--set", "keep=[scores]"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(lines_of(outcome.err).size(), 1U) << outcome.err;
  EXPECT_NE(outcome.err.find("inspect FILE warnings"), std::string::npos);
}

TEST_F(Run, NamesTheFileAfterTheWorkflowAndPrintsItsName) {
  write("w.yaml", kSweep);
  const Outcome outcome = run({"run", "w.yaml"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "sweep.h5\n");
  EXPECT_TRUE(contains(outcome.err, "silenced")) << "the time of each stage: " << outcome.err;
  EXPECT_FALSE(contains(outcome.err, "\r")) << "no progress where there is no terminal";
  EXPECT_EQ(folder.names(), (Words{"sweep.h5", "w.yaml"}));
  EXPECT_EQ(run({"run", "w.yaml", "--quiet", "--out", "other.h5"}).err, "");
  expect_equal_numbers("sweep.h5", "other.h5");
}

TEST_F(Run, GivesEqualBitsForAnyNumberOfThreads) {
  write_sweep(7);
  succeed({"run", "w.yaml", "--out", "one.h5", "--threads", "1"});
  succeed({"run", "w.yaml", "--out", "three.h5", "--threads", "3"});
  expect_equal_numbers("one.h5", "three.h5");
}

TEST_F(Run, SetsParametersFromTheCommandLine) {
  write("w.yaml", kSweep);
  succeed(
      {"run", "w.yaml", "--set", "scores.metrics=[entropy]", "--set", "silenced.with=[zero, {mean: head}]"});
  const auto stored = numbers("sweep.h5");
  EXPECT_TRUE(stored.contains("scores.entropy_change"));
  EXPECT_FALSE(stored.contains("scores.log_prob"));
  write("other.yaml", sweep_with("with: zero", "with: [zero, {mean: head}]"));
  succeed({"run", "other.yaml", "--set", "scores.metrics=[entropy]", "--out", "other.h5"});
  expect_equal_numbers("sweep.h5", "other.h5");
}

TEST_F(Run, ReplacesAFileByForceAlone) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml"});
  const std::string before = read_file(folder.path() / "sweep.h5");
  refuse({"run", "w.yaml"}, 3, {"sweep.h5: the file exists; --force replaces it, --resume goes on with it"});
  EXPECT_EQ(read_file(folder.path() / "sweep.h5"), before);
  succeed({"run", "w.yaml", "--force", "--set", "scores.metrics=[entropy]"});
  EXPECT_TRUE(numbers("sweep.h5").contains("scores.entropy"));
}

TEST_F(Run, LeavesOutWhatNobodyReadsAndSaysSo) {
  const std::string said = "hookflow: warning: stage 'by_layer' is not run: it is neither kept nor read";
  write("w.yaml", sweep_with("keep: [scores, by_layer]", "keep: [scores]"));
  EXPECT_TRUE(contains(run({"validate", "w.yaml"}).err, said));
  EXPECT_TRUE(contains(run({"run", "w.yaml", "--dry-run"}).err, said));
  const Outcome outcome = run({"run", "w.yaml"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, said)) << outcome.err;
  EXPECT_TRUE(pipeline::read_run_file(folder.path() / "sweep.h5").complete);
  succeed({"resume", "sweep.h5"});
}

TEST_F(Run, LeavesACompleteFileAsItIsWhenResumed) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml"});
  const std::string before = read_file(folder.path() / "sweep.h5");
  const Outcome outcome = run({"run", "w.yaml", "--resume"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "sweep.h5\n");
  EXPECT_TRUE(contains(outcome.err, "complete already")) << outcome.err;
  EXPECT_TRUE(read_file(folder.path() / "sweep.h5") == before);
}

TEST_F(Run, ResumesNoFileOfAnotherRun) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml"});
  refuse({"run", "w.yaml", "--resume", "--set", "silenced.with={mean: head}"}, 3,
         {"sweep.h5: belongs to another run",
          R"(stages.silenced.with: ["zero"] in the file, [{"mean":"head"}] now)"});
}

TEST_F(Run, ThatFailsForSomePromptsKeepsTheOthers) {
  write_model_without_position(fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano", folder.path() / "torn", 8);
  write_sweep(3);  // the third is longer than 8 tokens
  const Words words = {"run", "w.yaml", "--model", "./torn", "--quiet"};
  const Outcome outcome = run(words);
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_EQ(outcome.out, "sweep.h5\n");
  EXPECT_TRUE(contains(outcome.err, "1 of 3 prompts failed\n  prompt '2', stage 'scores': ")) << outcome.err;
  succeed({"run", "w.yaml", "--quiet", "--out", "whole.h5"});
  const auto torn = numbers("sweep.h5").at("scores.log_prob");
  const auto whole = numbers("whole.h5").at("scores.log_prob");
  const auto row = static_cast<std::ptrdiff_t>(torn.size() / 3);
  EXPECT_TRUE(std::equal(torn.begin(), torn.begin() + 2 * row, whole.begin()));
  EXPECT_FALSE(std::equal(torn.begin() + 2 * row, torn.end(), whole.begin() + 2 * row));
  EXPECT_TRUE(contains(succeed({"inspect", "sweep.h5"}), "failed: prompt '2', stage 'scores': "));
  const std::string before = read_file(folder.path() / "sweep.h5");
  EXPECT_EQ(run({"resume", "sweep.h5"}).code, 4);
  EXPECT_TRUE(read_file(folder.path() / "sweep.h5") == before);
  const Outcome again = run({"resume", "sweep.h5", "--retry-failed"});
  EXPECT_EQ(again.code, 4) << again.err;
  EXPECT_TRUE(contains(again.err, "1 of 3 prompts failed")) << again.err;
  EXPECT_EQ(pipeline::read_run_file(folder.path() / "sweep.h5").sessions.size(), 2U);
}

TEST_F(Run, FailFastStopsAndTheRestCanBeRunLater) {
  write_model_without_position(fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano", folder.path() / "torn", 8);
  write_sweep(200);
  const Outcome outcome = run({"run", "w.yaml", "--model", "./torn", "--fail-fast", "--quiet"});
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "hookflow: stopped at a failed prompt with ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "go on with: hookflow resume sweep.h5\n")) << outcome.err;
  const pipeline::RunFileView stopped = pipeline::read_run_file(folder.path() / "sweep.h5");
  EXPECT_FALSE(stopped.complete);
  ASSERT_EQ(stopped.sessions.size(), 1U);
  EXPECT_EQ(stopped.sessions[0].ended_by, "fail-fast");
  EXPECT_EQ(run({"resume", "sweep.h5"}).code, 4);
  const pipeline::RunFileView whole = pipeline::read_run_file(folder.path() / "sweep.h5");
  EXPECT_TRUE(whole.complete);
  EXPECT_EQ(whole.failures.size(), 66U);
  EXPECT_EQ(run({"resume", "sweep.h5", "--fail-fast"}).code, 4) << "nothing is left to fail";
}

TEST_F(Run, TellsProgramsHowItEnded) {
  const std::string end =
      R"({"event":"end","status":"complete","code":0,"file":"sweep.h5","done":9,"total":9,"failed":0})";
  write_sweep(3);
  for (const Words& words : {Words{"run", "w.yaml", "--json"}, Words{"resume", "sweep.h5", "--json"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(lines_of(outcome.err).back(), end) << words[0];
  }
}

TEST_F(Run, ThatCannotWriteSaysSoAndGoesOnWhenItCan) {
  write_sweep(40);
  succeed({"run", "w.yaml", "--out", "whole.h5"});
  for (const std::size_t eighth : {2U, 4U, 6U}) {
    const pid_t child = start({"run", "w.yaml", "--out", "x.h5", "--force", "--commit-every", "0"});
    while (!fs::exists(folder.path() / "x.h5")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    ::kill(child, SIGINT);
    ASSERT_EQ(wait_for(child).code, 130);
    file_size_limit = fs::file_size(folder.path() / "x.h5") * eighth / 8 - 1;
    const Outcome full = run({"resume", "x.h5", "--threads", "2"});
    file_size_limit.reset();
    EXPECT_EQ(full.code, 1) << full.err;
    EXPECT_EQ(full.out, "");
    EXPECT_TRUE(full.err.starts_with("hookflow: x.h5: ")) << full.err;
    EXPECT_TRUE(contains(full.err, "File too large\n")) << full.err;
    EXPECT_TRUE(contains(full.err, "go on with: hookflow resume x.h5\n")) << full.err;
    EXPECT_FALSE(contains(full.err, "HDF5-DIAG")) << full.err;
    succeed({"resume", "x.h5"});
    succeed({"diff", "x.h5", "whole.h5"});
    fs::remove(folder.path() / "x.h5");
  }
}

struct Stop {
  std::string name;
  int signal;
  std::string spelled;
  int code;
};

class Stopped : public Run, public testing::WithParamInterface<Stop> {
 protected:
  /// Starts the run, and stops it this long after its file is there. Returns how it ended.
  Outcome stop_after(std::chrono::milliseconds delay) {
    const pid_t child = start({"run", "w.yaml", "--out", "stopped.h5", "--threads", "2", "--force"});
    while (!fs::exists(folder.path() / "stopped.h5") && ::kill(child, 0) == 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    std::this_thread::sleep_for(delay);
    ::kill(child, GetParam().signal);
    return wait_for(child);
  }
};

TEST_P(Stopped, GoesOnToTheBitsOfARunThatWasNot) {
  write_sweep(40);
  const auto begin = std::chrono::steady_clock::now();
  succeed({"run", "w.yaml", "--out", "whole.h5", "--threads", "1"});
  auto delay =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin) / 4;
  Outcome outcome = stop_after(delay);
  for (int attempt = 0; attempt < 5 && outcome.code == 0; ++attempt) {  // it was faster than the signal
    delay /= 3;
    fs::remove(folder.path() / "stopped.h5");
    outcome = stop_after(delay);
  }
  EXPECT_EQ(outcome.code, GetParam().code) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(contains(outcome.err, "hookflow: stopped by " + GetParam().spelled + " with ")) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "go on with: hookflow resume stopped.h5\n")) << outcome.err;
  EXPECT_EQ(folder.names(), (Words{"p.jsonl", "stopped.h5", "w.yaml", "whole.h5"}));
  EXPECT_TRUE(contains(succeed({"inspect", "stopped.h5"}), "NOT COMPLETE"));
  EXPECT_EQ(succeed({"run", "w.yaml", "--out", "stopped.h5", "--resume"}), "stopped.h5\n");
  EXPECT_TRUE(pipeline::read_run_file(folder.path() / "stopped.h5").complete);
  expect_equal_numbers("whole.h5", "stopped.h5");
}

// All prompts are one batch, which no signal interrupts: the second one comes while it is under way.
TEST_P(Stopped, TwiceEndsAtOnceAndSaysHowToGoOn) {
  std::string lines;
  for (int i = 0; i < 150; ++i)
    lines +=
        R"({"text": ")" + std::to_string(i) + std::string(100, '?') + R"(", "target": " Germany"})" + "\n";
  write("w.yaml", "batch_tokens: 1000000\n" + sweep_over("p.jsonl"));
  write("p.jsonl", lines);
  for (const bool json : {false, true}) {
    Words words = {"run", "w.yaml", "--out", "the file.h5", "--force"};
    if (json) words.emplace_back("--json");
    const pid_t child = start(words);
    while (!fs::exists(folder.path() / "the file.h5"))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    ::kill(child, GetParam().signal);
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // else the two could come as one
    ::kill(child, GetParam().signal);
    const Outcome outcome = wait_for(child);
    const std::string message =
        "stopped at once; what was committed is kept; go on with: hookflow resume 'the file.h5'";
    EXPECT_EQ(outcome.code, GetParam().code);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(lines_of(outcome.err).back(), json ? R"({"event":"error","code":)" +
                                                       std::to_string(GetParam().code) + R"(,"message":")" +
                                                       message + "\"}"
                                                 : "hookflow: " + message);
    EXPECT_TRUE(contains(succeed({"inspect", "the file.h5"}), "NOT COMPLETE"));
    fs::remove(folder.path() / "the file.h5");
  }
}

INSTANTIATE_TEST_SUITE_P(Run, Stopped,
                         testing::Values(Stop{"Interrupt", SIGINT, "SIGINT", 130},
                                         Stop{"Terminate", SIGTERM, "SIGTERM", 143},
                                         Stop{"HangUp", SIGHUP, "SIGHUP", 129}),
                         [](const auto& stop) { return stop.param.name; });

/// A file system in memory, gone with the test.
class Mount {
 public:
  Mount(fs::path place, unsigned long flags, const std::string& options) : place_(std::move(place)) {
    fs::create_directories(place_);
    mounted_ = ::mount("tmpfs", place_.c_str(), "tmpfs", flags, options.c_str()) == 0;
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;
  ~Mount() {
    if (mounted_) ::umount2(place_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  fs::path place_;
  bool mounted_ = false;
};

TEST_F(Run, OnAFullDiskLeavesNoFile) {
  write("w.yaml", kSweep);
  const auto attempt = [&](const std::string& size, const Words& parts) {
    const Mount disk(folder.path() / "disk", 0, "size=" + size);
    if (!disk.mounted()) GTEST_SKIP() << "a small disk cannot be mounted here: " << std::strerror(errno);
    refuse({"run", "w.yaml", "--out", "disk/x.h5"}, 3, parts);
    EXPECT_TRUE(fs::is_empty(folder.path() / "disk"));
  };
  attempt("4k", {"disk/x.h5: needs ", " KiB, but disk has "});
  attempt("100k", {"disk/x.h5: ", "No space left on device"});
}

TEST_F(Run, OnADiskThatFillsUpAtAnyPointLeavesNoFile) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml", "--quiet"});
  const std::size_t whole = fs::file_size(folder.path() / "sweep.h5");
  for (std::size_t eighth = 1; eighth < 8; ++eighth) {
    file_size_limit = whole * eighth / 8;
    refuse({"run", "w.yaml", "--quiet", "--out", "x.h5"}, 3, {"x.h5: ", "File too large"});
  }
}

TEST_F(Run, InAFolderThatCannotBeWrittenLeavesNoFile) {
  write("w.yaml", kSweep);
  const Mount disk(folder.path() / "disk", MS_RDONLY, "");
  if (disk.mounted()) {
    refuse({"run", "w.yaml", "--out", "disk/x.h5"}, 3,
           {"disk/x.h5: creating the file", "Read-only file system"});
  } else {
    refuse({"run", "w.yaml", "--out", "/proc/x.h5"}, 3, {"/proc/x.h5: creating the file"});
  }
}

}  // namespace
}  // namespace hookflow::test

// Whole sessions of toy stages, in processes of their own: what ends them, with which code, and what is left.
#include "pipeline/session/execute.hpp"

#include <chrono>
#include <csignal>
#include <functional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

#include "pipeline/command/command.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/reading/compare_runs.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/stage_chain.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/support/toy_stages.hpp"

namespace hookflow::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kAtOnce{2};

/// A subject whose files take a minute to hash.
class SlowSubject : public Subject {
 public:
  std::vector<std::pair<std::string, std::string>> identity(std::stop_token stop) override {
    const auto end = Clock::now() + std::chrono::minutes(1);
    while (Clock::now() < end) {
      if (stop.stop_requested()) throw Stopped();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return {};
  }
  std::map<std::string, std::string> provenance() override { return {}; }
  std::string description() const override { return {}; }
};

class Execute : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "toy.h5"; }

  /// Runs toy stages on two prompts into the file, or goes on with it. Returns the exit code.
  int run(const std::vector<std::string>& settings = {},
          const std::function<void(Plan&)>& change = {}) const {
    const std::string text = "workflow: toy\nmodel: " + testing_support::golden_model("one_head") + R"(
prompts: [{id: a, ids: [0]}, {id: b, ids: [0]}]
keep: [xs, ends]
stages:
  numbers: {stage: toy.source}
  thirds: {stage: toy.map, in: numbers}
  variants: {stage: toy.expand, in: thirds}
  xs: {stage: toy.rows, in: variants}
  ends: {stage: toy.long_fold, in: xs}
)";
    SessionOptions options;
    options.progress = ProgressStyle::quiet;
    options.patience = std::chrono::minutes(1);  // what ends in time ends by itself
    options.run.commit_every = std::chrono::milliseconds(0);
    PlannedRun planned = make_plan(read_workflow_text(text, "toy.yaml", ".", settings));
    if (change) change(planned.plan);
    try {
      return execute(std::move(planned), {file(), true, false, {}}, options);
    } catch (const std::exception& error) {
      return code_of(error);
    }
  }

  /// The exit code of a process that does this, and fails if it takes long.
  static int code_of_process(const std::function<int()>& work) {
    const auto start = Clock::now();
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(30);
      ::_exit(work());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_LT(Clock::now() - start, kAtOnce + std::chrono::seconds(1));
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  TemporaryFolder folder_;
};

TEST_F(Execute, ASignalEndsAnAggregationThatReadsForLong) {
  EXPECT_EQ(code_of_process([&] {
              toy::on_fold = [sent = false]() mutable {
                if (!std::exchange(sent, true)) ::raise(SIGINT);
              };
              return run();
            }),
            130);
  const RunFileView view = read_run_file(file());
  EXPECT_EQ(view.sessions.at(0).ended_by, "SIGINT");
  EXPECT_EQ(view.lanes.at(1).pending, 0U);
  EXPECT_FALSE(view.fold_done.at(0));
  EXPECT_FALSE(view.complete);
}

TEST_F(Execute, WhatIsNoFailureOfAPromptEndsTheRunWithOneAndLeavesTheFile) {
  for (const std::string what : {"bad_alloc", "logic_error"}) {
    std::filesystem::remove(file());
    EXPECT_EQ(code_of_process([&] { return run({"variants.throws=" + what}); }), exit_code::kFailed) << what;
    const RunFileView view = read_run_file(file());
    EXPECT_EQ(view.sessions.back().ended_by, "failure");
    EXPECT_TRUE(view.failures.empty());
    EXPECT_FALSE(view.complete);
  }
}

// Of two prompts in one batch, in chunks of 2, 1 and 2 parts of their variants.
TEST_F(Execute, KilledAtAnyChunkAndResumedEqualsUninterrupted) {
  const std::vector<std::string> chunked = {"variants.variants=10", "variants.part=2",
                                            "variants.together=[2, 1, 2]", "keep=[xs]"};
  const auto run_to_the_end = [&] {
    EXPECT_EQ(code_of_process([&] { return run(chunked); }), exit_code::kDone);
  };
  run_to_the_end();
  const std::filesystem::path whole = folder_.path() / "whole.h5";
  std::filesystem::rename(file(), whole);
  for (int chunk = 1; chunk <= 3; ++chunk) {
    EXPECT_EQ(code_of_process([&] {
                toy::on_expand = [chunk] {
                  if (toy::expand_runs == chunk) ::raise(SIGKILL);
                };
                return run(chunked);
              }),
              -SIGKILL);
    EXPECT_GT(read_run_file(file()).lanes.at(1).pending, 0U);
    run_to_the_end();
    EXPECT_TRUE(compare_runs(RunFile(file()), RunFile(whole)).differences.empty()) << chunk;
    std::filesystem::remove(file());
  }
}

/// A second phase of prompts, which reads what is found over the first.
const std::vector<std::string> kTwoPhases = {
    "stages.ns={stage: toy.number, in: thirds}",
    "stages.mean={stage: aggregate.moments, in: ns, over: prompt, statistics: [mean]}",
    "stages.shifted={stage: toy.shift, in: [thirds, mean]}",
    "stages.shifted_ns={stage: toy.number, in: shifted}",
    "variants.in=[thirds, mean]",
    "keep=[ns, shifted_ns, xs]",
    "batch_tokens=1"};

TEST_F(Execute, KilledInAnyPhaseAndResumedEqualsUninterrupted) {
  const auto run_to_the_end = [&] {
    EXPECT_EQ(code_of_process([&] { return run(kTwoPhases); }), exit_code::kDone);
  };
  run_to_the_end();
  const std::filesystem::path whole = folder_.path() / "whole.h5";
  std::filesystem::rename(file(), whole);
  std::size_t killed_in = 0;  // the phases
  for (int run_of_map = 1; run_of_map <= 4; ++run_of_map) {
    EXPECT_EQ(code_of_process([&] {
                toy::on_map = [runs = 0, run_of_map]() mutable {
                  if (++runs == run_of_map) ::raise(SIGKILL);
                };
                return run(kTwoPhases);
              }),
              -SIGKILL);
    killed_in += read_run_file(file()).fold_done.at(0) ? 1 : 0;
    run_to_the_end();
    EXPECT_TRUE(compare_runs(RunFile(file()), RunFile(whole)).differences.empty()) << run_of_map;
    std::filesystem::remove(file());
  }
  EXPECT_EQ(killed_in, 2U) << "half of them after the mean";
}

TEST_F(Execute, ResultsThatFailedPromptsLeaveEmptyEndTheRunWithOneAndLeaveTheFile) {
  std::vector<std::string> settings = kTwoPhases;
  settings.emplace_back("thirds.fail=[a, b]");
  EXPECT_EQ(code_of_process([&] { return run(settings); }), exit_code::kFailed);
  const RunFileView view = read_run_file(file());
  EXPECT_EQ(view.sessions.back().ended_by, "failure");
  EXPECT_EQ(view.failures.size(), 2U);
  EXPECT_FALSE(view.complete);
}

TEST_F(Execute, AnErrorDoesNotWaitForTheModelToBeHashed) {
  EXPECT_EQ(code_of_process([&] {
              return run({"variants.throws=logic_error"},
                         [](Plan& plan) { plan.subject = std::make_unique<SlowSubject>(); });
            }),
            exit_code::kFailed);
}

}  // namespace
}  // namespace hookflow::pipeline

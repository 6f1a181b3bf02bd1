// What is built on results over all prompts goes with them when they change, wherever the process is killed.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "tests/support/kill_at_write.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kShifted = 2;  // lanes
constexpr std::size_t kPlain = 3;
constexpr std::size_t kBad = 1;  // prompt

/// x of each prompt; `sum` of them, and `count`, which reads nothing of x; shifted = x + sum; `end`, over
/// what is shifted; plain, built on `count`.
RunLayout layout() {
  RunLayout layout;
  layout.prompts = sample::kPrompts;
  const auto of_prompts = [](const std::string& name) {
    return GroupLayout{name, "a stage", {{"v", Dtype::float64, {sample::prompt()}, "1", name}}};
  };
  const auto of_all = [](const std::string& name) {
    return GroupLayout{name, "a stage", {{"v", Dtype::float64, {}, "1", name}}};
  };
  layout.groups = {of_prompts("x"), of_prompts("y"), of_prompts("shifted"), of_prompts("plain"),
                   of_all("sum"),   of_all("count"), of_all("end")};
  layout.lanes = {{"items", 1, {"x/v"}},
                  {"others", 1, {"y/v"}},
                  {"shifted", 1, {"shifted/v"}, 1, 1, "items", {"sum"}},
                  {"plain", 1, {"plain/v"}, 1, 1, "items", {"count"}}};
  layout.folds = {{"sum", {"items"}}, {"count", {"others"}}, {"end", {"shifted"}}};
  layout.default_group = "x";
  layout.default_variable = "v";
  return layout;
}

double read(const RunStore& store, const std::string& group, std::size_t row = 0) {
  return store.read_rows(group, "v", row, 1)[0];
}

/// One commit a prompt, with what `value` says; the bad one fails in `items` and behind, if asked to.
void run_lane(RunStore& store, std::size_t lane, bool fails,
              const std::function<double(std::size_t)>& value) {
  const std::vector<PartState> states = store.states(lane);
  for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
    if (states[prompt] != PartState::pending) continue;
    const bool failed = fails && prompt == kBad && lane != 1;
    if (failed) store.record_failure({prompt, "x", "a bad prompt"});
    if (!failed)
      store.write_cells(
          layout().lanes[lane].variables[0].substr(0, layout().lanes[lane].variables[0].find('/')), "v",
          prompt, 0, std::vector<double>{value(prompt)});
    store.mark(lane, prompt, 0, failed ? PartState::failed : PartState::done);
    store.commit();
  }
}

double sum_of(const RunStore& store, const std::string& group, std::size_t lane) {
  double sum = 0;
  const std::vector<PartState> states = store.states(lane);
  for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt)
    if (states[prompt] == PartState::done) sum += read(store, group, prompt);
  return sum;
}

void run_fold(RunStore& store, std::size_t fold, double value) {
  if (store.fold_state(fold) == PartState::done) return;
  store.write_rows(layout().folds[fold].name, "v", 0, std::vector<double>{value});
  store.finish_fold(fold);
}

void work(const fs::path& path, bool fails, bool retry) {
  RunStore store = fs::exists(path) ? RunStore::open(path, layout(), {})
                                    : RunStore::create({path, false}, layout(), {}, {{"ended", ""}});
  if (retry && !store.failures().empty()) store.retry_failed();
  if (store.complete()) return;
  run_lane(store, 0, fails, [](std::size_t prompt) { return static_cast<double>(prompt) + 0.5; });
  run_lane(store, 1, fails, [](std::size_t prompt) { return static_cast<double>(prompt) - 0.5; });
  run_fold(store, 0, sum_of(store, "x", 0));
  run_fold(store, 1, sum_of(store, "y", 1));
  run_lane(store, kShifted, fails,
           [&](std::size_t prompt) { return read(store, "x", prompt) + read(store, "sum"); });
  run_lane(store, kPlain, fails,
           [&](std::size_t prompt) { return read(store, "x", prompt) + read(store, "count"); });
  run_fold(store, 2, sum_of(store, "shifted", kShifted));
  store.finish({{"ended", "2024-01-01T01:00:00Z"}});
}

std::string bytes_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TakeBack : public testing::TestWithParam<bool> {
 protected:
  TakeBack() { work(path(), true, false); }
  [[nodiscard]] fs::path path() const { return folder_.path() / "run.h5"; }
  TemporaryFolder folder_;
};

TEST_P(TakeBack, RetriedAndKilledAtAnyWriteGoesOnAsIfNothingHadHappened) {
  const fs::path failed = folder_.path() / "failed.h5";
  fs::copy_file(path(), failed);
  work(path(), false, true);
  const std::string expected = bytes_of(path());
  long writes = 1;
  const auto begin_again = [&] { fs::copy_file(failed, path(), fs::copy_options::overwrite_existing); };
  for (begin_again(); test::killed_after(writes, GetParam(), [&] { work(path(), false, true); }); ++writes) {
    {
      const RunStore store = RunStore::open(path(), layout(), {});
      const std::vector<PartState> states = store.states(kShifted);
      for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt)
        if (states[prompt] == PartState::done) {
          EXPECT_EQ(read(store, "shifted", prompt), read(store, "x", prompt) + sum_of(store, "x", 0))
              << writes;
        }
    }
    EXPECT_NO_THROW(read_run_file(path()));
    work(path(), false, true);
    ASSERT_EQ(bytes_of(path()), expected) << "killed at write " << writes;
    begin_again();
  }
  EXPECT_GT(writes, 20);
}

INSTANTIATE_TEST_SUITE_P(Before, TakeBack, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(AmidstHalf, TakeBack, testing::Values(true));

TEST_P(TakeBack, WhatDoesNotDependOnItStays) {
  RunStore store = RunStore::open(path(), layout(), {});
  store.retry_failed();
  EXPECT_EQ(store.states(0), (std::vector{PartState::done, PartState::pending, PartState::done}));
  EXPECT_EQ(store.states(1), std::vector(3, PartState::done));
  EXPECT_EQ(store.states(kShifted), std::vector(3, PartState::pending));
  EXPECT_EQ(store.states(kPlain), (std::vector{PartState::done, PartState::pending, PartState::done}));
  EXPECT_NE(store.fold_state(0), PartState::done);
  EXPECT_EQ(store.fold_state(1), PartState::done);
  EXPECT_NE(store.fold_state(2), PartState::done);
  EXPECT_TRUE(std::isnan(read(store, "shifted", 0)));
  EXPECT_FALSE(std::isnan(read(store, "plain", 0)));
}

TEST_P(TakeBack, ReachesTheDiskBeforeAnythingElseChanges) {
  RunStore store = RunStore::open(path(), layout(), {});
  test::operations.clear();
  store.retry_failed();
  const auto wait = std::ranges::find(test::operations, -1);
  ASSERT_NE(wait, test::operations.end());
  const auto second = std::find(wait + 1, test::operations.end(), -1);
  ASSERT_NE(second, test::operations.end());
  EXPECT_EQ(std::distance(test::operations.begin(), wait), 1) << "that it is not complete";
  EXPECT_EQ(std::distance(wait, second), 3) << "the marks of two aggregations, and of what is shifted";
}

// What is damaged may have been read.
TEST_P(TakeBack, DamageTakesBackWhatMayHaveReadIt) {
  {
    RunStore store = RunStore::open(path(), layout(), {});
    store.write_rows("sum", "v", 0, std::vector<double>{77});
  }
  const RunStore store = RunStore::open(path(), layout(), {});
  EXPECT_EQ(store.damage().folds, std::vector<std::size_t>{0});
  EXPECT_EQ(store.states(0), (std::vector{PartState::done, PartState::failed, PartState::done}));
  EXPECT_EQ(store.states(kShifted), std::vector(3, PartState::pending));
  EXPECT_NE(store.fold_state(2), PartState::done);
  EXPECT_EQ(store.fold_state(1), PartState::done);
}

}  // namespace
}  // namespace hookflow::pipeline

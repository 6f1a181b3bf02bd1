// A merge is killed before, and in the middle of, every single write that it makes, and must go on from
// there.
#include "pipeline/merge/intake.hpp"

#include <fstream>
#include <iterator>
#include <numeric>

#include <gtest/gtest.h>

#include "pipeline/engine/graph.hpp"
#include "pipeline/error.hpp"
#include "pipeline/run_file/checks/damage.hpp"
#include "tests/support/kill_at_write.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kParts = 4;
constexpr std::size_t kPartCells = sample::kRow / kParts;
constexpr std::size_t kUnlucky = 1;  // a prompt that fails in one shard and not in another

/// The sample's run, merged; of three prompts, or of those that a share has.
RunLayout layout_of(const std::vector<std::size_t>& prompts) {
  RunLayout layout = sample::layout();
  layout.merged = prompts.size() == sample::kPrompts;
  layout.prompts = prompts.size();
  layout.texts.clear();
  layout.constants.clear();
  Axis axis = sample::prompt();
  std::vector<std::string> labels;
  for (const std::size_t prompt : prompts)
    labels.push_back(std::get<std::vector<std::string>>(axis.coordinates.labels())[prompt]);
  axis.coordinates = labels;
  for (Variable& variable : layout.groups[0].variables) variable.axes[0] = axis;
  if (!layout.merged) layout.share = ShareLayout{"1/2", prompts, {{}, {}}, sample::kPrompts, 0};
  return layout;
}

class IntakeTest : public testing::TestWithParam<bool> {
 protected:
  /// A shard that has done all of its prompts, but for one that failed, if it is told.
  ShardFile shard(const std::string& name, const std::vector<std::size_t>& prompts, bool unlucky) const {
    const fs::path path = folder_.path() / name;
    const RunLayout layout = layout_of(prompts);
    RunStore store = RunStore::create({path, false}, layout, sample::identity(), sample::provenance());
    for (const std::size_t prompt : prompts) {
      const std::vector<float> row = sample::row(prompt);
      const bool fails = unlucky && prompt == kUnlucky;
      if (fails) store.record_failure({prompt, "clean", "bad luck"});
      store.write_cells("scores", "clean", prompt, 0, std::vector<double>{0.5 + static_cast<double>(prompt)});
      store.write_cells("scores", "log_prob", prompt, 0, row);
      std::vector<std::int64_t> words(sample::kRow);
      std::iota(words.begin(), words.end(), static_cast<std::int64_t>(prompt));
      store.write_cells("scores", "argmax", prompt, 0, words);
      store.mark(sample::kItems, prompt, 0, PartState::done);
      for (std::size_t part = 0; part < kParts; ++part)
        store.mark(sample::kSilenced, prompt, part, fails && part > 1 ? PartState::failed : PartState::done);
    }
    store.commit();
    return {path, *layout.share, {}, {"a kernel"}, {}};
  }
  static RunStore open(const fs::path& path) {
    return fs::exists(path) ? RunStore::open(path, layout_of(kAll), sample::identity())
                            : RunStore::create({path, false}, layout_of(kAll), sample::identity(), {});
  }
  /// As merging does it, each time with a file more; with a commit for each so many parts.
  static void merge(const fs::path& path, const std::vector<ShardFile>& shards, std::size_t parts) {
    for (std::size_t count = 1; count <= shards.size(); ++count) {
      RunStore whole = open(path);
      EXPECT_FALSE(whole.damage().any());
      Intake intake(whole, stop_, {.parts = parts});
      for (std::size_t i = 0; i < count; ++i) EXPECT_FALSE(intake.take(shards[i]).any());
      whole.commit();
    }
  }
  static std::string contents(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  static void expect_all_done(const RunStore& whole) {
    for (const std::size_t lane : {sample::kItems, sample::kSilenced})
      EXPECT_EQ(std::ranges::count(whole.states(lane), PartState::done), std::ssize(whole.states(lane)));
    EXPECT_TRUE(whole.failures().empty());
    for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
      const std::vector<float> row = sample::row(prompt);
      EXPECT_EQ(whole.read_rows("scores", "log_prob", prompt, 1),
                std::vector<double>(row.begin(), row.end()));
      EXPECT_EQ(whole.read_rows("scores", "argmax", prompt, 1)[1], static_cast<double>(prompt + 1));
    }
  }

  void kill_at_every_write(std::size_t parts);  // parts between commits

  long writes_ = 0;  // that it took
  inline static const std::vector<std::size_t> kAll = {0, 1, 2};
  inline static const std::atomic<bool> stop_{false};
  TemporaryFolder folder_;
};

void IntakeTest::kill_at_every_write(std::size_t parts) {
  const std::vector<ShardFile> shards = {shard("unlucky.h5", {1}, true), shard("others.h5", {0, 2}, false),
                                         shard("lucky.h5", {1}, false)};
  const fs::path undisturbed = folder_.path() / "undisturbed.h5";
  const fs::path path = folder_.path() / "whole.h5";
  open(undisturbed);
  fs::copy(undisturbed, path);
  const std::string empty = contents(path);
  merge(undisturbed, shards, parts);
  expect_all_done(open(undisturbed));
  long writes = 1;
  for (; test::killed_after(writes, GetParam(), [&] { merge(path, shards, parts); }); ++writes) {
    EXPECT_FALSE(open(path).damage().any()) << "killed at write " << writes;
    merge(path, shards, parts);
    expect_all_done(open(path));
    if (HasFailure()) return;
    std::ofstream(path, std::ios::binary) << empty;
  }
  EXPECT_GT(writes, 30);
  writes_ = writes;
}

TEST_P(IntakeTest, GoesOnFromEveryWriteAsIfNothingHadHappened) {
  // On one thread: a process that is forked has no others.
  on_threads(1, [&] { kill_at_every_write(1000); });
  const long with_one_commit = writes_;
  for (const char* name : {"unlucky.h5", "others.h5", "lucky.h5", "undisturbed.h5", "whole.h5"})
    fs::remove(folder_.path() / name);
  on_threads(1, [&] { kill_at_every_write(1); });
  EXPECT_GT(writes_, with_one_commit);
}

TEST_P(IntakeTest, WhatIsDoneStaysWhateverFailsInAnotherFile) {
  const std::vector<ShardFile> shards = {shard("lucky.h5", {1}, false), shard("unlucky.h5", {1}, true)};
  const fs::path path = folder_.path() / "whole.h5";
  RunStore whole = open(path);
  Intake intake(whole, stop_);
  for (const ShardFile& shard : shards) intake.take(shard);  // one commit
  whole.commit();
  EXPECT_TRUE(whole.failures().empty());
  EXPECT_EQ(std::ranges::count(whole.states(sample::kSilenced), PartState::done),
            static_cast<std::ptrdiff_t>(kParts));
}

TEST_P(IntakeTest, EndsWhenItIsTold) {
  const ShardFile others = shard("others.h5", {0, 2}, false);
  RunStore whole = open(folder_.path() / "whole.h5");
  const std::atomic<bool> stop{true};
  EXPECT_THROW(Intake(whole, stop).take(others), Stopped);
}

INSTANTIATE_TEST_SUITE_P(Before, IntakeTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(AmidstHalf, IntakeTest, testing::Values(true));

}  // namespace
}  // namespace hookflow::pipeline

// A run is killed before, and in the middle of, every single write that it makes, and must go on from there.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/kill_at_write.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kParts = 4;
constexpr std::size_t kPartCells = sample::kRow / kParts;
constexpr std::size_t kBadPrompt = 1;

std::vector<float> part_values(std::size_t prompt, std::size_t part) {
  const std::vector<float> row = sample::row(prompt);
  const auto begin = row.begin() + static_cast<std::ptrdiff_t>(part * kPartCells);
  return {begin, begin + kPartCells};
}

// What is left of the run. One part a commit; a prompt fails in one lane, and stays failed.
void work(const fs::path& path) {
  RunStore store = fs::exists(path) ? RunStore::open(path, sample::layout(), sample::identity())
                                    : RunStore::create({path, false}, sample::layout(), sample::identity(),
                                                       sample::provenance());
  if (store.complete()) return;
  const std::vector<PartState> items = store.states(sample::kItems);
  const std::vector<PartState> parts = store.states(sample::kSilenced);
  for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
    if (items[prompt] == PartState::pending) {
      if (prompt == kBadPrompt) store.record_failure({prompt, "clean", "a bad prompt"});
      store.write_cells("scores", "clean", prompt, 0, std::vector<double>{static_cast<double>(prompt) + 0.5});
      store.mark(sample::kItems, prompt, 0, prompt == kBadPrompt ? PartState::failed : PartState::done);
      store.commit();
    }
    for (std::size_t part = 0; part < kParts; ++part) {
      if (parts[prompt * kParts + part] != PartState::pending) continue;
      store.write_cells("scores", "log_prob", prompt, part * kPartCells, part_values(prompt, part));
      store.mark(sample::kSilenced, prompt, part, PartState::done);
      store.commit();
    }
  }
  if (store.fold_state(0) != PartState::done) {
    store.write_rows("by_layer", "mean", 0, std::vector<double>{1, 2});
    store.finish_fold(0);
  }
  store.finish({{"ended", "2024-01-01T01:00:00Z"}});
}

std::string contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every row whose mark is set is the row that was computed.
void expect_marks_are_true(const fs::path& path) {
  const RunStore store = RunStore::open(path, sample::layout(), sample::identity());
  const std::vector<PartState> parts = store.states(sample::kSilenced);
  for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
    const std::vector<double> row = store.read_rows("scores", "log_prob", prompt, 1);
    for (std::size_t part = 0; part < kParts; ++part) {
      if (parts[prompt * kParts + part] != PartState::done) continue;
      for (std::size_t cell = 0; cell < kPartCells; ++cell)
        EXPECT_EQ(row[part * kPartCells + cell], part_values(prompt, part)[cell]);
    }
    const PartState item = store.states(sample::kItems)[prompt];
    EXPECT_EQ(store.failures().size(),
              store.states(sample::kItems)[kBadPrompt] == PartState::failed ? 1U : 0U);
    if (item == PartState::done) {
      EXPECT_EQ(store.read_rows("scores", "clean", prompt, 1)[0], static_cast<double>(prompt) + 0.5);
    }
  }
  if (store.fold_state(0) == PartState::done) {
    EXPECT_EQ(store.read_rows("by_layer", "mean", 0, 2), (std::vector<double>{1, 2}));
  }
}

class KillTest : public testing::TestWithParam<bool> {};

TEST_P(KillTest, GoesOnFromEveryWriteAsIfNothingHadHappened) {
  const TemporaryFolder folder;
  const fs::path undisturbed = folder.path() / "undisturbed.h5";
  work(undisturbed);
  const std::string expected = contents(undisturbed);

  const fs::path path = folder.path() / "run.h5";
  long writes = 1;
  long killed_in_creation = 0;
  for (; test::killed_after(writes, GetParam(), [&] { work(path); }); ++writes) {
    if (fs::exists(path)) {
      EXPECT_EQ(fs::file_size(path), expected.size());
      expect_marks_are_true(path);
      EXPECT_NO_THROW(read_run_file(path));
    } else {
      ++killed_in_creation;
    }
    work(path);
    ASSERT_TRUE(contents(path) == expected) << "killed at write " << writes;
    ASSERT_EQ(folder.names(), (std::vector<std::string>{"run.h5", "undisturbed.h5"}));
    fs::remove(path);
  }
  EXPECT_GT(killed_in_creation, 10);
  EXPECT_GT(writes - killed_in_creation, 30);
}

INSTANTIATE_TEST_SUITE_P(Before, KillTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(AmidstHalf, KillTest, testing::Values(true));

TEST(CommitTest, ReachesTheDiskBeforeTheMarksAreWritten) {
  const TemporaryFolder folder;
  RunStore store =
      RunStore::create({folder.path() / "run.h5", false}, sample::layout(), sample::identity(), {});
  auto& operations = test::operations;
  operations.clear();
  store.write_cells("scores", "log_prob", 0, 0, sample::row(0));
  store.write_cells("scores", "clean", 0, 0, std::vector<double>{1});
  store.mark(sample::kSilenced, 0, 0, PartState::done);
  store.commit();
  ASSERT_EQ(operations.size(), 6U);
  EXPECT_GE(operations[0], 0);  // two datasets' rows
  EXPECT_GE(operations[1], 0);
  EXPECT_GE(operations[2], 0);  // the checksum
  EXPECT_EQ(operations[3], -1);
  EXPECT_GE(operations[4], 0);  // the mark
  EXPECT_EQ(operations[5], -1);
}

}  // namespace
}  // namespace hookflow::pipeline

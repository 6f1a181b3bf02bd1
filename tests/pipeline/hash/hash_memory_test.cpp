#include "pipeline/hash/hash_memory.hpp"

#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/hash/sha256.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLarge = (std::size_t{1} << 24) + 5;

void write_file(const fs::path& path, char fill, std::size_t size = kLarge) {
  std::ofstream(path, std::ios::binary) << std::string(size, fill);
}

constexpr std::chrono::seconds kAtOnce(0);

std::size_t entries(const fs::path& folder) {
  if (!fs::exists(folder)) return 0;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(HashMemory, RemembersAFileThatIsTheSame) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const std::string hash = sha256_file(file);
  EXPECT_EQ(HashMemory(memory, std::chrono::seconds(100)).sha256_file(file), hash);
  EXPECT_EQ(entries(memory), 0U) << "a file that has just changed was remembered";
  const HashMemory hashes(memory, kAtOnce);
  EXPECT_EQ(hashes.sha256_file(file), hash);
  ASSERT_EQ(entries(memory), 1U);

  // What stands in the memory is what is given: the file was not read again.
  const std::string planted(64, 'e');
  std::ofstream(fs::directory_iterator(memory)->path()) << planted;
  EXPECT_EQ(hashes.sha256_file(file), planted);
}

TEST(HashMemory, AChangedFileIsHashedAgainEvenWithItsOldTimeOfChange) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const auto time = fs::last_write_time(file);
  const HashMemory hashes(memory, kAtOnce);
  (void)hashes.sha256_file(file);
  write_file(file, 'b');
  fs::last_write_time(file, time);  // as `cp --preserve` and archives do
  EXPECT_EQ(hashes.sha256_file(file), sha256_file(file));
}

TEST(HashMemory, ADamagedEntryIsNotBelieved) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const HashMemory hashes(memory, kAtOnce);
  (void)hashes.sha256_file(file);
  std::ofstream(fs::directory_iterator(memory)->path()) << "0123";
  EXPECT_EQ(hashes.sha256_file(file), sha256_file(file));
}

TEST(HashMemory, SmallFilesAndNoFolderNeedNoMemory) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "config.json", memory = folder.path() / "memory";
  write_file(file, 'a', 10);
  EXPECT_EQ(HashMemory(memory, kAtOnce).sha256_file(file), sha256_file(file));
  EXPECT_EQ(entries(memory), 0U);
  EXPECT_EQ(HashMemory({}, kAtOnce).sha256_file(file), sha256_file(file));
  EXPECT_EQ(HashMemory("/dev/null/nowhere", kAtOnce).sha256_file(file), sha256_file(file));
}

TEST(HashMemory, AMissingFileIsRefusedByName) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)HashMemory(folder.path()).sha256_file(folder.path() / "missing"), InputError);
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/hash/hash_memory.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

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

/// Hashes, and adds a byte to a file each time that one is read.
HashWays counted(const fs::path& count, std::chrono::milliseconds takes = {}) {
  HashWays ways;
  ways.settled = std::chrono::seconds(0);
  ways.hash = [count, takes](const fs::path& path, const std::stop_token& stop) {
    std::ofstream(count, std::ios::app) << '.';
    std::this_thread::sleep_for(takes);
    return sha256_file(path, stop);
  };
  return ways;
}

HashWays at_once() {
  HashWays ways;
  ways.settled = std::chrono::seconds(0);
  return ways;
}

std::uintmax_t reads(const fs::path& count) { return fs::exists(count) ? fs::file_size(count) : 0; }

/// A process of its own, which ends with 0 when the action says so.
template <typename Action>
pid_t start(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(action() ? 0 : 1);
  return child;
}

bool succeeds(pid_t child) {
  int status = 0;
  return ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void wait_for_read(const fs::path& count) {
  while (reads(count) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

std::size_t entries(const fs::path& folder) {
  if (!fs::exists(folder)) return 0;
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

TEST(HashMemory, RemembersAFileThatIsTheSame) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const std::string hash = sha256_file(file);
  HashWays long_settled;
  long_settled.settled = std::chrono::seconds(100);
  EXPECT_EQ(HashMemory(memory, long_settled).sha256_file(file), hash);
  EXPECT_EQ(entries(memory), 0U) << "a file that has just changed was remembered";
  const HashMemory hashes(memory, at_once());
  EXPECT_EQ(hashes.sha256_file(file), hash);
  ASSERT_EQ(entries(memory), 1U);

  // What stands in the memory is what is given: the file was not read again.
  const std::string planted(64, 'e');
  std::ofstream(fs::directory_iterator(memory)->path()) << planted;
  EXPECT_EQ(hashes.sha256_file(file), planted);
}

TEST(HashMemory, ReadsNothingASecondTime) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", count = folder.path() / "count";
  write_file(file, 'a');
  for (int i = 0; i < 3; ++i) {
    const HashMemory hashes(folder.path() / "memory", counted(count));
    EXPECT_EQ(hashes.sha256_file(file), sha256_file(file));
  }
  EXPECT_EQ(reads(count), 1U);
  write_file(file, 'b');
  EXPECT_EQ(HashMemory(folder.path() / "memory", counted(count)).sha256_file(file), sha256_file(file));
  EXPECT_EQ(reads(count), 2U);
}

TEST(HashMemory, AChangedFileIsHashedAgainEvenWithItsOldTimeOfChange) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const auto time = fs::last_write_time(file);
  const HashMemory hashes(memory, at_once());
  (void)hashes.sha256_file(file);
  write_file(file, 'b');
  fs::last_write_time(file, time);  // as `cp --preserve` and archives do
  EXPECT_EQ(hashes.sha256_file(file), sha256_file(file));
}

TEST(HashMemory, ADamagedEntryIsNotBelieved) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const HashMemory hashes(memory, at_once());
  for (const std::string& damage : {std::string("0123"), std::string(), std::string(64, 'G'),
                                    std::string(65, 'a'), std::string(100, '\0')}) {
    (void)hashes.sha256_file(file);
    std::ofstream(fs::directory_iterator(memory)->path()) << damage;
    EXPECT_EQ(hashes.sha256_file(file), sha256_file(file)) << damage;
    EXPECT_EQ(entries(memory), 1U);
  }
}

TEST(HashMemory, ProcessesThatStartTogetherReadAFileOnce) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory",
                 count = folder.path() / "count";
  write_file(file, 'a');
  HashWays ways = counted(count, std::chrono::milliseconds(200));
  ways.slowest = 1e3;  // patience for hours
  const std::string hash = sha256_file(file);
  std::vector<pid_t> processes;
  for (int i = 0; i < 8; ++i)
    processes.push_back(start([&] { return HashMemory(memory, ways).sha256_file(file) == hash; }));
  for (const pid_t process : processes) EXPECT_TRUE(succeeds(process));
  EXPECT_EQ(reads(count), 1U);
  EXPECT_EQ(entries(memory), 1U) << "a draft was left";
}

TEST(HashMemory, AProcessThatIsKilledWhileItHashesIsWaitedForNoLonger) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory",
                 count = folder.path() / "count";
  write_file(file, 'a');
  HashWays ways = counted(count);
  ways.slowest = 1e3;
  const pid_t killed = start(
      [&] { return !HashMemory(memory, counted(count, std::chrono::minutes(1))).sha256_file(file).empty(); });
  wait_for_read(count);
  const pid_t waiting =
      start([&] { return HashMemory(memory, ways).sha256_file(file) == sha256_file(file); });
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(reads(count), 1U);
  ::kill(killed, SIGKILL);
  EXPECT_FALSE(succeeds(killed));
  EXPECT_TRUE(succeeds(waiting));
  EXPECT_EQ(reads(count), 2U);

  // Killed while it wrote: what stands in the draft so far is none.
  const fs::path entry = fs::directory_iterator(memory)->path();
  fs::remove(entry);
  std::ofstream(entry.string() + ".draft") << sha256_file(file).substr(0, 10);
  EXPECT_EQ(HashMemory(memory, ways).sha256_file(file), sha256_file(file));
  EXPECT_EQ(HashMemory(memory, ways).sha256_file(file), sha256_file(file));
  EXPECT_EQ(reads(count), 3U);
  EXPECT_EQ(entries(memory), 1U);
}

TEST(HashMemory, WaitsForAProcessThatHangsNoLongerThanHashingTakes) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory",
                 count = folder.path() / "count";
  write_file(file, 'a');
  const pid_t hanging = start(
      [&] { return !HashMemory(memory, counted(count, std::chrono::minutes(1))).sha256_file(file).empty(); });
  wait_for_read(count);
  EXPECT_EQ(HashMemory(memory, counted(count)).sha256_file(file),
            sha256_file(file));  // after a third of a second
  EXPECT_EQ(reads(count), 2U);
  EXPECT_EQ(HashMemory(memory, counted(count)).sha256_file(file), sha256_file(file));
  EXPECT_EQ(reads(count), 2U) << "was not remembered";
  ::kill(hanging, SIGKILL);
  EXPECT_FALSE(succeeds(hanging));
}

TEST(HashMemory, StopsWhileItWaits) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory",
                 count = folder.path() / "count";
  write_file(file, 'a');
  const pid_t hanging = start(
      [&] { return !HashMemory(memory, counted(count, std::chrono::minutes(1))).sha256_file(file).empty(); });
  wait_for_read(count);
  HashWays ways = counted(count);
  ways.slowest = 1e3;
  std::stop_source stop;
  const std::jthread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    stop.request_stop();
  });
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THROW((void)HashMemory(memory, ways).sha256_file(file, stop.get_token()), Stopped);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
  ::kill(hanging, SIGKILL);
  EXPECT_FALSE(succeeds(hanging));
  EXPECT_EQ(reads(count), 1U);
}

TEST(HashMemory, AFolderThatCannotBeWrittenCostsTimeAlone) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "model", memory = folder.path() / "memory";
  write_file(file, 'a');
  const std::string hash = sha256_file(file);
  fs::create_directory(memory);
  fs::permissions(folder.path(), fs::perms(0755));
  fs::permissions(memory, fs::perms(0555));
  EXPECT_TRUE(succeeds(start([&] {
    const bool is_nobody = ::geteuid() != 0 || ::seteuid(65534) == 0;  // root may write everywhere
    return is_nobody && HashMemory(memory, at_once()).sha256_file(file) == hash;
  })));
  EXPECT_EQ(entries(memory), 0U);
  fs::permissions(memory, fs::perms(0755));
  EXPECT_TRUE(succeeds(start([&] {  // as on a full disk: files are made, but nothing can be written to them
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    return ::setrlimit(RLIMIT_FSIZE, &none) == 0 && HashMemory(memory, at_once()).sha256_file(file) == hash;
  })));
  EXPECT_EQ(HashMemory(memory, at_once()).sha256_file(file), hash);
}

TEST(HashMemory, SmallFilesAndNoFolderNeedNoMemory) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "config.json", memory = folder.path() / "memory";
  write_file(file, 'a', 10);
  EXPECT_EQ(HashMemory(memory, at_once()).sha256_file(file), sha256_file(file));
  EXPECT_EQ(entries(memory), 0U);
  EXPECT_EQ(HashMemory({}, at_once()).sha256_file(file), sha256_file(file));
  EXPECT_EQ(HashMemory("/dev/null/nowhere", at_once()).sha256_file(file), sha256_file(file));
}

TEST(HashMemory, AMissingFileIsRefusedByName) {
  const TemporaryFolder folder;
  EXPECT_THROW((void)HashMemory(folder.path()).sha256_file(folder.path() / "missing"), InputError);
}

}  // namespace
}  // namespace hookflow::pipeline

// Files that cannot be read, disks that are full, and two processes with one file.
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr int kSkipped = 77;

class RunStoreIoTest : public testing::Test {
 protected:
  RunStore create(const fs::path& at, bool overwrite = false) {
    return RunStore::create({at, overwrite}, sample::layout(), sample::identity(), sample::provenance());
  }
  RunStore open() { return RunStore::open(path, sample::layout(), sample::identity()); }

  /// Runs it in a process of its own that ends as programs do, HDF5's own clearing up included. Returns its
  /// exit code, and leaves what it printed in `printed`.
  int in_child(const std::function<int()>& run) {
    const fs::path output = folder.path() / "output";
    std::cout.flush();
    const pid_t child = ::fork();
    if (child == 0) {
      const int file = ::open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      ::dup2(file, STDERR_FILENO);
      ::dup2(file, STDOUT_FILENO);
      ::alarm(20);
      std::exit(run());
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    std::ifstream file(output);
    printed.assign(std::istreambuf_iterator<char>(file), {});
    file.close();
    fs::remove(output);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / "run.h5";
  std::string printed;
};

template <class Run>
std::string message_of(const Run& run) {
  try {
    run();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

void limit_file_size(rlim_t bytes) {
  ::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{bytes, bytes};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(RunStoreIoTest, RefusesFilesThatAreNone) {
  EXPECT_NE(message_of([&] { open(); }).find("no such run file"), std::string::npos);
  std::ofstream(path) << "prompt,log_prob\n";
  EXPECT_NE(message_of([&] { open(); }).find("not an HDF5 file"), std::string::npos);
  EXPECT_THROW(read_run_file(path), InputError);
  EXPECT_THROW(RunStore::open(folder.path(), sample::layout(), {}), InputError);
}

TEST_F(RunStoreIoTest, RefusesTruncatedFilesAtEveryLength) {
  create(path);
  const auto size = fs::file_size(path);
  for (std::uintmax_t length = size - 1;; length -= std::min<std::uintmax_t>(length, 211)) {
    fs::resize_file(path, length);
    EXPECT_NE(message_of([&] { open(); }).find(path.string()), std::string::npos) << length;
    EXPECT_NE(message_of([&] { read_run_file(path); }).find(path.string()), std::string::npos) << length;
    if (length == 0) break;
  }
}

TEST_F(RunStoreIoTest, RefusesFoldersThatCannotBeWritten) {
  std::ofstream(folder.path() / "file") << "x";
  EXPECT_THROW(create(folder.path() / "file" / "run.h5"), InputError);
  EXPECT_THROW(create(folder.path() / "nowhere" / "run.h5"), InputError);
  EXPECT_THROW(create(folder.path()), InputError);
  EXPECT_THROW(create("/proc/run.h5"), InputError);
}

TEST_F(RunStoreIoTest, SaysBeforehandThatADiskIsTooSmall) {
  RunLayout huge = sample::layout();
  // 2^53 bytes
  std::vector<Axis> axes;
  for (int i = 0; i < 5; ++i) axes.push_back({"axis" + std::to_string(i), std::vector<double>(1024), "", ""});
  huge.groups[1].variables = {{"mean", Dtype::float64, axes, "1", ""}};
  const std::string said = message_of([&] {
    RunStore::create({path, false}, huge, sample::identity(), sample::provenance());
  });
  EXPECT_NE(said.find("KiB free"), std::string::npos) << said;
  EXPECT_TRUE(folder.names().empty());
}

TEST_F(RunStoreIoTest, LeavesNothingOfAFileThatDoesNotFit) {
  for (const rlim_t limit : {1, 100, 2000, 10'000, 30'000}) {
    EXPECT_EQ(in_child([&] {
                limit_file_size(limit);
                try {
                  create(path);
                } catch (const std::runtime_error& error) {
                  return std::string(error.what()).find(path.string()) == std::string::npos ? 2 : 0;
                }
                return 1;
              }),
              0);
    EXPECT_EQ(printed, "");
    EXPECT_TRUE(folder.names().empty());
  }
}

TEST_F(RunStoreIoTest, KeepsTheOldFileWhenTheNewOneDoesNotFit) {
  std::ofstream(path) << "the old one";
  EXPECT_EQ(in_child([&] {
              limit_file_size(10'000);
              try {
                create(path, true);
              } catch (const std::runtime_error&) {
                return 0;
              }
              return 1;
            }),
            0);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"run.h5"});
  EXPECT_EQ(fs::file_size(path), 11U);
}

TEST_F(RunStoreIoTest, LeavesNothingOnAFullDisk) {
  const int code = in_child([&] {
    // A disk of its own, which goes with the process.
    if (::unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", folder.path().c_str(), "tmpfs", 0, "size=28k") != 0)
      return kSkipped;
    try {
      create(path);
    } catch (const std::runtime_error& error) {
      if (std::string(error.what()).find("No space left") == std::string::npos) return 2;
      return folder.names().empty() ? 0 : 3;
    }
    return 1;
  });
  if (code == kSkipped) GTEST_SKIP() << "no right to mount";
  EXPECT_EQ(code, 0);
  EXPECT_EQ(printed, "");
}

TEST_F(RunStoreIoTest, SaysWhichFileCannotBeWrittenDuringARun) {
  create(path);
  EXPECT_EQ(in_child([&] {
              RunStore store = open();
              limit_file_size(100);
              try {
                store.write_cells("scores", "log_prob", 0, 0, sample::row(0));
                store.mark(sample::kSilenced, 0, 0, PartState::done);
                store.commit();
              } catch (const std::runtime_error& error) {
                return std::string(error.what()).find(path.string()) == std::string::npos ? 2 : 0;
              }
              return 1;
            }),
            0);
  EXPECT_EQ(printed, "");
  EXPECT_EQ(open().states(sample::kSilenced)[0], PartState::pending);
}

TEST_F(RunStoreIoTest, RemovesWhatAKilledCreationLeft) {
  std::ofstream(folder.path() / "run.h5.partial-1234") << "x";
  std::ofstream(folder.path() / "run.h5.partial-1234-56") << "x";
  std::ofstream(folder.path() / "run.h5.partial-notes") << "x";
  std::ofstream(folder.path() / "other.h5.partial-1234") << "x";
  create(path);
  EXPECT_EQ(folder.names(),
            (std::vector<std::string>{"other.h5.partial-1234", "run.h5", "run.h5.partial-notes"}));
}

TEST_F(RunStoreIoTest, OneProcessWritesAndOthersRead) {
  RunStore store = create(path);
  store.write_cells("scores", "clean", 0, 0, std::vector<double>{0.5});
  store.commit();
  EXPECT_EQ(in_child([&] {
              if (message_of([&] { open(); }).find("being written") == std::string::npos) return 1;
              if (message_of([&] { create(path, true); }).find("being written") == std::string::npos)
                return 2;
              if (read_run_file(path).complete) return 3;
              return read_variable(path, "scores", "clean")[0] == 0.5 ? 0 : 4;
            }),
            0);
  EXPECT_EQ(printed, "");
}

TEST_F(RunStoreIoTest, TheLockGoesWithTheProcess) {
  EXPECT_EQ(in_child([&] {
              const RunStore store = create(path);
              ::kill(::getpid(), SIGKILL);
              return 0;
            }),
            -SIGKILL);
  EXPECT_FALSE(is_being_written(path));
  const RunStore store = open();
  EXPECT_TRUE(is_being_written(path));
}

}  // namespace
}  // namespace hookflow::pipeline

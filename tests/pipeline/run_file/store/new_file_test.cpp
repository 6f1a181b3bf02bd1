#include "pipeline/run_file/store/new_file.hpp"

#include <fstream>
#include <functional>
#include <string>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

class NewFileTest : public testing::Test {
 protected:
  static RunStore create(NewFile at) {
    return RunStore::create(std::move(at), sample::layout(), sample::identity(), sample::provenance());
  }

  static std::string message_of(const std::function<void()>& action) {
    try {
      action();
    } catch (const InputError& error) {
      return error.what();
    }
    return "was not refused";
  }

  static void expect_part(const std::string& message, const std::string& part) {
    EXPECT_NE(message.find(part), std::string::npos) << message << "\n   has not: " << part;
  }

  void write(const fs::path& at, const std::string& text) const { std::ofstream(at) << text; }

  [[nodiscard]] bool is_run_file(const fs::path& at) const { return fs::file_size(at) > 10'000; }

  TemporaryFolder folder;
  fs::path path = folder.path() / "run.h5";
};

TEST_F(NewFileTest, ReplacesNothingButARunFile) {
  const auto expect_left = [&](const fs::path& at, const std::string& part) {
    const fs::file_type type = fs::symlink_status(at).type();
    for (const bool overwrite : {false, true})
      expect_part(message_of([&] { create({at, overwrite}); }), at.string() + ": " + part);
    EXPECT_EQ(fs::symlink_status(at).type(), type);
  };
  const std::string never = "the file exists and is not a run file, so it is never replaced";
  write(path, "workflow: mine\n");
  expect_left(path, never);
  write(folder.path() / "empty", "");
  expect_left(folder.path() / "empty", never);
  h5::File::create(folder.path() / "others.h5").set_text("program", "another");
  expect_left(folder.path() / "others.h5", never);
  fs::create_directory(folder.path() / "folder");
  expect_left(folder.path() / "folder", "is a directory, not a run file");
  ASSERT_EQ(::mkfifo((folder.path() / "pipe").c_str(), 0600), 0);
  expect_left(folder.path() / "pipe", "is a pipe, not a run file");
  fs::create_symlink("/dev/null", folder.path() / "null");
  expect_left(folder.path() / "null", "is a device, not a run file");
  expect_left("/dev/null", "is a device, not a run file");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (::mknod((folder.path() / "device").c_str(), S_IFCHR | 0600, makedev(1, 3)) == 0)
    expect_left(folder.path() / "device", "is a device, not a run file");
}

TEST_F(NewFileTest, ReplacesARunFileOfAnyAge) {
  for (const std::string name : {"format_3.h5", "format_4.h5", "format_5.h5", "format_6.h5", "format_7.h5"}) {
    fs::copy_file(fs::path(HOOKFLOW_SOURCE_DIR) / "tests/support/run_files" / name, path,
                  fs::copy_options::overwrite_existing);
    expect_part(message_of([&] { create({path, false}); }), "the file exists; --force replaces it");
    create({path, true});
    EXPECT_EQ(message_of([&] { RunStore::open(path, sample::layout(), sample::identity()); }),
              "was not refused");
  }
}

TEST_F(NewFileTest, ReplacesARunFileThatIsDamaged) {
  create({path, false});
  const auto whole = fs::file_size(path);
  fs::resize_file(path, whole - 100);
  create({path, true});
  EXPECT_EQ(fs::file_size(path), whole);
}

TEST_F(NewFileTest, FollowsALinkWhichStays) {
  fs::create_directory(folder.path() / "big");
  fs::create_symlink("big/run.h5", path);
  fs::create_symlink("run.h5", folder.path() / "second");
  for (const bool overwrite : {false, true}) {  // a dangling link, then one to a run file
    create({folder.path() / "second", overwrite});
    EXPECT_EQ(fs::read_symlink(path), "big/run.h5");
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(folder.path() / "big/run.h5")));
  }
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"big", "run.h5", "second"}));

  fs::remove_all(folder.path() / "big");
  expect_part(message_of([&] { create({path, true}); }), "/run.h5: leads to ");
  fs::create_symlink("circle", folder.path() / "circle");
  expect_part(message_of([&] {
                create({folder.path() / "circle", true});
              }),
              "circle: its links lead nowhere");
}

TEST_F(NewFileTest, RefusesAFolderThatIsNotThere) {
  expect_part(message_of([&] { create({folder.path() / "none/run.h5", false}); }), "none is not a directory");
  expect_part(message_of([&] { create({folder.path() / "none/", false}); }), "is not a directory");
}

TEST_F(NewFileTest, OfTwoThatFoundNothingThereOneIsPlaced) {
  for (const bool overwrite : {false, true}) {
    fs::remove(path);
    NewFile late(path, overwrite);
    {
      const RunStore store = create({path, overwrite});
      expect_part(message_of([&] { create(std::move(late)); }), "run.h5: is in use: it is being written");
      expect_part(message_of([&] { NewFile(path, overwrite); }), "run.h5: is in use: it is being written");
    }
    EXPECT_TRUE(is_run_file(path));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"run.h5"});
  }
}

TEST_F(NewFileTest, OfTwoThatFoundARunFileThereOneReplacesIt) {
  create({path, false});
  NewFile first(path, true);
  expect_part(message_of([&] { NewFile(path, true); }), "is in use");
  expect_part(message_of([&] { NewFile(path, false); }), "is in use");
  expect_part(message_of([&] { RunStore::open(path, sample::layout(), sample::identity()); }), "is in use");
  const RunStore store = create(std::move(first));
  expect_part(message_of([&] { NewFile(path, true); }), "is in use");
}

TEST_F(NewFileTest, LeavesWhatAppearedSinceItLooked) {
  for (const bool overwrite : {false, true}) {
    fs::remove(path);
    if (overwrite) create({path, false});
    NewFile late(path, overwrite);
    write(folder.path() / "thesis", "precious");
    fs::rename(folder.path() / "thesis", path);
    expect_part(message_of([&] { create(std::move(late)); }),
                "run.h5: is in use: another run or program wrote it since this one began");
    EXPECT_EQ(fs::file_size(path), 8U);
    EXPECT_EQ(folder.names(), std::vector<std::string>{"run.h5"});
  }
}

TEST_F(NewFileTest, IsNoLeftoverToOthers) {
  NewFile made(path, false);
  const h5::File file = made.create();
  { NewFile(folder.path() / "run.h5", false).create(); }  // clears away leftovers, and is one
  made.place();
  EXPECT_EQ(folder.names(), std::vector<std::string>{"run.h5"});
}

}  // namespace
}  // namespace hookflow::pipeline

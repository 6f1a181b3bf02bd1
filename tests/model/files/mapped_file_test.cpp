#include "model/files/mapped_file.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/support/input_error.hpp"
#include "tests/support/temp_dir.hpp"

namespace hookflow {
namespace {

namespace fs = std::filesystem;
using test::input_error;
using test::names;

std::string refusal(const fs::path& path) {
  return input_error([&] { const MappedFile file(path); });
}

TEST(IsThere, TellsWhatIsThereFromWhatIsNot) {
  const test::TempDir folder;
  test::write_file(folder / "a", "");
  EXPECT_TRUE(is_there(folder.path()));
  EXPECT_TRUE(is_there(folder / "a"));
  EXPECT_FALSE(is_there(folder / "b"));
  EXPECT_FALSE(is_there(folder / "a/b"));
  fs::create_symlink("a", folder / "link");
  EXPECT_TRUE(is_there(folder / "link"));
}

TEST(IsThere, NamesALinkThatLeadsNowhere) {
  const test::TempDir folder;
  fs::create_symlink("../blobs/gone", folder / "link");
  EXPECT_TRUE(
      names(input_error([&] { is_there(folder / "link"); }),
            {(folder / "link").string() + ": is a link to '../blobs/gone', which cannot be opened: No such",
             "download the model again"}));
  fs::create_symlink("circle", folder / "circle");
  EXPECT_TRUE(
      names(input_error([&] { is_there(folder / "circle"); }), {"a link to 'circle'", "symbolic links"}));
}

TEST(MappedFile, GivesTheTextOfARegularFile) {
  const test::TempDir folder;
  test::write_file(folder / "a", "text");
  test::write_file(folder / "empty", "");
  EXPECT_EQ(MappedFile(folder / "a").text(), "text");
  EXPECT_EQ(MappedFile(folder / "empty").text(), "");
  EXPECT_TRUE(names(refusal(folder.path()), {"is not a regular file"}));
  EXPECT_TRUE(names(refusal(folder / "b"), {"b: cannot be opened: No such file"}));
}

TEST(MappedFile, NamesALinkThatLeadsNowhere) {
  const test::TempDir folder;
  fs::create_symlink("gone", folder / "link");
  EXPECT_TRUE(
      names(refusal(folder / "link"), {"link: is a link to 'gone', which cannot be opened: No such file"}));
}

TEST(MappedFile, KnowsAPointerOfGitLfs) {
  const test::TempDir folder;
  test::write_file(folder / "vocab.json",
                   "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 548105171\n");
  EXPECT_TRUE(names(refusal(folder / "vocab.json"),
                    {"vocab.json: is a Git LFS pointer, not the file itself", "git lfs pull"}));
  test::write_file(folder / "short", "version https://git-lfs");
  EXPECT_EQ(MappedFile(folder / "short").text().size(), 23U);
}

}  // namespace
}  // namespace hookflow

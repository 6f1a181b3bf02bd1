#include "pipeline/output/new_files.hpp"

#include <fstream>
#include <ostream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

const Replaceable kAny = {.any = true};

void write_all(NewFiles& files, std::size_t count, const std::string& text) {
  for (std::size_t i = 0; i < count; ++i) files.write(i, [&](std::ostream& out) { out << text; });
}

TEST(NewFiles, AppearTogether) {
  const TemporaryFolder folder;
  {
    NewFiles files({folder.path() / "a", folder.path() / "b"}, Replaceable{});
    write_all(files, 2, "new");
    EXPECT_FALSE(fs::exists(folder.path() / "a"));
    files.place();
  }
  EXPECT_EQ(text_of(folder.path() / "b"), "new");
  EXPECT_EQ(folder.names(), (std::vector<std::string>{"a", "b"}));
}

TEST(NewFiles, LeaveNothingOfWhatIsNotPlaced) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "a") << "old";
  {
    NewFiles files({folder.path() / "a", folder.path() / "b"}, kAny);
    files.write(0, [](std::ostream& out) { out << "new"; });
    EXPECT_THROW(files.write(1, [](std::ostream&) { throw std::runtime_error("no"); }), std::runtime_error);
  }
  EXPECT_EQ(text_of(folder.path() / "a"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a"});
}

TEST(NewFiles, ReplaceOnlyWhatTheyMay) {
  const TemporaryFolder folder;
  std::ofstream(folder.path() / "a") << "old";
  EXPECT_THROW(NewFiles({folder.path() / "a"}, Replaceable{}), InputError);
  EXPECT_THROW(NewFiles({folder.path() / "none" / "a"}, kAny), InputError);
  EXPECT_THROW(NewFiles({folder.path()}, kAny), InputError);
  EXPECT_THROW(NewFiles({"/dev/null"}, kAny), InputError);
  EXPECT_THROW(NewFiles({folder.path() / "b", folder.path() / "b"}, kAny), InputError);
  fs::create_symlink("a", folder.path() / "link");
  NewFiles files({folder.path() / "link"}, kAny);
  write_all(files, 1, "new");
  files.place();
  EXPECT_TRUE(fs::is_symlink(folder.path() / "link"));
  EXPECT_EQ(text_of(folder.path() / "a"), "new");
}

TEST(NewFiles, OfAKindReplaceThatKindAlone) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "x";
  const Replaceable pages = {.any = false, .beginning = "<page "};
  write_new_file(file, "<page 1", pages);
  write_new_file(file, "<page 2", pages);
  EXPECT_EQ(text_of(file), "<page 2");
  const Replaceable others = {.any = false, .beginning = "<other "};
  EXPECT_THROW(write_new_file(file, "<other 1", others), InputError);
  EXPECT_EQ(text_of(file), "<page 2");
  std::ofstream(file, std::ios::trunc).close();
  write_new_file(file, "<other 1", others);
  EXPECT_EQ(text_of(file), "<other 1") << "an empty file may be written";
  write_new_file("/dev/null", "<page 1", pages);
  EXPECT_TRUE(fs::is_character_file("/dev/null")) << "a device is written to";
}

}  // namespace
}  // namespace hookflow::pipeline

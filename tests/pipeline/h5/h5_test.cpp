#include "pipeline/h5/h5.hpp"

#include <cmath>
#include <numeric>
#include <thread>

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline::h5 {
namespace {

template <class Run>
std::string message_of(const Run& run) {
  try {
    static_cast<void>(run());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "no error";
}

class H5Test : public testing::Test {
 protected:
  void SetUp() override { testing::internal::CaptureStderr(); }
  // HDF5 reports its errors through ours alone.
  void TearDown() override { EXPECT_EQ(testing::internal::GetCapturedStderr(), ""); }

  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "a.h5";
};

TEST_F(H5Test, KeepsNumbersAndTexts) {
  {
    File file = File::create(path);
    Group group = file.create_group("group");
    group.create_dataset("f", Kind::float32, {2, 3})
        .write_all(std::span<const float>(std::vector<float>(6, 1.5F)));
    group.create_dataset("i", Kind::int64, {})
        .write_all(std::span<const std::int64_t>(std::vector<std::int64_t>{-7}));
    group.create_dataset("t", Kind::text, {3}).write_texts(std::vector<std::string>{"a", "", "東京"});
    file.close();
  }
  const File file = File::open(path, false);
  EXPECT_EQ(file.group_names(), std::vector<std::string>{"group"});
  const Group group = file.open_group("group");
  EXPECT_EQ(group.dataset_names(), (std::vector<std::string>{"f", "i", "t"}));
  EXPECT_EQ(group.open_dataset("f").extents(), (std::vector<std::size_t>{2, 3}));
  EXPECT_EQ(group.open_dataset("f").kind(), Kind::float32);
  EXPECT_EQ(group.open_dataset("f").read_all<double>(), std::vector<double>(6, 1.5));
  EXPECT_EQ(group.open_dataset("i").read_all<std::int64_t>(), std::vector<std::int64_t>{-7});
  EXPECT_EQ(group.open_dataset("t").read_texts(), (std::vector<std::string>{"a", "", "東京"}));
}

TEST_F(H5Test, FillsWhatIsNotWritten) {
  File file = File::create(path);
  for (const float value : file.create_dataset("f", Kind::float32, {4}).read_all<float>())
    EXPECT_TRUE(std::isnan(value));
  for (const double value : file.create_dataset("d", Kind::float64, {4}).read_all<double>())
    EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(file.create_dataset("i", Kind::int64, {2}).read_all<std::int64_t>(),
            (std::vector<std::int64_t>{-1, -1}));
  EXPECT_EQ(file.create_dataset("u", Kind::uint8, {2}).read_all<std::uint8_t>(),
            (std::vector<std::uint8_t>{0, 0}));
  EXPECT_TRUE(file.create_dataset("none", Kind::float32, {0, 3}).read_all<float>().empty());
}

TEST_F(H5Test, WritesBlocks) {
  File file = File::create(path);
  Dataset dataset = file.create_dataset("i", Kind::int64, {3, 3});
  const std::vector<std::int64_t> values = {1, 2, 3, 4};
  dataset.write(Block{{1, 1}, {2, 2}}, std::span(values));
  EXPECT_EQ(dataset.read_all<std::int64_t>(), (std::vector<std::int64_t>{-1, -1, -1, -1, 1, 2, -1, 3, 4}));
  EXPECT_THROW(dataset.write(Block{{2, 2}, {2, 2}}, std::span(values)), std::logic_error);
  EXPECT_THROW(dataset.write(Block{{0, 0}, {1, 3}}, std::span(values)), std::logic_error);
  EXPECT_THROW(dataset.write(Block{{0}, {4}}, std::span(values)), std::logic_error);
}

TEST_F(H5Test, NamesWholeRows) {
  File file = File::create(path);
  EXPECT_EQ(file.create_dataset("cube", Kind::int64, {4, 2, 3}).rows(1, 2), (Block{{1, 0, 0}, {2, 2, 3}}));
  EXPECT_EQ(file.create_dataset("line", Kind::int64, {4}).rows(3, 1), (Block{{3}, {1}}));
  const Dataset single = file.create_dataset("single", Kind::int64, {});
  EXPECT_EQ(single.rows(0, 1), (Block{}));
  EXPECT_THROW((void)single.rows(1, 1), std::logic_error);
}

TEST_F(H5Test, KeepsRowsOfText) {
  File file = File::create(path);
  Dataset rows = file.create_dataset("c", Kind::character, {3, 6});
  rows.write_row_text(0, "sixsix");
  rows.write_row_text(1, "longer");
  rows.write_row_text(1, "ab");
  rows.write_row_text(2, "seven77");
  EXPECT_EQ(rows.read_row_texts(), (std::vector<std::string>{"sixsix", "ab", "sev…"}));
  Dataset single = file.create_dataset("later", Kind::character, {8});
  EXPECT_EQ(single.read_row_text(0), "");
  single.write_row_text(0, "now");
  EXPECT_EQ(single.read_row_text(0), "now");
  single.write_row_text(0, "too long for it");
  EXPECT_EQ(single.read_row_text(0), "too l…");
  EXPECT_THROW(file.create_dataset("u", Kind::uint8, {8}).read_row_text(0), Error);
}

TEST_F(H5Test, KeepsAttributes) {
  File file = File::create(path);
  file.set_text("text", "東京");
  file.set_texts("texts", std::vector<std::string>{"a", "b"});
  file.set_number("integer", std::int64_t{3});
  EXPECT_EQ(file.text("text"), "東京");
  EXPECT_EQ(file.texts("texts"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(file.text("texts"), "a, b");
  EXPECT_EQ(file.integer("integer"), 3);
  EXPECT_EQ(file.text("integer"), "3");
  EXPECT_EQ(file.attribute_names(), (std::vector<std::string>{"integer", "text", "texts"}));
}

TEST_F(H5Test, ErrorsNameFileAndObjectAndWhatHdf5Says) {
  File file = File::create(path);
  const std::string where = path.string() + ": /";
  EXPECT_EQ(message_of([&] { return file.open_group("gone"); }).find(where + "gone: opening the group: "),
            0U);
  EXPECT_EQ(message_of([&] { return file.open_dataset("gone"); }).find(where + "gone: opening the dataset: "),
            0U);
  EXPECT_EQ(message_of([&] { return file.text("gone"); }).find(where + "@gone: "), 0U);
  file.create_group("twice");
  EXPECT_NE(message_of([&] { return file.create_group("twice"); }).find("name already exists"),
            std::string::npos);
  File::create(folder.path() / "c.h5");
  EXPECT_NE(message_of([&] { return File::create(folder.path() / "c.h5"); }).find("File exists"),
            std::string::npos);
  EXPECT_NE(message_of([&] { return File::open(folder.path() / "b.h5", true); }).find("No such file"),
            std::string::npos);
}

TEST_F(H5Test, StaysQuietInEveryThread) {
  File file = File::create(path);
  std::string said;
  std::thread([&] { said = message_of([&] { return file.open_group("gone"); }); }).join();
  EXPECT_NE(said, "no error");
}

TEST_F(H5Test, HandlesCloseOnceAndMove) {
  File first = File::create(path);
  File second = std::move(first);
  second.create_group("group");
  second = File::create(folder.path() / "b.h5");
  EXPECT_TRUE(File::open(path, true).has("group"));
}

/// Names, lines of all lengths, numbers, and cells that nobody writes.
void write_many(File& file) {
  constexpr std::size_t kMany = 20000;
  std::vector<std::string> names, lines;
  for (std::size_t i = 0; i < kMany; ++i) {
    names.push_back("io-" + std::to_string(i));
    lines.emplace_back(i % 7 == 0 ? 0 : 40 + i % 311, 'x');
  }
  Group group = file.create_group("prompts");
  Dataset scale = group.create_dataset("prompt", Kind::text, {kMany});
  scale.write_texts(names);
  scale.make_scale();
  Dataset text = group.create_dataset("text", Kind::text, {kMany});
  text.write_texts(lines);
  text.attach_scale(scale, 0);
  group.create_dataset("ids", Kind::int64, {kMany})
      .write_all(std::span<const std::int64_t>(std::vector<std::int64_t>(kMany, 1)));
  group.create_dataset("scores", Kind::float32, {kMany, 100});
}

TEST_F(H5Test, ASketchIsAsLargeAsTheFileWouldBe) {
  File file = File::create(path);
  write_many(file);
  file.close();
  File sketch = File::sketch();
  write_many(sketch);
  const auto size = static_cast<double>(std::filesystem::file_size(path));
  EXPECT_NEAR(static_cast<double>(sketch.size_when_allocated()) / size, 1, 0.005);
}

TEST_F(H5Test, ASketchKeepsNoCells) {
  File sketch = File::sketch();
  write_many(sketch);
  const Group group = sketch.open_group("prompts");
  for (const char* name : {"text", "ids", "scores"})
    EXPECT_EQ(group.open_dataset(name).bytes().size, 0U) << name;
}

}  // namespace
}  // namespace hookflow::pipeline::h5

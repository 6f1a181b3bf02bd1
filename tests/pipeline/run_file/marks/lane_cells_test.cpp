// Which bytes a part's checksum is of, said once more in other words.
#include "pipeline/run_file/marks/lane_cells.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

class LaneCellsTest : public testing::TestWithParam<std::size_t> {
 protected:
  static constexpr std::size_t kVariants = 4;
  static constexpr std::size_t kPrompts = 3;

  // Two variables of so many cells a variant; parts of three variants and of one.
  LaneCellsTest() : wide_(GetParam()) {
    const auto numbered = [](const std::string& name, std::size_t size) {
      return Axis{name, std::vector<std::int64_t>(size), "", ""};
    };
    const Axis prompt{"prompt", std::vector<std::int64_t>{0, 1, 2}, "", ""};
    RunLayout layout;
    layout.prompts = kPrompts;
    layout.groups = {
        {"a",
         "",
         {{"x", Dtype::float32, {prompt, numbered("v", kVariants), numbered("w", wide_)}, "1", ""},
          {"n", Dtype::int64, {prompt, numbered("v", kVariants)}, "1", ""}}}};
    layout.lanes = {{"lane", 2, {"a/n", "a/x"}, kVariants, 3}};
    RunStore store = RunStore::create({path_, false}, layout, sample::identity(), {});
    for (std::size_t prompt_index = 0; prompt_index < kPrompts; ++prompt_index) {
      store.write_cells("a", "x", prompt_index, 0, floats(prompt_index));
      store.write_cells("a", "n", prompt_index, 0, numbers(prompt_index));
    }
    store.mark(0, 2, 1, PartState::done);
    store.mark(0, 0, 0, PartState::done);
    store.record_failure({1, "stage", "reason"});
    store.mark(0, 1, 1, PartState::failed);
    store.commit();
  }
  [[nodiscard]] std::vector<float> floats(std::size_t prompt) const {
    std::vector<float> values(kVariants * wide_);
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(prompt * 1000 + i);
    return values;
  }
  static std::vector<std::int64_t> numbers(std::size_t prompt) {
    const auto first = static_cast<std::int64_t>(prompt);
    return {first, first + 10, first + 20, first + 30};
  }
  /// What the checksum of a part's cells is of.
  [[nodiscard]] std::string bytes(std::size_t prompt, std::size_t part) const {
    const std::size_t from = part == 0 ? 0 : 3;
    const std::size_t to = part == 0 ? 3 : 4;
    const auto piece = [&](const auto& values, std::size_t width) {
      return std::string(reinterpret_cast<const char*>(values.data() + from * width),
                         (to - from) * width * sizeof values[0]);
    };
    return piece(numbers(prompt), 1) + piece(floats(prompt), wide_);
  }
  /// The cells of the second part of a prompt that failed, whatever was written there.
  [[nodiscard]] std::string missing() const {
    const std::vector<float> none(wide_, std::numeric_limits<float>::quiet_NaN());
    return std::string(8, '\xff') +
           std::string(reinterpret_cast<const char*>(none.data()), wide_ * sizeof(float));
  }
  static std::int64_t checksum(const std::string& bytes) {
    const std::string digest = sha256(bytes);
    std::string number;  // most significant digits first
    for (std::size_t i = 8; i-- > 0;) number += digest.substr(2 * i, 2);
    return static_cast<std::int64_t>(std::stoull(number, nullptr, 16));
  }

  std::size_t wide_;
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "run.h5";
};

TEST_P(LaneCellsTest, AChecksumIsOfTheUnitsPlaceStateAndBytes) {
  const h5::File file = h5::File::open(path_, false);
  const auto checks = file.open_group("checkpoint").open_dataset("check_lane").read_all<std::int64_t>();
  std::string texts = "stage" + std::string(64 - 5, '\0') + "reason" + std::string(256 - 6, '\0');
  EXPECT_EQ(checks[0], checksum("lane 0 0 done\n" + bytes(0, 0)));
  EXPECT_EQ(checks[3], checksum("lane 1 1 failed\n" + missing() + texts));
  EXPECT_EQ(checks[5], checksum("lane 2 1 done\n" + bytes(2, 1)));
  for (const std::size_t pending : {1U, 2U, 4U}) EXPECT_EQ(checks[pending], -1);
}

// Many prompts are read together; of the largest, not even one is.
INSTANTIATE_TEST_SUITE_P(Cells, LaneCellsTest, testing::Values(1, 5, 300'001));

}  // namespace
}  // namespace hookflow::pipeline

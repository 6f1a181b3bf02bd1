// Which bytes a part's checksum is of, said once more in other words.
#include "pipeline/run_file/checks/lane_window.hpp"

#include <limits>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

class LaneWindowTest : public testing::TestWithParam<std::size_t> {
 protected:
  static constexpr std::size_t kVariants = 4;
  static constexpr std::size_t kPrompts = 3;

  // Two variables of so many cells a variant; parts of three variants and of one.
  LaneWindowTest() : wide_(GetParam()) {}
  /// Some of it done, one failed. `prompts` are the numbers that they have in the run.
  void make(const std::vector<std::size_t>& prompts, const std::optional<ShareLayout>& share = {}) const {
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
    layout.share = share;
    RunStore store = RunStore::create({path_, false}, layout, sample::identity(), {});
    for (std::size_t row = 0; row < kPrompts; ++row) {
      store.write_cells("a", "x", prompts[row], 0, floats(row));
      store.write_cells("a", "n", prompts[row], 0, numbers(row));
    }
    store.mark(0, prompts[2], 1, PartState::done);
    store.mark(0, prompts[0], 0, PartState::done);
    store.record_failure({prompts[1], "stage", "reason"});
    store.mark(0, prompts[1], 1, PartState::failed);
    store.commit();
  }
  void expect_checksums(const std::vector<std::size_t>& prompts) const {
    const h5::File file = h5::File::open(path_, false);
    const auto checks = file.open_group("checkpoint").open_dataset("check_lane").read_all<std::int64_t>();
    const std::string texts = "stage" + std::string(64 - 5, '\0') + "reason" + std::string(256 - 6, '\0');
    const auto place = [&](std::size_t row) { return "lane " + std::to_string(prompts[row]); };
    EXPECT_EQ(checks[0], checksum(place(0) + " 0 done\n" + bytes(0, 0)));
    EXPECT_EQ(checks[3], checksum(place(1) + " 1 failed\n" + missing() + texts));
    EXPECT_EQ(checks[5], checksum(place(2) + " 1 done\n" + bytes(2, 1)));
    for (const std::size_t pending : {1U, 2U, 4U}) EXPECT_EQ(checks[pending], -1);
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

TEST_P(LaneWindowTest, AChecksumIsOfThePartsPlaceStateAndBytes) {
  make({0, 1, 2});
  expect_checksums({0, 1, 2});
}

TEST_P(LaneWindowTest, InAShareThePlaceIsThatInTheWholeRun) {
  make({3, 4, 17}, ShareLayout{"2/3", {3, 4, 17}, {{}}, 20, 0});
  expect_checksums({3, 4, 17});
}

// Some prompts are read together, or one alone; of the largest, not even one is.
INSTANTIATE_TEST_SUITE_P(Cells, LaneWindowTest, testing::Values(1, 5, 40'000, 300'001));

}  // namespace
}  // namespace hookflow::pipeline

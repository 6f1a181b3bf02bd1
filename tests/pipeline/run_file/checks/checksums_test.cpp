// Bits that flip in results, marks, reasons and checksums: each is found, and mended by going on.
#include "pipeline/run_file/checks/checksums.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include <gtest/gtest.h>

#include "pipeline/run_file/reading/compare_runs.hpp"
#include "pipeline/run_file/reading/verify.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

extern "C" int fsync(int) { return 0; }  // the machine does not stop here

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
constexpr std::size_t kParts = 4;
constexpr std::size_t kPartCells = sample::kRow / kParts;
constexpr std::size_t kBadPrompt = 1;
constexpr std::size_t kGoodPrompts = sample::kPrompts - 1;

class ChecksumsTest : public testing::Test {
 protected:
  static RunLayout layout() {
    RunLayout layout = sample::layout();
    layout.workflow = R"({"workflow":"w","stages":{"scores":{"with":["zero"],"rows":4}}})";
    layout.prompt_rows = {R"({"id":"berlin"})", R"({"id":"b"})", R"({"id":"c"})"};
    return layout;
  }
  [[nodiscard]] RunStore open() const { return RunStore::open(path, layout(), sample::identity()); }

  /// All that is left to do. A prompt fails in both lanes.
  void work() const {
    RunStore store = fs::exists(path) ? open()
                                      : RunStore::create({path, false}, layout(), sample::identity(),
                                                         sample::provenance());
    for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) work(store, prompt);
    store.commit();
    if (store.fold_state(0) != PartState::done) {
      store.write_rows("by_layer", "mean", 0, std::vector<double>{1, 2});
      store.write_rows("by_layer", "histogram", 0, std::vector<std::int64_t>(6, 3));
      store.write_rows("by_layer", "total", 0, std::vector<double>{-0.5});
      store.finish_fold(0);
    }
    store.finish({{"ended", "2024-01-01T01:00:00Z"}});
  }
  static void work(RunStore& store, std::size_t prompt) {
    const bool fails = prompt == kBadPrompt;
    const PartState end = fails ? PartState::failed : PartState::done;
    if (store.states(sample::kItems)[prompt] == PartState::pending) {
      if (fails) store.record_failure({prompt, "clean", "a bad prompt"});
      if (!fails) store.write_cells("scores", "clean", prompt, 0, std::vector<double>{0.5});
      store.mark(sample::kItems, prompt, 0, end);
    }
    const std::vector<float> row = sample::row(prompt);
    for (std::size_t part = 0; part < kParts; ++part) {
      if (store.states(sample::kSilenced)[prompt * kParts + part] != PartState::pending) continue;
      if (fails) store.record_failure({prompt, "clean", "a bad prompt"});
      const auto begin = row.begin() + static_cast<std::ptrdiff_t>(part * kPartCells);
      if (!fails) {
        store.write_cells("scores", "log_prob", prompt, part * kPartCells,
                          std::vector<float>(begin, begin + kPartCells));
        store.write_cells("scores", "argmax", prompt, part * kPartCells,
                          std::vector<std::int64_t>(kPartCells, 7));
      }
      store.mark(sample::kSilenced, prompt, part, end);
    }
  }

  [[nodiscard]] std::string contents() const {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  [[nodiscard]] h5::ByteRange range(const std::string& group, const std::string& dataset) const {
    return h5::File::open(path, false).open_group(group).open_dataset(dataset).bytes();
  }
  void state_complete(std::int64_t value) const {
    h5::File::open(path, true)
        .open_group("status")
        .open_dataset("complete")
        .write_all(std::span<const std::int64_t>(&value, 1));
  }
  [[nodiscard]] Damage damage_after(const std::function<void(std::string& bytes)>& change) const {
    std::string bytes = contents();
    change(bytes);
    write(bytes);
    return verify_run_file(path);
  }
  static void flip(std::string& bytes, std::uint64_t at, unsigned bit = 0) {
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << bit));
  }

  /// Flips bits of every `step`th byte of a dataset: one in each, or all. Returns how many of the flips did
  /// not matter. HOOKFLOW_FLIPS=all flips in every byte.
  [[nodiscard]] std::size_t flip_bytes(const std::string& group, const std::string& dataset, std::size_t step,
                                       unsigned bits = 1) const {
    if (std::getenv("HOOKFLOW_FLIPS") != nullptr) step = 1;
    const std::string whole = contents();
    const h5::ByteRange bytes = range(group, dataset);
    std::size_t harmless = 0;
    for (std::uint64_t i = 0; i < bytes.size; i += step) {
      for (unsigned bit = 0; bit < bits; ++bit) {
        std::string damaged = whole;
        flip(damaged, bytes.first + i, static_cast<unsigned>(i + bit) % 8);
        write(damaged);
        if (!verify_run_file(path).any()) {
          ++harmless;
          EXPECT_TRUE(compare_runs(path, original).differences.empty()) << dataset << " " << i;
        }
        work();
        EXPECT_TRUE(contents() == whole) << "byte " << i << " of " << dataset << ", bit " << bit;
        if (HasFailure()) return harmless;
      }
    }
    return harmless;
  }

  TemporaryFolder folder;
  fs::path path = folder.path() / "run.h5";
  fs::path original = folder.path() / "original.h5";
};

TEST_F(ChecksumsTest, EveryFlippedBitIsFoundAndMended) {
  work();
  fs::copy(path, original);
  EXPECT_FALSE(verify_run_file(path).any());
  for (const char* variable : {"log_prob", "argmax", "clean"})
    EXPECT_EQ(flip_bytes("scores", variable, 11), 0U) << variable;
  for (const char* variable : {"mean", "histogram", "total"})
    EXPECT_EQ(flip_bytes("by_layer", variable, 7), 0U) << variable;
  for (const char* check : {"check_items", "check_silenced", "fold_check"})
    EXPECT_EQ(flip_bytes("checkpoint", check, 7), 0U) << check;
  for (const char* marks : {"done_items", "done_silenced", "folds"})
    EXPECT_EQ(flip_bytes("checkpoint", marks, 3, 8), 0U) << marks;
}

TEST_F(ChecksumsTest, AReasonThatChangedIsFoundAndOthersAreNotRead) {
  work();
  fs::copy(path, original);
  constexpr std::size_t kStep = 16;
  std::size_t harmless = 0;
  for (const auto& [texts, width] :
       std::map<std::string, std::size_t>{{"failed_stage", 64}, {"failed_reason", 256}}) {
    harmless = flip_bytes("checkpoint", texts, kStep);
    EXPECT_EQ(harmless % (kGoodPrompts * width / kStep), 0U) << texts;
    EXPECT_GT(harmless, 0U) << texts;
  }
}

TEST_F(ChecksumsTest, AMarkThatAppearsIsFoundAndOneThatGoesIsDoneAgain) {
  {
    RunStore store = RunStore::create({path, false}, layout(), sample::identity(), sample::provenance());
    work(store, 0);
    store.commit();
  }
  const std::string half = contents();
  const h5::ByteRange marks = range("checkpoint", "done_silenced");
  for (const unsigned bit : {0U, 1U, 7U}) {
    const Damage damage = damage_after([&](std::string& bytes) { flip(bytes, marks.first + 6, bit); });
    ASSERT_EQ(damage.parts.size(), 1U) << bit;
    EXPECT_EQ(damage.parts[0].prompt, 1U);
    EXPECT_EQ(damage.parts[0].part, 2U);
    EXPECT_EQ(open().states(sample::kSilenced)[6], PartState::pending);
    EXPECT_TRUE(contents() == half);
  }
  EXPECT_EQ(
      damage_after([&](std::string& bytes) { flip(bytes, range("checkpoint", "folds").first); }).folds.size(),
      1U);
  write(half);
  EXPECT_FALSE(damage_after([&](std::string& bytes) { flip(bytes, marks.first); }).any());
  work();
  const std::string mended = contents();
  fs::remove(path);
  work();
  EXPECT_TRUE(contents() == mended);
}

TEST_F(ChecksumsTest, UnitsThatChangedPlacesAreFound) {
  work();
  const h5::ByteRange values = range("scores", "log_prob");
  const h5::ByteRange checks = range("checkpoint", "check_silenced");
  const Damage damage = damage_after([&](std::string& bytes) {
    for (const h5::ByteRange& all : {values, checks}) {
      const std::size_t row = all.size / sample::kPrompts;
      const auto first = bytes.begin() + static_cast<std::ptrdiff_t>(all.first);
      std::swap_ranges(first, first + static_cast<std::ptrdiff_t>(row),
                       first + static_cast<std::ptrdiff_t>(2 * row));
    }
  });
  EXPECT_EQ(damage.parts.size(), 2 * kParts);
}

TEST_F(ChecksumsTest, SaysWhereTheDamageIs) {
  work();
  const Damage damage = damage_after([&](std::string& bytes) {
    flip(bytes, range("scores", "argmax").first + (2 * sample::kRow + 4) * 8);
    flip(bytes, range("by_layer", "mean").first);
  });
  EXPECT_EQ(damage_report(damage, "x.h5", 9),
            "x.h5 is damaged: results of 1 prompt and of 1 stage over all prompts\n"
            "  /by_layer, of all prompts\n"
            "  prompt '東京', variant 1 of 'silenced': /scores/log_prob, /scores/argmax\n");
  EXPECT_EQ(damage_report(damage, "x.h5", 1),
            "x.h5 is damaged: results of 1 prompt and of 1 stage over all prompts\n"
            "  /by_layer, of all prompts\n  ... and 1 more\n");
  EXPECT_EQ(json_lines_of(damage)[0],
            R"({"event":"damaged","prompt":"東京","stage":"silenced","variants":[1,1],)"
            R"("variables":["scores/log_prob","scores/argmax"]})");
  EXPECT_EQ(json_lines_of(damage)[1], R"({"event":"damaged","stage":"by_layer"})");
}

TEST_F(ChecksumsTest, ACompleteFileIsOneWhoseMarksSaySo) {
  {
    RunStore store = RunStore::create({path, false}, layout(), sample::identity(), sample::provenance());
    work(store, 0);
    store.commit();
  }
  state_complete(1);
  EXPECT_TRUE(verify_run_file(path).wrongly_complete);
  EXPECT_EQ(damage_report(verify_run_file(path), "x.h5", 9),
            "x.h5 is damaged: it is marked as complete, but is not\n");
  EXPECT_FALSE(open().complete());
  EXPECT_FALSE(verify_run_file(path).any());
  work();
  state_complete(33);
  EXPECT_TRUE(verify_run_file(path).wrongly_complete);
  work();
  EXPECT_TRUE(open().complete());
}

TEST_F(ChecksumsTest, AFoldGoesWithADamagedUnit) {
  work();
  EXPECT_TRUE(damage_after([&](std::string& bytes) { flip(bytes, range("scores", "clean").first); }).any());
  const RunStore store = open();
  EXPECT_NE(store.fold_state(0), PartState::done);
  EXPECT_FALSE(store.complete());
  EXPECT_EQ(store.damage().parts.size(), 1U);
  EXPECT_EQ(store.states(sample::kItems)[0], PartState::pending);
  EXPECT_EQ(store.states(sample::kItems)[2], PartState::done);
}

TEST_F(ChecksumsTest, AReasonIsNeverReadWithoutItsMarkNorAMarkWithoutItsReason) {
  work();
  {
    RunStore store = open();
    EXPECT_EQ(store.failures().size(), 1U);
    store.retry_failed();  // and there the machine stops
    EXPECT_TRUE(store.failures().empty());
  }
  {
    RunStore store = open();
    EXPECT_EQ(store.states(sample::kItems)[kBadPrompt], PartState::pending);
    store.record_failure({kBadPrompt, "clean", "a reason whose mark did not come"});
  }
  const auto reason = [&] {
    return h5::File::open(path, false)
        .open_group("checkpoint")
        .open_dataset("failed_reason")
        .read_row_texts();
  };
  EXPECT_EQ(reason()[kBadPrompt], "a reason whose mark did not come");
  EXPECT_TRUE(open().failures().empty());
  EXPECT_EQ(reason()[kBadPrompt], "");
  work();
  EXPECT_EQ(open().failures()[0].reason, "a bad prompt");

  h5::File::open(path, true)
      .open_group("checkpoint")
      .open_dataset("failed_reason")
      .write_row_text(kBadPrompt, "");
  EXPECT_EQ(verify_run_file(path).parts.size(), 1 + kParts);
  EXPECT_TRUE(open().failures().empty());
}

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/run_file/store/run_store.hpp"

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
using sample::identity;
using sample::layout;
using sample::provenance;

class RunStoreTest : public testing::Test {
 protected:
  RunStore create(bool overwrite = false) {
    return RunStore::create({path, overwrite}, layout(), identity(), provenance());
  }
  RunStore open() { return RunStore::open(path, layout(), identity()); }
  /// What refuses to open the file with this layout and identity.
  std::string refusal(const RunLayout& wanted, const Identity& who = identity()) {
    try {
      RunStore::open(path, wanted, who);
    } catch (const InputError& error) {
      return error.what();
    }
    return "opened";
  }
  TemporaryFolder folder;
  fs::path path = folder.path() / "run.h5";
};

using Doubles = std::vector<double>;

TEST_F(RunStoreTest, StartsWithEverythingMissingAndPending) {
  const RunStore store = create();
  for (const double value : store.read_rows("scores", "log_prob", 0, 3)) EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(store.read_rows("scores", "argmax", 2, 1), Doubles(sample::kRow, -1));
  EXPECT_TRUE(std::isnan(store.read_rows("by_layer", "total", 0, 1)[0]));
  EXPECT_EQ(store.states(sample::kSilenced), std::vector<PartState>(12, PartState::pending));
  EXPECT_NE(store.fold_state(0), PartState::done);
  EXPECT_FALSE(store.complete());
  EXPECT_TRUE(store.failures().empty());
}

// Its value comes with the first commit, and may lie on two sectors of the disk.
TEST_F(RunStoreTest, GoesOnWithAnIdentityThatAPowerCutLeftHalfWritten) {
  const Identity open_one = {{"workflow_sha256", "aa11"}, {"model_sha256", ""}};
  const auto left_with = [&](const std::string& model) {
    RunStore::create({path, true}, layout(), open_one, provenance()).set_identity({{"model_sha256", model}});
    return refusal(layout());
  };
  for (const char* part : {"", "b", "bb2", "bb22"}) EXPECT_EQ(left_with(part), "opened") << part;
  EXPECT_NE(left_with("bb23").find("model_sha256: 'bb23' in the file, 'bb22' now"), std::string::npos);
  EXPECT_NE(left_with("bb222").find("model_sha256"), std::string::npos);
  RunStore::create({path, true}, layout(), {{"workflow_sha256", "aa1"}, {"model_sha256", ""}}, provenance());
  EXPECT_NE(refusal(layout()).find("workflow_sha256"), std::string::npos) << "known from the start: not open";
}

TEST_F(RunStoreTest, KeepsWhatWasCommitted) {
  {
    RunStore store = create();
    store.write_cells("scores", "log_prob", 1, 0, sample::row(1));
    store.write_cells("scores", "argmax", 1, 3, std::vector<std::int64_t>{7, 8});
    store.mark(sample::kSilenced, 1, 2, PartState::done);
    EXPECT_EQ(store.states(sample::kSilenced)[6], PartState::pending);
    store.commit();
    EXPECT_EQ(store.states(sample::kSilenced)[6], PartState::done);
  }
  const RunStore store = open();
  const std::vector<float> row = sample::row(1);
  EXPECT_EQ(store.read_rows("scores", "log_prob", 1, 1), Doubles(row.begin(), row.end()));
  EXPECT_EQ(store.read_rows("scores", "argmax", 1, 1),
            (Doubles{-1, -1, -1, 7, 8, -1, -1, -1, -1, -1, -1, -1}));
  std::vector<PartState> expected(12, PartState::pending);
  expected[6] = PartState::done;
  EXPECT_EQ(store.states(sample::kSilenced), expected);
}

TEST_F(RunStoreTest, WritesAnyRangeOfCells) {
  RunStore store = create();
  for (std::size_t first = 0; first <= sample::kRow; ++first)
    for (std::size_t count = 0; first + count <= sample::kRow; ++count) {
      store.write_cells("scores", "log_prob", 2, 0, std::vector<float>(sample::kRow, -1));
      std::vector<float> values(count);
      std::iota(values.begin(), values.end(), 1.0F);
      store.write_cells("scores", "log_prob", 2, first, values);
      Doubles expected(sample::kRow, -1);
      std::copy(values.begin(), values.end(), expected.begin() + static_cast<std::ptrdiff_t>(first));
      ASSERT_EQ(store.read_rows("scores", "log_prob", 2, 1), expected) << first << " " << count;
    }
  for (const double value : store.read_rows("scores", "log_prob", 0, 2)) EXPECT_TRUE(std::isnan(value));
}

TEST_F(RunStoreTest, WritesRowsAndScalars) {
  RunStore store = create();
  store.write_rows("by_layer", "mean", 1, std::vector<double>{0.5});
  store.write_rows("by_layer", "histogram", 0, std::vector<std::int64_t>{1, 2, 3, 4, 5, 6});
  store.write_rows("by_layer", "total", 0, std::vector<double>{2.5});
  EXPECT_EQ(store.read_rows("by_layer", "mean", 1, 1), Doubles{0.5});
  EXPECT_EQ(store.read_rows("by_layer", "histogram", 1, 1), (Doubles{4, 5, 6}));
  EXPECT_EQ(store.read_cells("by_layer", "histogram", {{1, 1}, {1, 2}}), (Doubles{5, 6}));
  EXPECT_EQ(store.read_rows("by_layer", "total", 0, 1), Doubles{2.5});
}

TEST_F(RunStoreTest, RefusesWhatIsNotThere) {
  RunStore store = create();
  const std::vector<float> values(4);
  EXPECT_THROW(store.write_cells("scores", "log_prob", 3, 0, values), std::logic_error);
  EXPECT_THROW(store.write_cells("scores", "log_prob", 0, 9, values), std::logic_error);
  EXPECT_THROW(store.write_cells("scores", "nothing", 0, 0, values), std::logic_error);
  EXPECT_THROW(store.write_cells("scores", "argmax", 0, 0, values), std::logic_error);
  EXPECT_THROW(store.write_cells("by_layer", "total", 0, 0, values), std::logic_error);
  EXPECT_THROW(store.write_rows("by_layer", "mean", 1, std::vector<double>(2)), std::logic_error);
  EXPECT_THROW(store.write_rows("by_layer", "total", 0, std::vector<double>(2)), std::logic_error);
  EXPECT_THROW(store.read_rows("by_layer", "mean", 0, 3), std::logic_error);
  EXPECT_THROW(store.mark(sample::kItems, 0, 1, PartState::done), std::logic_error);
  EXPECT_THROW(store.record_failure({3, "", ""}), std::logic_error);
}

TEST_F(RunStoreTest, KeepsTheFirstReasonOfAFailedPrompt) {
  {
    RunStore store = create();
    store.record_failure({1, "clean", "too long"});
    store.mark(sample::kItems, 1, 0, PartState::failed);
    store.record_failure({1, "silenced", "too long, said again"});
    store.mark(sample::kSilenced, 1, 0, PartState::failed);
    store.record_failure({2, "clean", "never marked"});
    store.commit();
  }
  RunStore store = open();
  ASSERT_EQ(store.failures().size(), 1U);
  EXPECT_EQ(store.failures()[0].prompt, 1U);
  EXPECT_EQ(store.failures()[0].stage, "clean");
  EXPECT_EQ(store.failures()[0].reason, "too long");
  EXPECT_EQ(store.states(sample::kItems)[1], PartState::failed);

  store.record_failure({1, "clean", "another reason, while the first one's mark stands"});
  EXPECT_EQ(store.failures()[0].reason, "too long");
  store.retry_failed();
  EXPECT_TRUE(store.failures().empty());
  store.record_failure({1, "clean", "another reason, of a second attempt"});
  store.mark(sample::kItems, 1, 0, PartState::failed);
  EXPECT_EQ(store.failures()[0].reason, "another reason, of a second attempt");
  store.mark(sample::kItems, 1, 0, PartState::done);
  store.mark(sample::kSilenced, 1, 0, PartState::done);
  EXPECT_TRUE(store.failures().empty());
}

TEST_F(RunStoreTest, CutsLongReasonsBetweenCharacters) {
  RunStore store = create();
  std::string reason = "x";
  while (reason.size() < 400) reason += "é";
  store.record_failure({0, "clean", reason});
  store.mark(sample::kItems, 0, 0, PartState::failed);
  const std::string kept = store.failures()[0].reason;
  EXPECT_EQ(kept.size(), 256U);
  EXPECT_TRUE(kept.ends_with("é…"));
}

TEST_F(RunStoreTest, DoneFoldsAreUndoneByLaterUnits) {
  {
    RunStore store = create();
    store.mark(sample::kItems, 0, 0, PartState::done);
    store.finish_fold(0);
    EXPECT_EQ(store.fold_state(0), PartState::done);
  }
  RunStore store = open();
  EXPECT_EQ(store.fold_state(0), PartState::done);
  store.mark(sample::kItems, 1, 0, PartState::done);
  store.commit();
  EXPECT_NE(store.fold_state(0), PartState::done);
}

TEST_F(RunStoreTest, FinishingMarksTheFileComplete) {
  {
    RunStore store = create();
    for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
      store.mark(sample::kItems, prompt, 0, PartState::done);
      for (std::size_t part = 0; part < 4; ++part)
        store.mark(sample::kSilenced, prompt, part, PartState::done);
    }
    store.finish_fold(0);
    store.finish({{"ended", "2024-01-01T01:00:00Z"}});
  }
  {
    RunStore store = open();
    EXPECT_TRUE(store.complete());
    EXPECT_THROW(store.finish({{"unheard_of", "x"}}), std::logic_error);
    EXPECT_THROW(store.finish({{"started", "x"}}), std::logic_error);
  }
  {
    RunStore store = open();
    EXPECT_TRUE(store.complete());
    store.write_cells("scores", "clean", 0, 0, std::vector<double>{1});
    EXPECT_FALSE(store.complete());
  }
  EXPECT_FALSE(open().complete());
}

TEST_F(RunStoreTest, NothingMovesAfterCreation) {
  RunStore store = create();
  const auto size = fs::file_size(path);
  for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
    store.write_cells("scores", "log_prob", prompt, 0, sample::row(prompt));
    store.record_failure({prompt, "clean", "reason"});
    for (std::size_t part = 0; part < 4; ++part)
      store.mark(sample::kSilenced, prompt, part, PartState::failed);
    store.commit();
    EXPECT_EQ(fs::file_size(path), size);
  }
  store.finish_fold(0);
  store.finish({{"ended", std::string(1000, 'x')}});
  EXPECT_EQ(fs::file_size(path), size);
}

TEST_F(RunStoreTest, RefusesToReplaceAFile) {
  create();
  EXPECT_THROW(create(), InputError);
  create(true);
  EXPECT_FALSE(open().complete());
  std::ofstream(path) << "notes";
  EXPECT_THROW(create(), InputError);
  EXPECT_THROW(create(true), InputError);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"run.h5"});
}

TEST_F(RunStoreTest, RefusesASecondWriter) {
  const RunStore store = create();
  EXPECT_NE(refusal(layout()).find("being written"), std::string::npos);
  EXPECT_THROW(create(true), InputError);
}

TEST_F(RunStoreTest, NamesEveryDifferenceOfIdentityAndLayout) {
  create();
  EXPECT_EQ(refusal(layout()), "opened");
  const std::string other_model = refusal(layout(), {{"workflow_sha256", "aa11"}, {"tokenizer", "cc"}});
  EXPECT_NE(other_model.find("model_sha256: 'bb22' in the file, nothing now"), std::string::npos)
      << other_model;
  EXPECT_NE(other_model.find("tokenizer: nothing in the file, 'cc' now"), std::string::npos) << other_model;
  EXPECT_EQ(other_model.find("workflow"), std::string::npos) << other_model;

  const auto expect = [&](const auto& change, const std::string& part) {
    RunLayout changed = layout();
    change(changed);
    const std::string said = refusal(changed);
    EXPECT_NE(said.find(part), std::string::npos) << said << "\n   has not: " << part;
  };
  expect([](RunLayout& l) { l.groups[0].name = "points"; }, "/points: not in the file");
  expect([](RunLayout& l) { l.groups[0].name = "points"; }, "/scores: only in the file");
  expect([](RunLayout& l) { l.groups[0].variables[2].name = "raw"; }, "/scores/clean: only in the file");
  expect([](RunLayout& l) { l.groups[0].variables[2].dtype = Dtype::float32; },
         "/scores/clean: float64 prompt=3 in the file, float32 prompt=3 now");
  expect(
      [](RunLayout& l) {
        l.groups[1].variables[0].axes[0].coordinates = std::vector<std::int64_t>{0, 5};
        l.groups[1].variables.resize(1);
      },
      "axis /by_layer/layer[1]: 1 in the file, 5 now");
  expect(
      [](RunLayout& l) {
        Coordinates& bins = l.groups[1].variables[1].axes[1].coordinates;
        auto changed = std::get<std::vector<double>>(bins.labels());
        changed[0] = 0.25;
        bins = changed;
      },
      "axis /by_layer/bin[0]: -0.5 in the file, 0.25 now");
  expect(
      [](RunLayout& l) {
        auto ids = std::get<std::vector<std::int64_t>>(l.constants[0].values.read(0, 12));
        ids[4] = 77;
        l.constants[0].values = std::move(ids);
      },
      "/prompts/token_ids[4]: 6 in the file, 77 now");
  expect(
      [](RunLayout& l) {
        l.texts[0].texts = {"Paris is", "Køln is", "東京 is"};
      },
      "/prompts/text[0]: 'Berlin is' in the file, 'Paris is' now");
  expect([](RunLayout& l) { l.lanes[1].parts = 5; },
         "items=1 silenced=4  in the file, items=1 silenced=5  now");
  expect([](RunLayout& l) { l.folds.clear(); }, "stages over all prompts: by_layer  in the file,");
}

TEST_F(RunStoreTest, RefusesLayoutsThatAreBugs) {
  const auto expect_bug = [&](const auto& change) {
    RunLayout changed = layout();
    change(changed);
    EXPECT_THROW(RunStore::create({path, false}, changed, identity(), provenance()), std::logic_error);
  };
  expect_bug([](RunLayout& l) {
    l.groups[1].variables[0].axes[0].coordinates = std::vector<std::int64_t>{3, 4};
  });
  expect_bug([](RunLayout& l) { l.groups[1].name = "scores"; });
  for (const char* own : {"checkpoint", "history", "seal", "status"})
    expect_bug([&](RunLayout& l) { l.groups[1].name = own; });
  expect_bug([](RunLayout& l) { l.groups[1].name = "a/b"; });
  expect_bug([](RunLayout& l) { l.groups[1].name = ""; });
  expect_bug([](RunLayout& l) { l.groups[0].variables[1].name = "log_prob"; });
  expect_bug([](RunLayout& l) { l.groups[0].variables[1].name = "layer"; });
  expect_bug([](RunLayout& l) { l.groups[0].variables[0].axes[1].name = "prompt"; });
  expect_bug([](RunLayout& l) { l.texts[0].texts = {"Berlin is", "Køln is"}; });
  expect_bug([](RunLayout& l) { l.constants[0].values = std::vector<std::int64_t>{1}; });
  expect_bug([](RunLayout& l) { l.default_variable = "nothing"; });
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace hookflow::pipeline

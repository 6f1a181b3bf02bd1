#include "pipeline/run_file/reading/view.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <new>
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/reading/stored_values.hpp"
#include "tests/support/run_sample.hpp"
#include "tests/support/temporary_folder.hpp"

namespace hookflow::pipeline {
namespace {

class ViewTest : public testing::Test {
 protected:
  ViewTest() {
    RunStore store =
        RunStore::create({path, false}, sample::layout(), sample::identity(), sample::provenance());
    store.write_cells("scores", "clean", 0, 0, std::vector<double>{0.5});
    store.record_failure({1, "tokens", "too long"});
    store.mark(sample::kItems, 0, 0, PartState::done);
    store.mark(sample::kItems, 1, 0, PartState::failed);
    store.mark(sample::kSilenced, 0, 3, PartState::done);
    store.finish_fold(0);
  }
  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "run.h5";
};

TEST_F(ViewTest, TellsProgressAndFailures) {
  const RunFileView view = read_run_file(path);
  EXPECT_FALSE(view.complete);
  EXPECT_EQ(view.prompts, 3U);
  ASSERT_EQ(view.lanes.size(), 2U);
  EXPECT_EQ(view.lanes[0].lane.name, "items");
  EXPECT_EQ(view.lanes[0].done, 1U);
  EXPECT_EQ(view.lanes[0].failed, 1U);
  EXPECT_EQ(view.lanes[0].pending, 1U);
  EXPECT_EQ(view.lanes[1].lane.parts, 4U);
  EXPECT_EQ(view.lanes[1].done, 1U);
  EXPECT_EQ(view.lanes[1].pending, 11U);
  EXPECT_EQ(view.folds, std::vector<std::string>{"by_layer"});
  EXPECT_EQ(view.fold_done, std::vector<bool>{true});
  ASSERT_EQ(view.failures.size(), 1U);
  EXPECT_EQ(view.failures[0].prompt, 1U);
  EXPECT_EQ(view.failures[0].stage, "tokens");
  EXPECT_EQ(view.failures[0].reason, "too long");
}

TEST_F(ViewTest, TellsHowFarEachPromptIs) {
  const RunFileView view = read_run_file(path);
  EXPECT_EQ(view.states, (std::vector<PartState>{PartState::pending, PartState::failed, PartState::pending}));
  EXPECT_EQ(count_of(view.states, PartState::pending), 2U);
}

TEST_F(ViewTest, TheLastPieceOfAPromptMayHaveFewerVariants) {
  const LaneLayout lane{"silenced", 3, {}, 7, 3};
  EXPECT_EQ(lane.variants_of(0), 3U);
  EXPECT_EQ(lane.first_variant(2), 6U);
  EXPECT_EQ(lane.variants_of(2), 1U);
}

TEST_F(ViewTest, AnyGroupHasItsDatasets) {
  const RunFile run(path);
  const auto named = [&](const std::string& group, const std::string& name) {
    const std::vector<StoredDataset> all = stored_datasets(run, group);
    return *std::ranges::find(all, name, &StoredDataset::name);
  };
  EXPECT_EQ(named("scores", "log_prob").axes.size(), 4U);
  EXPECT_TRUE(named("prompts", "text").is_text());
  EXPECT_TRUE(named("checkpoint", "done_items").is_integer());
  EXPECT_TRUE(named("checkpoint", "failed_reason").is_text()) << "of limited length";
  EXPECT_EQ(named("checkpoint", "failed_reason").axes.size(), 1U);
  EXPECT_EQ(std::get<std::vector<std::string>>(stored_values(run, "checkpoint", "failed_reason"))[1],
            "too long");
  const StoredValues counts = stored_values(run, "scores", "argmax");
  EXPECT_TRUE(std::holds_alternative<std::vector<std::int64_t>>(counts)) << "to the last digit";
}

TEST_F(ViewTest, TellsHowVariablesAndAxesAreToBeRead) {
  RunLayout layout = sample::layout();
  std::vector<Variable>& variables = layout.groups[1].variables;
  variables[0].ancillary = {"histogram", "total"};
  variables[0].zero_is_neutral = true;
  variables[1].relation = Relation::significant;
  for (Variable& variable : variables)
    for (Axis& axis : variable.axes) axis.unordered = axis.name == "layer";
  layout.constants[0].variable.axes[1].counts_along = "position";
  layout.constants[0].variable.axes[1].spells = "text";
  RunStore::create({folder.path() / "two.h5", false}, layout, sample::identity(), sample::provenance());
  const RunFileView view = read_run_file(RunFile(folder.path() / "two.h5"));
  const auto named = [&](std::size_t group, const std::string& name) {
    return *std::ranges::find(view.groups[group].variables, name, &Variable::name);
  };
  EXPECT_EQ(named(0, "mean").ancillary, (std::vector<std::string>{"histogram", "total"}));
  EXPECT_TRUE(named(0, "mean").zero_is_neutral);
  EXPECT_FALSE(named(0, "total").zero_is_neutral);
  EXPECT_EQ(named(0, "histogram").relation, Relation::significant);
  EXPECT_EQ(named(0, "mean").relation, Relation::itself);
  EXPECT_TRUE(named(0, "mean").axes[0].unordered);
  EXPECT_EQ(named(1, "token_ids").axes[1].counts_along, "position");
  EXPECT_EQ(named(1, "token_ids").axes[1].spells, "text");
}

TEST_F(ViewTest, TellsTheLayoutAndItsAttributes) {
  const RunFileView view = read_run_file(path);
  ASSERT_EQ(view.groups.size(), 3U);
  EXPECT_EQ(view.groups[0].name, "by_layer");
  EXPECT_EQ(view.groups[2].about, sample::layout().groups[0].about);
  const Variable& log_prob = view.groups[2].variables[2];
  EXPECT_EQ(log_prob.name, "log_prob");
  EXPECT_EQ(log_prob.dtype, Dtype::float32);
  EXPECT_EQ(log_prob.axes, sample::layout().groups[0].variables[0].axes);
  EXPECT_EQ(log_prob.units, "nat");
  EXPECT_EQ(log_prob.long_name, "Log-probability");
  ASSERT_EQ(view.texts.size(), 2U);
  EXPECT_EQ(view.texts[0].group, "prompts");
  EXPECT_EQ(view.texts[0].texts[0], "Berlin is");
  EXPECT_EQ(view.texts[1].texts[2], "\\xe6\\x9d");
  EXPECT_EQ(view.root.at("program"), "hookflow");
  EXPECT_EQ(view.root.at("identity_model_sha256"), "bb22");
  EXPECT_EQ(view.root.at("ended"), "");
  EXPECT_EQ(view.root.at("format_version"), std::to_string(kFormatVersion));
}

TEST_F(ViewTest, ReadsVariables) {
  EXPECT_EQ(read_variable(path, "scores", "clean")[0], 0.5);
  EXPECT_EQ(read_variable(path, "prompts", "length"), (std::vector<double>{2, 4, 1}));
  EXPECT_EQ(read_variable(path, "scores", "argmax"), std::vector<double>(36, -1));
  EXPECT_THROW(read_variable(path, "scores", "nothing"), InputError);
  EXPECT_THROW(read_variable(path, "nothing", "clean"), InputError);
}

std::string refusal(const std::filesystem::path& path, Seal seal = Seal::checked) {
  try {
    const RunFile file(path, seal);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST_F(ViewTest, ChecksTheSealOnceAndOnlyWhenItIsToBeChecked) {
  std::optional<RunFile> before(path);
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    file.clear();
    const std::size_t label = bytes.find("Berlin is");
    ASSERT_NE(label, std::string::npos);
    file.seekp(static_cast<std::streamoff>(label));
    file.put('M');
  }
  EXPECT_EQ(read_variable(*before, "scores", "clean")[0], 0.5);
  before.reset();  // as HDF5 opens a file that is open no second time
  EXPECT_NE(refusal(path).find("is not as hookflow left it"), std::string::npos) << refusal(path);
  EXPECT_EQ(read_run_file({path, Seal::ignored}).texts[0].texts[0], "Merlin is");
}

TEST_F(ViewTest, BlamesTheFileForWhatHdf5SaysAlone) {
  const RunFile file(path);
  EXPECT_THROW(file.read([](const h5::File& open) { return open.open_group("gone"); }), InputError);
  const auto expect_as_it_is = [&]<class Exception>(const Exception& thrown) {
    EXPECT_THROW(file.read([&](const h5::File&) -> int { throw thrown; }), Exception);
  };
  expect_as_it_is(std::bad_alloc());
  expect_as_it_is(std::logic_error("ours"));
  expect_as_it_is(std::runtime_error("ours too"));
}

TEST_F(ViewTest, KnowsOnlyFormatsThatItCanRead) {
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    std::string start(65536, ' ');
    file.read(start.data(), static_cast<std::streamsize>(start.size()));
    file.clear();
    const std::string magic = "hookflow run file\n";
    ASSERT_NE(start.find(magic), std::string::npos);
    for (const int version : {kFormatVersion + 1, kOldestFormat - 1}) {
      file.seekp(static_cast<std::streamoff>(start.find(magic) + magic.size()));
      file.put(static_cast<char>(version)).flush();
      EXPECT_NE(refusal(path).find("has format " + std::to_string(version)), std::string::npos)
          << refusal(path);
    }
  }
  h5::File::create(folder.path() / "other.h5");
  EXPECT_THROW(read_run_file(folder.path() / "other.h5"), InputError);
}

}  // namespace
}  // namespace hookflow::pipeline

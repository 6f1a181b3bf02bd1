// `hookflow diff`: which runs are equal, and where others differ.
#include <cmath>
#include <limits>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/checks/checksums.hpp"
#include "tests/support/cli.hpp"
#include "tests/support/run_sample.hpp"

namespace hookflow::test {
namespace {

namespace h5 = pipeline::h5;
using namespace pipeline;

class Diff : public Cli {
 protected:
  void make(const std::string& name, const Attributes& provenance = {{"threads", "1"}, {"ended_utc", ""}}) {
    RunLayout layout = sample::layout();
    layout.workflow = R"({"workflow":"w","stages":{"scores":{"with":["zero"],"rows":4}}})";
    layout.prompt_rows = {R"({"id":"berlin","text":"Berlin is"})", R"({"id":"b"})", R"({"id":"c"})"};
    RunStore store = RunStore::create({folder.path() / name, false}, layout, sample::identity(), provenance);
    for (std::size_t prompt = 0; prompt < sample::kPrompts; ++prompt) {
      store.write_cells("scores", "log_prob", prompt, 0, sample::row(prompt));
      store.mark(sample::kItems, prompt, 0, PartState::done);
      for (std::size_t part = 0; part < 4; ++part)
        store.mark(sample::kSilenced, prompt, part, PartState::done);
    }
    store.finish_fold(0);
    store.begin_session(3, "x", "kernel");
    store.finish({{"ended_utc", name}});
  }
  /// As if what stands in the file had been computed.
  static void make_checksums_fit(const h5::File& file) {
    Checkpoint checkpoint(file);
    for (std::size_t lane = 0; lane < checkpoint.lanes().size(); ++lane)
      for (const MarkedPart& marked : checkpoint.marks(lane, 0, checkpoint.prompts()).parts)
        checkpoint.mark(lane, marked.prompt, marked.part, marked.state);
    Checksums(file, checkpoint).write(checkpoint);
  }
  /// The output of a comparison of a.h5 with a changed copy of it.
  template <class Change>
  std::string changed(const Change& change, int code = 1) {
    std::filesystem::copy(folder.path() / "a.h5", folder.path() / "b.h5");
    {
      h5::File file = h5::File::open(folder.path() / "b.h5", true);
      change(file);
      make_checksums_fit(file);
    }
    const Outcome outcome = run({"diff", "a.h5", "b.h5"});
    EXPECT_EQ(outcome.code, code) << outcome.out << outcome.err;
    EXPECT_EQ(outcome.err, "");
    std::filesystem::remove(folder.path() / "b.h5");
    return outcome.out;
  }
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// Writes one value of a dataset of [3, 2, 2, 3] cells.
template <class Value>
void set(h5::File& file, const std::string& name, std::size_t prompt, std::size_t head, Value value) {
  h5::Dataset dataset = file.open_group("scores").open_dataset(name);
  dataset.write(h5::Block{{prompt, 1, 0, head}, {1, 1, 1, 1}}, std::span<const Value>(&value, 1));
}

TEST_F(Diff, RunsOfOneWorkflowAreEqualWhateverMadeThem) {
  make("a.h5");
  make("b.h5", {{"threads", "7"}, {"ended_utc", ""}});
  const std::string said = succeed({"diff", "a.h5", "b.h5"});
  EXPECT_TRUE(said.starts_with("equal: ")) << said;
  EXPECT_TRUE(contains(said, "settings that differ:\n  threads: 1 in a.h5, 7 in b.h5\n")) << said;
  EXPECT_FALSE(contains(said, "ended_utc")) << said;
  EXPECT_TRUE(contains(succeed({"diff", "a.h5", "a.h5"}), "equal: "));
}

TEST_F(Diff, TellsTheLargestDifferenceAndItsPlace) {
  make("a.h5");
  const std::string said = changed([](h5::File& file) {
    set(file, "log_prob", 0, 1, 7.5F);
    set(file, "log_prob", 2, 2, 210.0F);
    set<std::int64_t>(file, "argmax", 1, 0, 4);
  });
  EXPECT_TRUE(contains(said,
                       "/scores/log_prob: 2 of 36 values differ, by up to 2 at prompt=東京, "
                       "replacement=mean, layer=0, head=2: 208 and 210\n"))
      << said;
  EXPECT_TRUE(contains(said, "/scores/argmax: 1 of 36 values differ, by up to 5 at prompt=køln,")) << said;
}

TEST_F(Diff, KnowsOneNotANumberAndTwoZeros) {
  make("a.h5");
  const float nan = std::nanf("7");
  EXPECT_TRUE(contains(changed([&](h5::File& file) { set(file, "log_prob", 0, 1, nan); }),
                       "/scores/log_prob: 1 of 36 values differ, the first at prompt=berlin, "
                       "replacement=mean, layer=0, head=1: 7 and nan\n"));
  const double other_nan = std::nan("5");
  changed(
      [&](h5::File& file) {
        h5::Dataset clean = file.open_group("scores").open_dataset("clean");
        clean.write(h5::Block{{1}, {1}}, std::span<const double>(&other_nan, 1));
      },
      0);
  make("zero.h5");
  h5::File::open(folder.path() / "zero.h5", true);
  std::filesystem::rename(folder.path() / "zero.h5", folder.path() / "a.h5");
  {
    h5::File file = h5::File::open(folder.path() / "a.h5", true);
    set(file, "log_prob", 0, 1, 0.0F);
    make_checksums_fit(file);
  }
  changed([](h5::File& file) { set(file, "log_prob", 0, 1, -0.0F); });
}

TEST_F(Diff, TellsWhatIsDoneInOneAlone) {
  make("a.h5");
  EXPECT_TRUE(contains(changed([](h5::File& file) {
                         const std::int64_t incomplete = 0;
                         file.open_group("status")
                             .open_dataset("complete")
                             .write_all(std::span<const std::int64_t>(&incomplete, 1));
                       }),
                       "one of the two is not complete"));
  const std::string said = changed([](h5::File& file) {
    const std::uint8_t failed = 2;
    h5::Dataset done = file.open_group("checkpoint").open_dataset("done_items");
    done.write(h5::Block{{2, 0}, {1, 1}}, std::span<const std::uint8_t>(&failed, 1));
  });
  EXPECT_TRUE(contains(said,
                       "/checkpoint: 1 prompt: done, failed or pending in one file and not in the other; the "
                       "first is '東京'\n"))
      << said;
  EXPECT_TRUE(contains(said, "/checkpoint: different prompts failed, or for different reasons")) << said;
}

TEST_F(Diff, SaysThatAFileIsDamaged) {
  make("a.h5");
  make("b.h5");
  {
    h5::File file = h5::File::open(folder.path() / "b.h5", true);
    set(file, "log_prob", 0, 1, 7.5F);
  }
  const Outcome outcome = run({"diff", "a.h5", "b.h5"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_TRUE(contains(outcome.out, "/scores/log_prob: 1 of 36 values differ")) << outcome.out;
  EXPECT_TRUE(contains(outcome.out,
                       "b.h5 is damaged: results of 1 prompt\n"
                       "  prompt 'berlin', variant 2 of 'silenced': /scores/log_prob, /scores/argmax\n"))
      << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "a.h5 is damaged")) << outcome.out;
}

TEST_F(Diff, NamesTheSettingsOfRealRuns) {
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml", "--out", "a.h5"});
  succeed({"run", "w.yaml", "--out", "b.h5", "--set", "silenced.with={mean: head}"});
  const Outcome outcome = run({"diff", "a.h5", "b.h5", "--all"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(contains(outcome.out, "/scores/prob: has different labels along 'replacement'\n"))
      << outcome.out;
  EXPECT_TRUE(contains(outcome.out, R"(stages.silenced.with: ["zero"] in a.h5, [{"mean":"head"}] in b.h5)"))
      << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "sha256")) << outcome.out;
  succeed({"run", "w.yaml", "--out", "c.h5", "--threads", "1"});
  EXPECT_TRUE(contains(succeed({"diff", "a.h5", "c.h5"}), "equal: "));
}

TEST_F(Diff, SaysOneCauseInOneLine) {
  write("w.yaml", kSweep);
  std::filesystem::copy(std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "model/nano", folder.path() / "other",
                        std::filesystem::copy_options::recursive);
  {
    std::fstream weights(folder.path() / "other/model.safetensors",
                         std::ios::binary | std::ios::in | std::ios::out);
    weights.seekp(-1, std::ios::end);
    weights.put(0);
  }
  succeed({"run", "w.yaml", "--out", "a.h5", "--quiet"});
  succeed({"run", "w.yaml", "--out", "b.h5", "--quiet", "--model", "./other"});
  const Outcome outcome = run({"diff", "a.h5", "b.h5"});
  EXPECT_EQ(outcome.code, 1);
  const Words lines = lines_of(outcome.out);
  ASSERT_GE(lines.size(), 3U) << outcome.out;
  EXPECT_EQ(lines[0], "different:");
  EXPECT_EQ(lines[1], R"(  model: "nano" in a.h5, "./other" in b.h5)");
  EXPECT_TRUE(contains(lines[2], " variables of 2 groups differ; the most in /")) << lines[2];
  EXPECT_FALSE(contains(outcome.out, "sha256")) << outcome.out;
  EXPECT_FALSE(contains(outcome.out, "scores/prob:")) << outcome.out;
  const std::string all = run({"diff", "a.h5", "b.h5", "--all"}).out;
  EXPECT_TRUE(contains(all, "  /scores/prob: ")) << all;
  EXPECT_TRUE(contains(all, "  /by_layer/prob_mean: ")) << all;
}

TEST_F(Diff, OfNumbersThatStandForTextsTellsTheTexts) {
  write("one.yaml", kSweep);
  write("other.yaml", sweep_with("Berlin is the capital of", "Paris is the capital of"));
  succeed({"run", "one.yaml", "--out", "a.h5", "--quiet"});
  succeed({"run", "other.yaml", "--out", "b.h5", "--quiet"});
  EXPECT_FALSE(contains(run({"diff", "a.h5", "b.h5"}).out, "the most in /scores/top_token"));
  for (const std::string& line : lines_of(run({"diff", "a.h5", "b.h5", "--all"}).out))
    if (contains(line, "/scores/top_token: ")) {
      EXPECT_TRUE(contains(line, " values differ, the first at ")) << line;
      EXPECT_TRUE(contains(line, " '") && contains(line, "' and ")) << line;
    }
}

TEST_F(Diff, RefusesWhatIsNoRunFile) {
  make("a.h5");
  write("text.h5", "no HDF5");
  refuse({"diff", "a.h5", "none.h5"}, 3, {"none.h5: no such run file"});
  refuse({"diff", "text.h5", "a.h5"}, 3, {"text.h5: ", "not an HDF5 file"});
  refuse({"diff", "a.h5"}, 2, {"the argument second is missing"});
}

}  // namespace
}  // namespace hookflow::test

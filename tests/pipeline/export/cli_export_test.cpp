// `hookflow export`: the same values for other programs.
#include <array>
#include <cmath>
#include <csignal>
#include <cstring>
#include <limits>

#include <nlohmann/json.hpp>

#include "pipeline/run_file/store/run_store.hpp"
#include "tests/support/cli.hpp"
#include "tests/support/run_sample.hpp"

namespace hookflow::test {
namespace {

using namespace pipeline;
using Json = nlohmann::json;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Three prompts with labels that need care; the last one is not done.
class Export : public Cli {
 protected:
  static Axis prompts() {
    return {"prompt", std::vector<std::string>{"a, \"b\"\nc", "<script>", std::string(200, 'x') + "東京"},
            "Prompt", ""};
  }
  void SetUp() override {
    RunLayout layout;
    layout.prompts = 3;
    layout.groups = {
        {"scores",
         "measure.test: what is measured",
         {{"change", Dtype::float64, {prompts(), sample::layer(), sample::head()}, "nat", "Change"},
          {"other", Dtype::float32, {prompts(), sample::layer(), sample::head()}, "1", "Other"},
          {"best", Dtype::int64, {prompts(), sample::layer()}, "Token id", "Most likely"}}}};
    layout.lanes = {{"items", 1, {"scores/change", "scores/other", "scores/best"}}};
    layout.texts = {{"prompts", "text", prompts(), {"one", "two", "three"}, "Text of the prompt"},
                    {"vocabulary", "token", sample::token(), {"!", " the", "?", "x", "y"}, "Token"}};
    layout.texts[1].axis.name = "id";
    RunStore store = RunStore::create({folder.path() / "a.h5", false}, layout, {},
                                      {{"workflow_name", "w"}, {"model", "m"}, {"program_version", "1.2.3"}});
    store.begin_session(1, "1.2.3", "kernel");
    for (const std::size_t prompt : {0U, 1U}) {
      store.write_cells(
          "scores", "change", prompt, 0,
          std::vector<double>{0.1, std::nan(""), kInfinity, -kInfinity, 4, 5.0 + double(prompt)});
      store.write_cells("scores", "other", prompt, 0, std::vector<float>(6, 0.1F));
      store.write_cells("scores", "best", prompt, 0, std::vector<std::int64_t>{1, -1});
      store.mark(sample::kItems, prompt, 0, PartState::done);
    }
    store.commit();
  }
  std::string exported(Words arguments, const std::string& said = "NOT COMPLETE: prompts 2 done, 1 pending") {
    arguments.insert(arguments.begin(), {"export", "a.h5"});
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
    return outcome.out;
  }
  std::string read(const std::string& name) { return read_file(folder.path() / name); }
};

TEST_F(Export, WritesARowForEachCombinationOfLabels) {
  EXPECT_EQ(exported({"scores.change", "--where", "prompt=<script>"}),
            "prompt,layer,head,change\n<script>,0,0,0.1\n<script>,0,1,\n<script>,0,2,inf\n"
            "<script>,1,0,-inf\n<script>,1,1,4\n<script>,1,2,6\n");
  EXPECT_EQ(exported({"scores.best"}),
            "prompt,layer,best,best_text\n\"a, \"\"b\"\"\nc\",0,1, the\n\"a, "
            "\"\"b\"\"\nc\",1,,\n<script>,0,1, the\n"
            "<script>,1,,\n" +
                std::string(200, 'x') + "東京,0,,\n" + std::string(200, 'x') + "東京,1,,\n");
}

TEST_F(Export, PutsVariablesOfTheSameAxesBesideEachOther) {
  const std::string header = "prompt,layer,head,change,other\n";
  EXPECT_TRUE(exported({"scores.change", "/scores/other"}).starts_with(header));
  EXPECT_TRUE(exported({"scores.change,best"}).starts_with("prompt,layer,head,change,best,best_text\n"));
  EXPECT_EQ(exported({"-o", "out/"}), "out/scores.best.csv\nout/scores.head.csv\n");
  EXPECT_TRUE(read("out/scores.head.csv").starts_with(header));
  refuse({"export", "a.h5", "scores"}, 2, {"2 tables of different axes", "scores.best [prompt 3, layer 2]"});
  refuse({"export", "a.h5", "-o", "x.csv"}, 2, {"2 files are to be written", "must be a folder: x.csv/"});
}

TEST_F(Export, ChoosesByLabelsValuesAndColumnsOfThePrompts) {
  EXPECT_EQ(lines_of(exported({"scores.other", "--where", "text=two", "--where", "layer=1"})).size(), 4U);
  EXPECT_EQ(exported({"scores.best,change", "--where", "best= the", "--where", "change=inf"}),
            "prompt,layer,head,best,best_text,change\n\"a, \"\"b\"\"\nc\",0,2,1, the,inf\n<script>,0,2,1, "
            "the,inf\n");
}

TEST_F(Export, RefusesWhatIsNotThere) {
  refuse({"export", "a.h5", "scores.change", "--where", "layer=7"}, 2,
         {"'layer' is never '7'; it is '0', '1'"});
  refuse({"export", "a.h5", "scores.change", "--where", "text=twos"}, 2, {"did you mean 'two'?"});
  refuse({"export", "a.h5", "scores.chang"}, 2, {"export: 'scores' has no variable 'chang'", "'change'"});
  refuse({"export", "a.h5", "score"}, 2, {"export: the file has no group 'score' (did you mean 'scores'?)"});
  refuse({"export", "a.h5", "checkpoint"}, 2, {"hookflow inspect FILE checkpoint --csv"});
  refuse({"export", "a.h5", "scores.best", "--format", "json"}, 2, {"must be csv or npy"});
  refuse({"export", "a.h5", "prompts", "-o", "x.npy"}, 2, {"prompts.text holds texts"});
  refuse({"export", "a.h5", "scores.best", "--format", "npy"}, 2, {"--out says where"});
  refuse({"export", "b.h5"}, 3, {"no such run file"});
}

TEST_F(Export, WritesArraysWithTheirAxesBesideThem) {
  exported({"scores.change", "--where", "layer=1", "--where", "text=two", "-o", "x.npy"});
  const std::string array = read("x.npy");
  ASSERT_EQ(array.size(), 128U + 3 * 8);
  EXPECT_EQ(array.substr(0, 10), std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  EXPECT_TRUE(
      array.substr(10).starts_with("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1, 3, ), }"));
  EXPECT_EQ(array[127], '\n');
  std::array<double, 3> values{};
  std::memcpy(values.data(), array.data() + 128, sizeof(values));
  EXPECT_EQ(values, (std::array{-kInfinity, 4.0, 6.0}));
  const Json told = Json::parse(read("x.json"));
  EXPECT_EQ(told["axes"][0]["labels"], Json({"<script>"}));
  EXPECT_EQ(told["axes"][2]["labels"], Json({0, 1, 2}));
  EXPECT_EQ(told["units"], "nat");
  EXPECT_EQ(told["where"], Json({"layer=1", "text=two"}));
  EXPECT_EQ(told["run"]["workflow_name"], "w");
  EXPECT_EQ(told["run"]["complete"], false);
}

TEST_F(Export, KeepsTypesAndMissingValuesInArrays) {
  EXPECT_EQ(lines_of(exported({"--format", "npy", "-o", "."})).size(), 6U) << "each with its JSON";
  const std::string best = read("scores.best.npy");
  EXPECT_NE(best.find("'<i8'"), std::string::npos);
  std::array<std::int64_t, 6> ids{};
  std::memcpy(ids.data(), best.data() + 128, sizeof(ids));
  EXPECT_EQ(ids, (std::array<std::int64_t, 6>{1, -1, 1, -1, -1, -1}));
  EXPECT_NE(read("scores.other.npy").find("'<f4'"), std::string::npos);
  refuse({"export", "a.h5", "scores.best", "--where", "best=1", "-o", "x.npy"}, 2,
         {"single values", "make no array"});
}

TEST_F(Export, ReplacesOnlyWithForceAndNeverARun) {
  exported({"scores.best", "-o", "x.csv"});
  refuse({"export", "a.h5", "scores.other", "-o", "x.csv"}, 3,
         {"x.csv: the file exists; --force replaces it"});
  exported({"scores.other", "-o", "x.csv", "--force"});
  EXPECT_TRUE(read("x.csv").starts_with("prompt,layer,head,other\n"));
  refuse({"export", "a.h5", "scores.best", "-o", "a.h5", "--force"}, 3, {"a.h5: is a run file"});
  file_size_limit = 100;
  std::signal(SIGXFSZ, SIG_IGN);
  refuse({"export", "a.h5", "scores.best", "-o", "y.csv"}, 1, {"y.csv: cannot be written"});
}

TEST_F(Export, NeedsNoMoreMemoryForManyCells) {
  RunLayout layout;
  layout.prompts = 10'000;
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < layout.prompts; ++i) ids.push_back("p" + std::to_string(i));
  const Axis prompt{"prompt", std::move(ids), "Prompt", ""};
  const Axis neuron = numbered_axis("neuron", 400, "Neuron");
  layout.groups = {{"big", "measure.big: many values", {{"x", Dtype::float64, {prompt, neuron}, "1", "X"}}}};
  layout.lanes = {{"items", 1, {"big/x"}}};
  layout.texts = {
      {"prompts", "text", prompt, TextRows(layout.prompts, [](std::size_t) { return "t"; }), "Text"}};
  RunStore::create({folder.path() / "big.h5", false}, layout, {}, {});
  const Outcome one = run({"export", "big.h5", "big.x", "--where", "neuron=7"});
  EXPECT_EQ(lines_of(one.out).size(), 10'001U);
  const Outcome all = run({"export", "big.h5", "big.x", "-o", "x.npy"});
  EXPECT_EQ(std::filesystem::file_size(folder.path() / "x.npy"), 128U + 32'000'000);
  EXPECT_LT(all.peak_bytes, one.peak_bytes + 4e6) << "32 MB of values pass through";
}

}  // namespace
}  // namespace hookflow::test

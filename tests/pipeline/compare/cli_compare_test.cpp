// `hookflow compare`: runs of one workflow beside each other.
#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "pipeline/run_file/store/run_store.hpp"
#include "tests/support/cli.hpp"
#include "tests/support/fake_vega.hpp"
#include "tests/support/run_sample.hpp"

namespace hookflow::test {
namespace {

using namespace pipeline;
using Json = nlohmann::json;

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Compare : public Cli {
 protected:
  struct Made {
    std::string prompt = "berlin";
    std::vector<std::int64_t> layers = {0, 1, 2};
    std::vector<double> change;
    std::vector<std::int64_t> significant;
    std::string workflow = R"({"workflow":"w","stages":{"a":{"with":["zero"]}}})";
    bool finished = true;
    Relation change_is = Relation::itself;
  };
  /// A run of one prompt and four heads a layer.
  void make(const std::string& name, const Made& made) {
    RunLayout layout;
    layout.prompts = 1;
    const Axis prompt{"prompt", std::vector<std::string>{made.prompt}, "Prompt", ""};
    const Axis layer{"layer", made.layers, "Layer", ""};
    const Axis head = numbered_axis("head", 4, "Head");
    layout.groups = {{"scores",
                      "measure.test: what is measured",
                      {{"change", Dtype::float64, {prompt, layer, head}, "nat", "Change"},
                       {"significant", Dtype::int64, {prompt, layer, head}, "1", "Significant"}}}};
    layout.groups[0].variables[0].relation = made.change_is;
    layout.lanes = {{"items", 1, {"scores/change", "scores/significant"}}};
    layout.workflow = made.workflow;
    layout.prompt_rows = {Json({{"id", made.prompt}}).dump()};
    layout.texts = {{"prompts", "text", prompt, {"t"}, "Text"}};
    RunStore store = RunStore::create({folder.path() / name, true}, layout, sample::identity(), {});
    store.begin_session(1, "1", "kernel");
    if (!made.finished) return;
    store.write_cells("scores", "change", 0, 0, made.change);
    store.write_cells("scores", "significant", 0, 0, made.significant);
    store.mark(sample::kItems, 0, 0, PartState::done);
    store.commit();
    store.finish({});
  }
  void SetUp() override {
    for (std::int64_t i = 0; i < 12; ++i) {
      one.change.push_back(static_cast<double>(i + 1));
      one.significant.push_back(i % 2);
    }
    other = one;
    other.prompt = "paris";
    other.change[11] = 0.25;  // layer 2, head 3: the largest of all
    other.significant[0] = 1;
    other.significant[1] = 0;
    make("a.h5", one);
    make("b.h5", other);
  }
  Json json(Words arguments) {
    arguments.insert(arguments.begin(), {"compare"});
    arguments.emplace_back("--json");
    return Json::parse(succeed(arguments));
  }
  Made one, other;
};

TEST_F(Compare, TellsWhatDiffers) {
  const std::string text = succeed({"compare", "a.h5", "b.h5"});
  EXPECT_TRUE(says(text, "prompt 'berlin'")) << text;
  EXPECT_TRUE(says(text, "prompt: 'berlin' in a.h5 stands beside 'paris' in b.h5 (2 variables)")) << text;
  EXPECT_TRUE(says(text, "9 of 10              -11.75  layer=2, head=3")) << text;
  EXPECT_TRUE(says(text, "layer=2, head=3       12     0.25      -11.75")) << text;
  EXPECT_TRUE(says(text, "9 of the top 10 in common")) << text;
  EXPECT_TRUE(says(text, "layer=2, head=3             1            12  12 and 0.25")) << text;
  EXPECT_TRUE(says(text, "scores.significant: 2 of 12 changed between 0 and 1")) << text;
  EXPECT_TRUE(says(text, "1 are 1 in a.h5 only: layer=0, head=1")) << text;
  EXPECT_TRUE(says(text, "1 are 1 in b.h5 only: layer=0, head=0")) << text;
  EXPECT_LE(lines_of(text).size(), 24U) << "one screen";
}

TEST_F(Compare, OfPValuesTellsWhatBecameSignificantAndNoRanks) {
  one.change_is = other.change_is = Relation::p_value;
  make("p.h5", one);
  make("q.h5", other);
  const std::string text = succeed({"compare", "p.h5", "q.h5"});
  EXPECT_FALSE(says(text, "9 of")) << text;
  EXPECT_FALSE(says(text, "changed rank")) << text;
  EXPECT_TRUE(says(text, "scores.significant: 2 of 12 changed between 0 and 1")) << text;
  const Json found = json({"p.h5", "q.h5", "--only", "scores.change"})[0]["variables"];
  EXPECT_TRUE(found[0]["top_in_common"].is_null());
  EXPECT_TRUE(found[0]["changed_rank"].empty());
}

TEST_F(Compare, GivesAllToPrograms) {
  const Json found = json({"a.h5", "b.h5", "--only", "scores.change"})[0]["variables"];
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0]["values"], 12);
  EXPECT_EQ(found[0]["top_in_common"], 9);
  EXPECT_EQ(found[0]["largest_differences"][0]["at"]["head"], "3");
  EXPECT_EQ(found[0]["changed_rank"][0]["second_rank"], 12);
  const Words rows = lines_of(succeed({"compare", "a.h5", "b.h5", "a.h5", "--csv"}));
  EXPECT_EQ(rows.size(), 7U) << "a header, and two variables of each two files";
  EXPECT_TRUE(rows[0].starts_with("first,second,variable,problem,values,")) << rows[0];
  EXPECT_TRUE(rows[6].starts_with("b.h5,a.h5,scores.significant,,12,0,0,10,")) << rows[6];
}

TEST_F(Compare, MatchesByLabels) {
  other.layers = {2, 7, 0};
  make("b.h5", other);
  const std::string text = succeed({"compare", "a.h5", "b.h5"});
  EXPECT_TRUE(says(text, "layer: '1' in a.h5 only (2 variables)")) << text;
  EXPECT_TRUE(says(text, "layer: '7' in b.h5 only (2 variables)")) << text;
  const Json found = json({"a.h5", "b.h5", "--only", "scores.change"})[0]["variables"][0];
  EXPECT_EQ(found["values"], 8);
  EXPECT_EQ(found["largest_difference"], 8) << "from 1 to 9 in layer 0";
}

TEST_F(Compare, SaysWhyNothingMatches) {
  other.layers = {5, 6, 7};
  make("b.h5", other);
  const std::string text = succeed({"compare", "a.h5", "b.h5"});
  EXPECT_TRUE(says(text, "-  no label in common along layer")) << text;
}

TEST_F(Compare, KeepsLabelsOnTheirLines) {
  other.prompt = "x\n\x1b[31m<script>" + std::string(200, 'y');
  make("b.h5", other);
  const std::string text = succeed({"compare", "a.h5", "b.h5"});
  EXPECT_TRUE(says(text, "beside 'x\\n\\x1b[31m<script>yyy")) << text;
  for (const std::string& line : lines_of(text)) EXPECT_LT(line.size(), 200U) << line;
}

TEST_F(Compare, TakesWhatIsThere) {
  other.change[0] = std::numeric_limits<double>::infinity();
  other.change[1] = std::nan("");
  make("b.h5", other);
  const Json found = json({"a.h5", "b.h5", "--only", "scores.change"})[0]["variables"][0];
  EXPECT_EQ(found["first_only"], 1);
  EXPECT_EQ(found["infinite"], 1);
  other.finished = false;
  make("b.h5", other);
  const std::string text = succeed({"compare", "a.h5", "b.h5"});
  EXPECT_TRUE(says(text, "b.h5: NOT COMPLETE: prompts 0 done, 1 pending")) << text;
  EXPECT_TRUE(json({"a.h5", "b.h5"})[0]["variables"][0]["correlation"].is_null());
}

TEST_F(Compare, SaysWhenAllIsEqual) {
  const std::string text = succeed({"compare", "a.h5", "a.h5"});
  EXPECT_TRUE(says(text, "no setting that decides results differs")) << text;
  EXPECT_TRUE(says(text, "2 variables are equal in every value")) << text;
}

TEST_F(Compare, WritesAPageThatSaysTheSame) {
  const FakeVega vega;
  EXPECT_EQ(succeed({"compare", "a.h5", "b.h5", "--report"}), "a_compared.html\n");
  const std::string page = read_file(folder.path() / "a_compared.html");
  for (const char* part :
       {"2 runs compared", "prompt: &#39;berlin&#39; in a.h5 stands beside &#39;paris&#39; in b.h5",
        "0 of 2 variables that both keep are equal in every value",
        "-11.75 nat at layer=2, head=3: 12 in a.h5, 0.25 in b.h5", "9 of 10 are among the largest of both",
        "of most changed rank, layer=2, head=3: 1 in a.h5, 12 in b.h5",
        "2 of 12 changed between 0 and 1; 1 are 1 in a.h5 only: layer=0, head=1",
        "data-name=\"scores.change a.h5\"", "data-name=\"scores.change b.h5\""})
    EXPECT_TRUE(says(page, part)) << part;
  EXPECT_EQ(succeed({"compare", "a.h5", "b.h5", "a.h5", "--report=x.html", "--only", "scores.change"}),
            "x.html\n");
  const std::string three = read_file(folder.path() / "x.html");
  EXPECT_TRUE(says(three, "3 runs compared"));
  EXPECT_FALSE(says(three, "scores.significant a.h5")) << "it was not asked for";
}

TEST_F(Compare, OfAPageSaysWhatCannotBe) {
  const FakeVega vega;
  refuse({"compare", "a.h5", "b.h5", "--report=b.h5"}, 3, {"b.h5: is a run file"});
  write("mine.html", "mine");
  refuse({"compare", "a.h5", "b.h5", "--report=mine.html"}, 3, {"mine.html: is there already"});
  refuse({"compare", "a.h5", "b.h5", "--report", "--json"}, 2, {"exclude each other"});
  other.prompt = "</title><script>alert(1)</script>";
  other.layers = {5, 6, 7};
  make("b.h5", other);
  succeed({"compare", "a.h5", "b.h5", "--report"});
  const std::string page = read_file(folder.path() / "a_compared.html");
  EXPECT_TRUE(says(page, "no label in common along layer"));
  EXPECT_FALSE(says(page, "<script>alert"));
  other.finished = false;
  make("b.h5", other);
  succeed({"compare", "a.h5", "b.h5", "--report"});
  EXPECT_TRUE(says(read_file(folder.path() / "a_compared.html"), "NOT COMPLETE: prompts 0 done, 1 pending"));
}

TEST_F(Compare, ThePageDrawsWhatDiffersAlone) {
  other.change = one.change;
  make("c.h5", other);
  succeed({"compare", "a.h5", "c.h5", "--report=c.html"});
  const std::string page = read_file(folder.path() / "c.html");
  EXPECT_TRUE(says(page, "data-name=\"scores.significant a.h5\""));
  EXPECT_FALSE(says(page, "data-name=\"scores.change")) << "equal in every value";
}

TEST_F(Compare, RefusesWhatCannotBeCompared) {
  refuse({"compare", "a.h5"}, 2, {"two run files or more"});
  refuse({"compare", "a.h5", "none.h5"}, 3, {"none.h5: no such run file"});
  refuse({"compare", "a.h5", "b.h5", "--only", "score"}, 2, {"a.h5 has no result 'score'", "did you mean"});
  write("w.yaml", kSweep);
  succeed({"run", "w.yaml", "--quiet"});
  refuse({"compare", "a.h5", "sweep.h5", "--only", "scores"}, 2, {"no result in common"});
}

}  // namespace
}  // namespace hookflow::test

// Prompts that a workflow makes: in the run file they are prompts like any others.
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

constexpr const char* kTemplate = R"(workflow: gifts
model: nano
prompts:
  template: "When {A} and {B} went to the {place}, {B} gave a gift to"
  A: [Sam, Tom, Anna]
  B: [Anna, Sam]
  place: [park, shop]
  columns: {target: " {A}", contrast: " {B}"}
  count: 6
  seed: 1
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: pass, tokens: [target, contrast]}
keep: [scores]
)";

constexpr const char* kRandom = R"(workflow: induction
model: nano
prompts: {random_tokens: 5, repeat: 2, count: 4, seed: 1}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  scores: {stage: measure.prediction, in: pass, metrics: entropy}
keep: [scores]
)";

class MadePrompts : public Cli {
 protected:
  MadePrompts() {
    write("t.yaml", kTemplate);
    write("r.yaml", kRandom);
  }
};

TEST_F(MadePrompts, StandInTheFileWithTheirColumns) {
  succeed({"run", "t.yaml", "--out", "t.h5", "--quiet"});
  const Words rows = lines_of(succeed({"inspect", "t.h5", "prompts", "--csv"}));
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[0], "prompt,A,B,contrast,place,target,text");
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_TRUE(rows[i].starts_with("p-00" + std::to_string(i) + ",")) << rows[i];
    EXPECT_NE(rows[i].find(",\"When "), std::string::npos) << rows[i];
  }
  succeed({"run", "r.yaml", "--out", "r.h5", "--quiet"});
  const Words random = lines_of(succeed({"inspect", "r.h5", "prompts", "--csv"}));
  ASSERT_EQ(random.size(), 5U);
  EXPECT_EQ(random[0], "prompt,ids,text");
  Words ids;
  std::istringstream words(random[1].substr(random[1].find(',') + 1));
  for (std::string id; words >> id && ids.size() < 10;) ids.push_back(id.substr(0, id.find(',')));
  ASSERT_EQ(ids.size(), 10U) << random[1];
  EXPECT_EQ(Words(ids.begin(), ids.begin() + 5), Words(ids.begin() + 5, ids.end()));
}

TEST_F(MadePrompts, AreTheSameInEveryRunAndWhereOneGoesOn) {
  for (const std::string name : {"t", "r"}) {
    succeed({"run", name + ".yaml", "--out", "one.h5", "--quiet", "--force"});
    succeed({"run", name + ".yaml", "--out", "two.h5", "--quiet", "--force", "--threads", "1"});
    expect_equal_numbers("one.h5", "two.h5");
    EXPECT_EQ(succeed({"inspect", "one.h5", "prompts", "--csv"}),
              succeed({"inspect", "two.h5", "prompts", "--csv"}));
    succeed({"run", name + ".yaml", "--out", "one.h5", "--resume"});
    succeed({"resume", "one.h5"});
    refuse({"run", name + ".yaml", "--out", "one.h5", "--resume", "--set", "prompts.seed=2"}, 3,
           {"belongs to another run", "prompt 'p-00"});
  }
}

TEST_F(MadePrompts, AreCheckedByValidate) {
  EXPECT_EQ(succeed({"validate", "t.yaml"}), "t.yaml: valid; 3 stages, 6 prompts, model nano\n");
  EXPECT_EQ(succeed({"validate", "r.yaml", "--set", "prompts.count=10"}),
            "r.yaml: valid; 3 stages, 10 prompts, model nano\n");
  refuse({"validate", "t.yaml", "--set", "prompts.count=9"}, 2, {"'count' is 9, but the lists have 8"});
  refuse({"validate", "t.yaml", "--set", "prompts.place=[]", "--set", "prompts.D=[a]"}, 2,
         {"t.yaml: prompts: the list 'place' is empty", "t.yaml: prompts: the list 'D' is not used"});
  refuse({"validate", "r.yaml", "--set", "tokens.bos=true"}, 3, {"must begin with the BOS token"});
  succeed({"validate", "r.yaml", "--set", "tokens.bos=true", "--set", "prompts.bos=true"});
  refuse({"validate", "r.yaml", "--set", "prompts.random_tokens=100000"}, 2,
         {"is longer than the model's context of"});
}

}  // namespace
}  // namespace hookflow::test

// The page of all stages: up to date, and its examples run.
#include <fstream>

#include "pipeline/describe/stage_example.hpp"
#include "pipeline/stage/registry.hpp"
#include "pipeline/stage/subject.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

using namespace pipeline;

class Describe : public Cli {};

TEST_F(Describe, ThePageOfStagesIsWhatTheProgramWrites) {
  const std::string page = read_file(std::filesystem::path(HOOKFLOW_SOURCE_DIR) / "workflows/STAGES.md");
  EXPECT_EQ(page, succeed({"describe", "--markdown"}))
      << "write it anew: hookflow describe --markdown > workflows/STAGES.md";
}

TEST_F(Describe, EveryExampleIsValidInTheWorkflowOfExamples) {
  const std::string workflow = subject_type().examples;
  write("examples.yaml", workflow);
  EXPECT_EQ(run({"run", "examples.yaml", "--strict"}).code, 0) << "the workflow of examples itself";
  for (const StageDecl* stage : registered_stages()) {
    const std::string example = example_of(*stage);
    EXPECT_EQ(example.find("…"), std::string::npos) << example << ": declare what it is, by such_as()";
    write("w.yaml", workflow + "  " + example + "\n");
    const std::string kept = stage->output == "measures" ? "NAME" : "measures";
    const Outcome outcome = run({"validate", "w.yaml", "--set", "keep=[" + kept + "]"});
    EXPECT_EQ(outcome.code, 0) << example << "\n" << outcome.err;
  }
}

TEST_F(Describe, APageSaysAllThatIsDeclared) {
  const std::string page = succeed({"describe", "--markdown", "aggregate.ttest"});
  for (const char* part : {"- [`aggregate.ttest`](#aggregatettest): t-tests over", "\n## aggregate.ttest\n",
                           "\n  NAME: {stage: aggregate.ttest, in: measures.log_prob_change, over: head}\n",
                           "\n- in, `b` (optional): *measures*, what a is compared with",
                           "\n- out: *measures*, \\<variable>\\_t, ",
                           "\n- a report sums up `*_significant`, `*_mean_difference`\n",
                           "\n| `over` | required | text or a list of texts; at least one",
                           "\n| `kind` | `\"one_sample\"` | a choice | Which test<br>`one_sample`: a against",
                           "\n| `alpha` | `0.05` | a number; between 0 and 1 | "})
    EXPECT_NE(page.find(part), std::string::npos) << part << " is not in\n" << page;
  EXPECT_EQ(page.find("## ablate"), std::string::npos) << "only what is asked for";
  refuse({"describe", "--markdown", "--model", "nano"}, 2, {"--markdown is of stages alone"});
}

}  // namespace
}  // namespace hookflow::test

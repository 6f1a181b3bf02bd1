// Prompts as they are found: those that cannot be run, and those that may not ask what was meant.
#include <nlohmann/json.hpp>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kGood = R"({"id": "good", "text": "Berlin is the capital of", "target": " Germany"})";

class BadRows : public Cli {
 protected:
  BadRows() {
    write("w.yaml", sweep_over("p.jsonl"));
    write("p.jsonl", kGood + "\n{bad\n" + R"({"id": "none", "target": " x"})" + "\n" +
                         R"({"id": "high", "ids": [1, 99999], "target": "1"})" + "\n" +
                         R"({"id": "two", "text": "Paris is", "target": " Germanyx"})" + "\n" +
                         R"({"id": "list", "text": "Rome is", "target": [" Italy"]})" + "\n" +
                         R"({"id": "last", "text": "Rome is", "target": " Germany", "meta": [1]})" + "\n");
  }
  [[nodiscard]] pipeline::RunFileView view() const {
    return pipeline::read_run_file(folder.path() / "sweep.h5");
  }
};

TEST_F(BadRows, AreToldTogether) {
  refuse({"run", "w.yaml"}, 3,
         {"p.jsonl:2: not JSON", "\np.jsonl:3: neither 'text' nor 'ids' is given; must be one of the two",
          "\np.jsonl:4: prompt 'high': token id 99999", "\n  p.jsonl:5: prompt 'two': target: ' Germanyx'"});
  const std::string all = read_file(folder.path() / "p.jsonl");
  write("p.jsonl", all.substr(all.find(R"({"id": "high")")));
  refuse(
      {"run", "w.yaml"}, 3,
      {"p.jsonl:1: prompt 'high': token id 99999 is not in the model's vocabulary, 0 to ",
       "\nw.yaml:15: stage 'scores': tokens:\n  p.jsonl:2: prompt 'two': target: ' Germanyx' is 2 tokens",
       "\n  p.jsonl:3: prompt 'list': target: [\" Italy\"] does not name a token; must be text or a number"});
}

TEST_F(BadRows, AreSkippedAndKeptAsFailedPrompts) {
  const std::string said = succeed({"validate", "w.yaml", "--skip-bad"});
  EXPECT_TRUE(contains(said, "7 prompts of which 5 cannot be run")) << said;
  const Outcome outcome = run({"run", "w.yaml", "--skip-bad", "--quiet"});
  EXPECT_EQ(outcome.code, 4) << outcome.err;
  EXPECT_TRUE(contains(outcome.err, "5 of 7 prompts failed\n  prompt '1', stage 'prompts': not JSON"))
      << outcome.err;
  const pipeline::RunFileView file = view();
  EXPECT_TRUE(file.complete);
  std::string stages;
  for (const pipeline::Failure& failure : file.failures) stages += failure.stage + " ";
  EXPECT_EQ(stages, "prompts prompts tokens scores scores ");
  write("p.jsonl", kGood + "\n" + R"({"id": "last", "text": "Rome is", "target": " Germany"})" + "\n");
  succeed({"run", "w.yaml", "--quiet", "--out", "good.h5"});
  const auto all = numbers("sweep.h5").at("scores.log_prob");
  const auto good = numbers("good.h5").at("scores.log_prob");
  const std::size_t row = good.size() / 2;
  EXPECT_TRUE(std::equal(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(row), all.begin()));
  EXPECT_TRUE(std::equal(good.begin() + static_cast<std::ptrdiff_t>(row), good.end(),
                         all.end() - static_cast<std::ptrdiff_t>(row)));
}

TEST_F(BadRows, DoNotKeepARunFromGoingOn) {
  ASSERT_EQ(run({"run", "w.yaml", "--skip-bad", "--quiet", "--fail-fast"}).code, 4);
  EXPECT_FALSE(view().complete);
  EXPECT_EQ(run({"resume", "sweep.h5", "--quiet"}).code, 4);
  EXPECT_TRUE(view().complete);
  EXPECT_EQ(view().failures.size(), 5U);
  const auto before = numbers("sweep.h5");
  EXPECT_EQ(run({"resume", "sweep.h5", "--retry-failed", "--quiet"}).code, 4);
  EXPECT_EQ(view().failures.size(), 5U);
  EXPECT_TRUE(numbers("sweep.h5") == before);
  EXPECT_EQ(succeed({"inspect", "sweep.h5", "--verify"}),
            "sweep.h5: every stored result matches its checksum\n");
  EXPECT_EQ(run({"run", "w.yaml", "--skip-bad", "--resume", "--quiet"}).code, 4);
  refuse({"run", "w.yaml", "--resume"}, 3, {"p.jsonl:2: not JSON"});
  std::string mended = read_file(folder.path() / "p.jsonl");
  mended.replace(mended.find("{bad"), 4, R"({"text": "Paris is", "target": " Germany"})");
  write("p.jsonl", mended);
  refuse({"run", "w.yaml", "--skip-bad", "--resume"}, 3, {"prompt '1', problem: \"not JSON"});
}

TEST_F(BadRows, WithoutAGoodOneAreRefused) {
  write("p.jsonl", "{bad\n" + std::string(R"({"id": "high", "ids": [99999], "target": "1"})") + "\n");
  refuse({"run", "w.yaml", "--skip-bad"}, 3, {"p.jsonl:1: not JSON", "p.jsonl:2: prompt 'high': token id"});
}

class Warnings : public Cli {
 protected:
  Warnings() {
    write("w.yaml", sweep_over("p.jsonl"));
    std::string lines;
    for (int i = 0; i < 6; ++i)
      lines += R"({"text": "Berlin is )" + std::to_string(i) + R"(", "target": "Germany"})" + "\n";
    write("p.jsonl", lines + R"({"id": "space", "text": "Paris is ", "target": " Germany"})" + "\n");
  }
};

TEST_F(Warnings, AreToldSummedUpAndKept) {
  const Outcome outcome = run({"run", "w.yaml", "--quiet"});
  EXPECT_EQ(outcome.code, 0);
  const Words lines = lines_of(outcome.err);
  ASSERT_EQ(lines.size(), 5U) << outcome.err;
  EXPECT_TRUE(
      lines[0].starts_with("hookflow: warning: stage 'tokens', prompt 'space': the text ends in a space"));
  EXPECT_TRUE(
      lines[1].starts_with("hookflow: warning: stage 'scores', prompt '0': target: 'Germany' is taken"));
  EXPECT_EQ(lines[4],
            "hookflow: warning: no leading space: 3 more; `hookflow inspect FILE warnings` lists them");
  EXPECT_EQ(lines_of(succeed({"inspect", "sweep.h5", "warnings"})).size(), 8U);  // with a header
  EXPECT_TRUE(contains(succeed({"inspect", "sweep.h5"}),
                       "is one token too, and 5 more: hookflow inspect sweep.h5 warnings\n"));
  EXPECT_EQ(run({"resume", "sweep.h5", "--quiet"}).err, "");  // said already
  const Outcome json = run({"run", "w.yaml", "--json", "--force"});
  const auto event = nlohmann::json::parse(lines_of(json.err).at(1));
  EXPECT_EQ(event["event"], "warning");
  EXPECT_EQ(event["kind"], "no leading space");
  EXPECT_EQ(event["count"], 6);
}

TEST_F(Warnings, AreErrorsWhereThatIsAsked) {
  for (const char* command : {"run", "validate"})
    EXPECT_EQ(
        lines_of(refuse({command, "w.yaml", "--strict"}, 2,
                        {"w.yaml: stage 'tokens', prompt 'space': ", "w.yaml: stage 'scores', prompt '5': "}))
            .size(),
        7U);
  const Outcome validated = run({"validate", "w.yaml"});
  EXPECT_EQ(validated.code, 0);
  EXPECT_EQ(lines_of(validated.err).size(), 5U);
  write("p.jsonl", R"({"text": "Berlin is", "target": " Germany"})");
  succeed({"run", "w.yaml", "--strict", "--quiet"});
  EXPECT_EQ(succeed({"inspect", "sweep.h5", "warnings"}), "no warnings\n");
}

TEST_F(Warnings, AreNoneOfTheExperimentsThatShip) {
  for (const auto& entry : fs::directory_iterator(fs::path(HOOKFLOW_SOURCE_DIR) / "workflows"))
    if (entry.path().extension() == ".yaml") succeed({"validate", entry.path().string(), "--strict"});
}

TEST_F(BadRows, AreNotLookedForInAFileThatGitKeepsElsewhere) {
  const std::string pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 5\n";
  write("p.jsonl", pointer);
  refuse({"validate", "w.yaml"}, 3, {"p.jsonl: is a Git LFS pointer", "git lfs pull"});
  write("w.yaml", pointer);
  refuse({"validate", "w.yaml"}, 3, {"w.yaml: is a Git LFS pointer", "git lfs pull"});
}

class Ids : public Cli {};

// A tokenizer may know more tokens than the model, such as [PAD].
TEST_F(Ids, OfATokenizerThatIsLargerThanTheModelAreRefused) {
  fs::copy(fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano", folder.path() / "m", fs::copy_options::recursive);
  write("m/added_tokens.json", R"({"[PAD]": 3988})");
  const std::string rule = "token id 3988 is not in the model's vocabulary, 0 to 3987";
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& place) {
    std::string text = sweep_with(from, to);
    text.replace(text.find("nano"), 4, "./m");
    if (text.find("  g: ") != std::string::npos) text.replace(text.find("keep: ["), 7, "keep: [g, ");
    write("w.yaml", text);
    return run({"run", "w.yaml"}).err.find(place) != std::string::npos;
  };
  EXPECT_TRUE(
      refused(" Germany", "[PAD]",
              "prompt 'berlin': target: '[PAD]' is a token of the tokenizer, but not of the model: " + rule));
  EXPECT_TRUE(refused("capital of", "[PAD]", "prompt 'berlin': the tokenizer gives token id 3988"));
  EXPECT_TRUE(refused(
      "tokens: [target]",
      "tokens: [contrast]\n  g: {stage: gather, in: pass, at: blocks.0.attn.hook_q, token: \"[PAD]\"}",
      "stage 'g': token: '[PAD]' is a token of the tokenizer, but not of the model: " + rule));
  EXPECT_TRUE(
      refused("tokens: [target]",
              "tokens: [contrast]\n  g: {stage: gather, in: pass, at: blocks.0.attn.hook_q, token: 3988}",
              "stage 'g': token: " + rule));
}

}  // namespace
}  // namespace hookflow::test

// `hookflow resume`: from the file alone, and never with anything else than what the file was made from.
#include <chrono>
#include <csignal>
#include <thread>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;
const fs::path kNano = fs::path(HOOKFLOW_SOURCE_DIR) / "model/nano";

class Resume : public Cli {
 protected:
  Resume() {
    write("w.yaml", sweep_over("p.jsonl"));
    write("p.jsonl", prompt_lines(200));
  }
  /// Leaves x.h5 about a tenth done.
  void stop_early(Words more = {}) {
    Words words = {"run", "w.yaml", "--out", "x.h5", "--commit-every", "0.05"};
    words.insert(words.end(), more.begin(), more.end());
    const pid_t child = start(words);
    while (!fs::exists(folder.path() / "x.h5")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    ::kill(child, SIGINT);
    const Outcome outcome = wait_for(child);
    ASSERT_EQ(outcome.code, 130) << outcome.err;
  }
  std::string refuse_resume(const Words& arguments, const Words& parts) {
    const std::string before = read_file(folder.path() / "x.h5");
    std::string said = refuse(arguments, 3, parts);
    EXPECT_TRUE(read_file(folder.path() / "x.h5") == before) << "a refused file was changed";
    return said;
  }
};

TEST_F(Resume, NeedsNothingButTheFile) {
  write("p.jsonl", prompt_lines(200) + R"({"id": "of ids", "ids": [1, 2], "target": "3", "empty": ""})" +
                       "\n" + R"({"id": "é\t\"' : {", "text": "a\n\\xff # b: [c", "target": " Germany"})" +
                       "\n");
  // A tab is no part of an id.
  refuse({"run", "w.yaml"}, 3, {"'id' holds a control character"});
  write("p.jsonl", prompt_lines(200) + R"({"id": "of ids", "ids": [1, 2], "target": "3", "empty": ""})" +
                       "\n" + R"({"id": "é\"' : {", "text": "a\n\\xff # b: [c", "target": " Germany"})" +
                       "\n");
  stop_early();
  succeed({"run", "w.yaml", "--out", "whole.h5"});
  fs::remove(folder.path() / "w.yaml");
  fs::remove(folder.path() / "p.jsonl");
  EXPECT_EQ(succeed({"resume", "x.h5", "--threads", "1"}), "x.h5\n");
  EXPECT_TRUE(pipeline::read_run_file(folder.path() / "x.h5").complete);
  expect_equal_numbers("x.h5", "whole.h5");
  EXPECT_EQ(folder.names(), (Words{"whole.h5", "x.h5"}));
  EXPECT_NE(run({"resume", "x.h5"}).err.find("complete already"), std::string::npos);
}

TEST_F(Resume, GroupsPromptsByWhatTheFileSaysOfThem) {
  std::string lines;
  for (int i = 0; i < 200; ++i)
    lines += R"({"text": "Berlin is", "target": " Germany", "kind": ")" +
             std::string(i % 3 == 1 ? "b" : "a") + "\"}\n";
  write("p.jsonl", lines);
  const Words grouped = {"--set", "by_layer.over=prompt", "--set", "by_layer.by=kind"};
  stop_early(grouped);
  Words whole = {"run", "w.yaml", "--out", "whole.h5"};
  whole.insert(whole.end(), grouped.begin(), grouped.end());
  succeed(whole);
  fs::remove(folder.path() / "p.jsonl");
  succeed({"resume", "x.h5", "--threads", "1"});
  expect_equal_numbers("x.h5", "whole.h5");
  EXPECT_EQ(numbers("x.h5").at("by_layer.prob_count").size(), 2U * 8 * 8);
}

TEST_F(Resume, FindsAModelThatMovedAndKnowsItByItsFiles) {
  fs::copy(kNano, folder.path() / "here", fs::copy_options::recursive);
  stop_early({"--model", "./here"});
  fs::rename(folder.path() / "here", folder.path() / "there");
  refuse_resume({"resume", "x.h5"}, {"x.h5: its model is no longer in '", "--model"});
  const std::string weights = read_file(folder.path() / "there/model.safetensors");
  std::string others = weights;
  others.back() = static_cast<char>(others.back() ^ 1);
  write("there/model.safetensors", others);
  refuse_resume({"resume", "x.h5", "--model", "./there"},
                {"x.h5: belongs to another run", "\n  model_sha256: '", "' in the file, '", "' now"});
  write("there/model.safetensors", weights);
  EXPECT_EQ(succeed({"resume", "x.h5", "--model", "./there"}), "x.h5\n");
}

TEST_F(Resume, RefusesAnotherTokenizer) {
  fs::copy(kNano, folder.path() / "model", fs::copy_options::recursive);
  stop_early({"--model", "./model"});
  for (const char* name : {"merges.txt", "tokenizer.json"}) {
    if (!fs::exists(folder.path() / "model" / name)) continue;
    std::ofstream(folder.path() / "model" / name, std::ios::app) << "\n";
  }
  refuse_resume({"resume", "x.h5"}, {"\n  tokenizer_sha256: '"});
}

TEST_F(Resume, NamesTheKeysOfTheWorkflowThatDiffer) {
  stop_early();
  const std::string said =
      refuse_resume({"run", "w.yaml", "--out", "x.h5", "--resume", "--set", "silenced.with={mean: head}",
                     "--set", "batch_tokens=100", "--set", "show=scores.prob"},
                    {R"(stages.silenced.with: ["zero"] in the file, [{"mean":"head"}] now)",
                     "batch_tokens: 256 in the file, 100 now"});
  EXPECT_EQ(lines_of(said).size(), 3U) << said;  // and says nothing of what follows from them
  write("w.yaml", sweep_over("p.jsonl") + "about: other words\n");
  succeed({"run", "w.yaml", "--out", "x.h5", "--resume", "--threads", "1", "--set", "show=scores.prob"});
}

TEST_F(Resume, NamesThePromptsThatDiffer) {
  stop_early();
  const std::string all = prompt_lines(200);
  const auto refuse_prompts = [&](const std::string& lines, const Words& parts) {
    write("p.jsonl", lines);
    refuse_resume({"run", "w.yaml", "--out", "x.h5", "--resume"}, parts);
  };
  refuse_prompts(R"({"text": "Rome is the capital of", "target": " France"})" + all.substr(all.find('\n')),
                 {R"(prompt '0', text: "Berlin is the capital of" in the file, "Rome is the capital of" now)",
                  R"(prompt '0', target: " Germany" in the file, " France" now)"});
  refuse_prompts(prompt_lines(199), {R"(prompt '199': {"id":"199","text":)", "in the file, nothing now"});
  refuse_prompts(prompt_lines(250), {"prompt '200': nothing in the file, ", "... and 30 more"});
  const auto numbered = [](const char* id) {
    return std::string(R"({"text": "Paris is", "target": " Germany", "id": ")") + id + "\"}\n";
  };
  write("p.jsonl", numbered("a") + numbered("b"));
  succeed({"run", "w.yaml", "--out", "x.h5", "--force"});
  refuse_prompts(numbered("b") + numbered("a"), {"order of the prompts, at 0: a in the file, b now"});
}

}  // namespace
}  // namespace hookflow::test

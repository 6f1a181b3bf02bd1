// What edits put in of results over all prompts: workflows, killed and resumed; and what is refused.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

const std::string kStages = R"(stages:
  tokens: {stage: tokenize}
  clean: {stage: forward, in: tokens}
  z: {stage: measure.activation, in: clean, at: "blocks.*.attn.hook_z"}
  z_mean: {stage: aggregate.moments, in: z, over: prompt, statistics: [mean]}
  edited:
    stage: ablate
    in: {clean: clean, values: z_mean}
    at: "blocks.*.attn.hook_z[*]"
    with: [zero, {mean: prompts}, {add: values, times: 2}, {add: values, times: -0.5}]
  effect: {stage: measure.prediction, in: {clean: clean, edited: edited}, tokens: [target]}
  moved:
    stage: forward
    in: {tokens: tokens, values: z_mean}
    edits: [{at: "blocks.1.attn.hook_z", with: {mean: prompts}, positions: [1, 2]}]
  moved_z: {stage: measure.activation, in: moved, at: "blocks.1.attn.hook_z"}
keep: [z_mean, effect, moved_z]
)";

const std::string kPrompts = R"(model: nano
prompts:
  - {id: a, text: "When Sam and Sally went to the park, Sam gave a gift to", target: " Sally", template: one}
  - {id: b, text: "When Tom and Mary went to the park, Tom gave a gift to", target: " Mary", template: two}
  - {id: c, text: "Berlin is the capital of", target: " Germany", template: two}
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = "workflow: values\n" + kPrompts + kStages;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

class GivenValues : public Cli {
 protected:
  GivenValues() { write("w.yaml", "workflow: values\n" + kPrompts + kStages); }

  /// Kills what is done with x.h5 after a while.
  void kill_after(std::chrono::microseconds delay, const std::string& threads) {
    Words words = fs::exists(folder.path() / "x.h5") ? Words{"resume", "x.h5"}
                                                     : Words{"run", "w.yaml", "--out", "x.h5"};
    words.insert(words.end(), {"--quiet", "--threads", threads, "--commit-every", "0.001"});
    const pid_t child = start(words);
    std::this_thread::sleep_for(delay);
    ::kill(child, SIGKILL);
    wait_for(child);
  }
};

TEST_F(GivenValues, PutTheMeanOverPromptsIn) {
  succeed({"run", "w.yaml", "--out", "x.h5", "--quiet"});
  const fs::path file = folder.path() / "x.h5";
  const std::vector<double> mean = pipeline::read_variable(file, "z_mean", "z_mean");
  const std::vector<double> moved = pipeline::read_variable(file, "moved_z", "z");
  const pipeline::RunFileView view = pipeline::read_run_file(file);
  const auto group = std::ranges::find(view.groups, "z_mean", &pipeline::GroupLayout::name);
  ASSERT_NE(group, view.groups.end());
  const auto& axes = group->variables.front().axes;  // layer, position, head, dimension
  const std::size_t row = axes[2].size() * axes[3].size();
  const std::size_t layer = axes[1].size() * row;
  ASSERT_EQ(moved.size(), 3 * layer);
  for (std::size_t prompt = 0; prompt < 3; ++prompt)
    for (std::size_t i = row; i < 3 * row; ++i)
      ASSERT_EQ(moved[prompt * layer + i], static_cast<double>(static_cast<float>(mean[layer + i])));
  const auto effect = std::ranges::find(view.groups, "effect", &pipeline::GroupLayout::name);
  EXPECT_EQ(effect->variables.front().axes[1].coordinates,
            pipeline::Coordinates(std::vector<std::string>{"zero", "mean_prompts", "add_values_times_2",
                                                           "add_values_times_-0.5"}));
}

TEST_F(GivenValues, KilledInAnyPhaseAndResumedAreTheSameToTheBit) {
  const auto begin = std::chrono::steady_clock::now();
  succeed({"run", "w.yaml", "--out", "whole.h5", "--quiet", "--threads", "1"});
  const auto whole =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begin);
  for (int share = 1; share < 8; ++share) {
    fs::remove(folder.path() / "x.h5");
    for (int again = 0; again < 3; ++again) kill_after(whole * share / 8, again % 2 == 0 ? "1" : "2");
    succeed(fs::exists(folder.path() / "x.h5") ? Words{"resume", "x.h5", "--quiet"}
                                               : Words{"run", "w.yaml", "--out", "x.h5", "--quiet"});
    expect_equal_numbers("x.h5", "whole.h5");
    ASSERT_FALSE(HasFailure()) << share;
  }
}

TEST_F(GivenValues, AreOfThePromptsOwnGroup) {
  write("w.yaml", with("over: prompt, statistics", "over: prompt, by: template, statistics"));
  succeed({"run", "w.yaml", "--out", "x.h5", "--quiet"});
  const fs::path file = folder.path() / "x.h5";
  const std::vector<double> mean = pipeline::read_variable(file, "z_mean", "z_mean");
  const std::vector<double> moved = pipeline::read_variable(file, "moved_z", "z");
  const std::size_t layer = moved.size() / 3;
  const std::size_t group = mean.size() / 2;
  const std::size_t row = layer / 14;  // the longest prompt has 14 tokens
  for (std::size_t prompt = 0; prompt < 3; ++prompt)
    for (std::size_t i = row; i < 3 * row; ++i)
      ASSERT_EQ(moved[prompt * layer + i],
                static_cast<double>(static_cast<float>(mean[(prompt == 0 ? 0 : group) + layer + i])));
}

TEST_F(GivenValues, ThatDoNotMatchAreRefusedWithWhatThereIs) {
  const auto refused = [&](const std::string& from, const std::string& to, const Words& parts) {
    write("bad.yaml", with(from, to));
    refuse({"validate", "bad.yaml"}, 2, parts);
  };
  refused("at: \"blocks.*.attn.hook_z[*]\"", "at: blocks.0.hook_resid_mid",
          {"with: {mean: prompts}: takes 'resid_mid_mean' for blocks.*.hook_resid_mid, but what comes of "
           "'z_mean' is z_mean"});
  refused(
      "in: {clean: clean, values: z_mean}", "in: {clean: clean}",
      {"{mean: prompts}: takes what is found over all prompts from the input values, which is not wired"});
  refused("with: [zero, {mean: prompts}, {add: values, times: 2}, {add: values, times: -0.5}]", "with: zero",
          {"'z_mean' comes to the input values, but no edit takes it"});
  refused("at: \"blocks.*.attn.hook_z\"}\n  z_mean", "at: \"blocks.0.attn.hook_z\"}\n  z_mean",
          {"'z_mean' has no layer 1, but blocks.1.attn.hook_z is edited there; it has 0"});
  refused("over: prompt", "over: head",
          {"'z_mean' has an axis 'prompt', which is no axis of blocks.*.attn.hook_z"});
  refused("values: z_mean}\n    edits", "values: clean}\n    edits", {"'clean' gives pass"});
}

TEST_F(GivenValues, ThatLackAPositionRefuseThePromptWithBothNumbers) {
  write("w.yaml", with("at: \"blocks.*.attn.hook_z\"}\n  z_mean",
                       "at: \"blocks.*.attn.hook_z\", positions: \"0:5\"}\n  z_mean"));
  refuse(
      {"validate", "w.yaml"}, 2,
      {"prompt 'a': {mean: prompts}: is edited at position 5, but 'z_mean' has the positions 0, 1, 2, 3, 4"});
}

/// The same of another run's file, w.h5, in a folder of its own.
class FileValues : public GivenValues {
 protected:
  FileValues() {
    succeed({"run", "w.yaml", "--out", "w.h5", "--quiet"});
    std::string text = with("values: z_mean}\n    edits", "}\n    edits");
    const auto replace = [&text](const std::string& from, const std::string& to) {
      text.replace(text.find(from), from.size(), to);
    };
    replace("tokens: tokens, }", "tokens: tokens}");
    replace("{clean: clean, values: z_mean}", "clean");
    replace("{mean: prompts}, {add: values, times: 2}, {add: values, times: -0.5}",
            "{values: \"../w.h5:/z_mean/z_mean\"}, {add: \"../w.h5:/z_mean\", times: 2}, "
            "{add: \"../w.h5:/z_mean/z_mean\", times: -0.5}");
    replace("with: {mean: prompts}", "with: {values: \"../w.h5:/z_mean/z_mean\"}");
    fs::create_directory(folder.path() / "in");
    write("in/f.yaml", text);
  }
};

TEST_F(FileValues, AreThoseOfTheSameRunToTheBit) {
  succeed({"run", "in/f.yaml", "--out", "f.h5", "--quiet"});
  const auto of_file = numbers("f.h5");
  const auto of_run = numbers("w.h5");
  for (const char* name : {"effect.log_prob", "effect.log_prob_change", "moved_z.z"})
    EXPECT_TRUE(of_file.at(name) == of_run.at(name)) << name;
}

TEST_F(FileValues, ArePartOfWhatARunIs) {
  succeed({"run", "in/f.yaml", "--out", "f.h5", "--quiet"});
  succeed({"resume", "f.h5", "--quiet"});
  write("w.yaml", with("text: \"Berlin", "text: \"Paris"));
  succeed({"run", "w.yaml", "--out", "w.h5", "--quiet", "--force"});
  refuse({"resume", "f.h5"}, 3, {"file_..:w.h5"});
}

TEST_F(FileValues, OfALargeFileAreHashedOnce) {
  std::string prompts = "workflow: large\nmodel: nano\nprompts:\n";
  for (int i = 0; i < 320; ++i)
    prompts += "  - {text: \"When Sam and Sally went to the park, Sam gave a gift to\"}\n";
  write("w.yaml", prompts + kStages.substr(0, kStages.find("  edited:")) + "keep: [z, z_mean]\n");
  succeed({"run", "w.yaml", "--out", "w.h5", "--quiet", "--force"});
  ASSERT_GT(fs::file_size(folder.path() / "w.h5"), std::uintmax_t{1} << 24);
  std::this_thread::sleep_for(std::chrono::milliseconds(3100));  // a file that has just changed is read again
  ::setenv("XDG_CACHE_HOME", folder.path().c_str(), 1);
  succeed({"run", "in/f.yaml", "--out", "f.h5", "--quiet"});
  for (const auto& entry : fs::directory_iterator(folder.path() / "hookflow/sha256"))
    std::ofstream(entry.path()) << std::string(64, 'e');  // what stands there is what it is known by
  refuse({"resume", "f.h5"}, 3, {"file_..:w.h5", std::string(12, 'e')});
  ::unsetenv("XDG_CACHE_HOME");
}

TEST_F(FileValues, ThatAreNotThereAreRefused) {
  const std::string text = read_file(folder.path() / "in/f.yaml");
  const auto refused = [&](const std::string& from, const std::string& to, int code, const Words& parts) {
    std::string bad = text;
    write("in/bad.yaml", bad.replace(bad.find(from), from.size(), to));
    refuse({"validate", "in/bad.yaml"}, code, parts);
  };
  const std::string name = "../w.h5:/z_mean/z_mean";
  refused(name, "../none.h5:/z_mean/z_mean", 3, {"none.h5"});
  refused(name, "../w.h5:/z_maen/z_mean", 2, {"has no results of a stage 'z_maen' (did you mean 'z_mean'?)"});
  refused(name, "../w.h5:/z_mean/z_maen", 2, {"'z_mean' has no variable 'z_maen' (did you mean 'z_mean'?)"});
  refused(name, "w.h5", 2, {"values: 'w.h5' must be", "FILE.h5:/stage/variable"});
  refused(name, "../w.h5:/z_mean/z_mean[layer=9]", 2, {"the axis 'layer' has no '9'"});
  refused(name, "../w.h5:/effect/log_prob", 2, {"'log_prob' has no axis 'dimension'"});
}

}  // namespace
}  // namespace hookflow::test

// A run that is cut into shares, wherever they run and however often they are killed, and put together again
// is the run that one machine makes.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "pipeline/engine/provenance.hpp"
#include "pipeline/run_file/store/run_store.hpp"
#include "pipeline/shards/share_layout.hpp"
#include "tests/support/cli.hpp"

namespace hookflow::test {
namespace {

namespace fs = std::filesystem;

constexpr int kWaits = 5;

/// A mean over all prompts is put in the heads' place: a second phase.
const std::string kTwoPhases = R"(workflow: two
model: nano
prompts: {file: p.jsonl}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  z: {stage: measure.activation, in: pass, at: "blocks.0.attn.hook_z"}
  z_mean: {stage: aggregate.moments, in: z, over: prompt, statistics: [mean]}
  heads:
    stage: ablate
    in: {clean: pass, values: z_mean}
    at: "blocks.0.attn.hook_z[*]"
    with: {mean: prompts}
    positions: last
  scores: {stage: measure.prediction, in: [pass, heads], metrics: [logit], tokens: [target]}
  effect: {stage: aggregate.moments, in: scores.logit_change, over: prompt, statistics: [mean]}
keep: [scores, effect]
figures:
  - {of: effect.logit_change_mean}
)";

/// That begin differently, and so share nothing.
std::string different_prompts(std::size_t count) {
  std::string lines;
  for (std::size_t i = 0; i < count; ++i)
    lines +=
        R"({"text": ")" + std::to_string(i) + R"( Berlin is the capital of", "target": " Germany"})" + "\n";
  return lines;
}

class Merge : public Cli {
 protected:
  explicit Merge(std::size_t prompts = 120) {  // several batches
    write("w.yaml", sweep_over("p.jsonl"));
    write("p.jsonl", different_prompts(prompts));
  }
  static std::string shard_name(std::size_t number, std::size_t count, const std::string& name = "sweep") {
    return name + "." + std::to_string(number) + "-of-" + std::to_string(count) + ".h5";
  }
  static Words shard_names(std::size_t count, const std::string& name = "sweep") {
    Words names;
    for (std::size_t number = 1; number <= count; ++number) names.push_back(shard_name(number, count, name));
    return names;
  }
  Words share_command(std::size_t number, std::size_t count, const std::string& workflow = "w.yaml") const {
    return {"run",      workflow,  "--quiet",
            "--resume", "--shard", std::to_string(number) + "/" + std::to_string(count)};
  }
  void run_shares(std::size_t count, int code = 0, const std::string& workflow = "w.yaml") {
    for (std::size_t number = 1; number <= count; ++number)
      EXPECT_EQ(run(share_command(number, count, workflow)).code, code);
  }
  static Words merge_command(const Words& shards, const std::string& out = "merged.h5") {
    Words words = {"merge", out};
    words.insert(words.end(), shards.begin(), shards.end());
    return words;
  }
  void expect_whole(const std::string& merged = "merged.h5", const std::string& workflow = "w.yaml") {
    succeed({"run", workflow, "--quiet", "--out", "whole.h5", "--force"});
    succeed({"diff", merged, "whole.h5"});
    expect_equal_numbers(merged, "whole.h5");
    succeed({"inspect", merged, "--verify"});
  }
  /// Flips a bit of a variable's bytes, at a share of them.
  void flip(const std::string& name, const std::string& group, const std::string& variable,
            double at_share) const {
    const std::string path = (folder.path() / name).string();
    const auto at = pipeline::RunFile(path).read([&](const pipeline::h5::File& file) {
      const pipeline::h5::ByteRange bytes = file.open_group(group).open_dataset(variable).bytes();
      return static_cast<std::streamoff>(static_cast<double>(bytes.first) +
                                         at_share * static_cast<double>(bytes.size - 1));
    });
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(at);
    const auto byte = static_cast<char>(file.get() ^ 1);
    file.seekp(at);
    file.put(byte);
  }
  [[nodiscard]] std::uintmax_t size(const std::string& name) const {
    return fs::file_size(folder.path() / name);
  }
};

TEST_F(Merge, OfAllSharesIsTheWholeRun) {
  run_shares(3);
  EXPECT_EQ(succeed(merge_command(shard_names(3))), "merged.h5\n");
  expect_whole();
  EXPECT_TRUE(pipeline::read_run_file(folder.path() / "merged.h5").complete);
}

TEST_F(Merge, TakesWhatIsThereAndTheRestLater) {
  run_shares(4);
  fs::rename(folder.path() / shard_name(2, 4), folder.path() / "late.h5");
  const Outcome first =
      run(merge_command({shard_name(1, 4), shard_name(2, 4), shard_name(3, 4), shard_name(4, 4)}));
  EXPECT_EQ(first.code, kWaits) << first.err;
  EXPECT_NE(first.err.find("share 2/4: "), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("no file of it was given"), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("hookflow resume merged.h5"), std::string::npos) << first.err;
  EXPECT_FALSE(pipeline::read_run_file(folder.path() / "merged.h5").complete);
  succeed(merge_command({"late.h5"}));
  expect_whole();
}

TEST_F(Merge, LeavesWhatIsMissingToResume) {
  for (const std::size_t number : {1, 3}) succeed(share_command(number, 3));
  EXPECT_EQ(run(merge_command({shard_name(1, 3), shard_name(3, 3)})).code, kWaits);
  succeed({"resume", "merged.h5", "--quiet"});
  expect_whole();
}

TEST_F(Merge, NeedsThePromptsOfMissingShares) {
  succeed(share_command(1, 3));
  write("p.jsonl", different_prompts(121));
  refuse(merge_command({shard_name(1, 3)}), 3, {"prompts of shards that are missing", "have changed"});
  fs::remove(folder.path() / "p.jsonl");
  refuse(merge_command({shard_name(1, 3)}), 3, {"prompts of shards that are missing", "p.jsonl"});
}

TEST_F(Merge, OfSharesThatWereKilledIsTheWholeRun) {
  write("p.jsonl", different_prompts(300));
  int killed = 0;
  for (std::size_t number = 1; number <= 2; ++number) {
    for (int attempt = 0; attempt < 4; ++attempt) {
      Words words = share_command(number, 2);
      words.insert(words.end(), {"--commit-every", "0.01", "--threads", "1"});
      const pid_t child = start(words);
      std::this_thread::sleep_for(std::chrono::milliseconds(60 + 50 * attempt));
      ::kill(child, SIGKILL);
      killed += wait_for(child).code == -SIGKILL ? 1 : 0;
    }
  }
  EXPECT_GT(killed, 2);
  run_shares(2);
  succeed(merge_command(shard_names(2)));
  expect_whole();
}

TEST_F(Merge, GoesOnWhereItWasKilled) {
  write("p.jsonl", different_prompts(300));
  run_shares(2);
  int killed = 0;
  for (int attempt = 0; attempt < 8; ++attempt) {
    const pid_t child = start(merge_command(shard_names(2)));
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + 40 * attempt));
    ::kill(child, attempt % 2 == 0 ? SIGKILL : SIGTERM);
    const int code = wait_for(child).code;
    EXPECT_TRUE(code == 0 || code == -SIGKILL || code == -SIGTERM || code == 143) << code;
    killed += code != 0 ? 1 : 0;
  }
  EXPECT_GT(killed, 0);
  succeed(merge_command(shard_names(2)));
  expect_whole();
}

TEST_F(Merge, LeavesOutWhatIsDamaged) {
  run_shares(2);
  flip(shard_name(2, 2), "scores", "log_prob", 1);
  const Outcome outcome = run(merge_command(shard_names(2)));
  EXPECT_EQ(outcome.code, kWaits);
  EXPECT_NE(outcome.err.find(shard_name(2, 2) + " is damaged: results of 1 prompt"), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("share 2/2: 1 prompt of"), std::string::npos) << outcome.err;
  succeed({"resume", "merged.h5", "--quiet"});
  expect_whole();
}

// Prompts of which one alone is all that is read at once, or more; and shares that are given twice.
class LargePrompts : public Merge, public testing::WithParamInterface<std::string> {};

TEST_P(LargePrompts, AreMergedButForWhatIsDamaged) {
  write("p.jsonl", different_prompts(5));
  write("large.yaml", R"(workflow: large
model: nano
prompts: {file: p.jsonl}
stages:
  tokens: {stage: tokenize}
  pass: {stage: forward, in: tokens}
  heads: {stage: ablate, in: pass, at: "blocks.*.attn.hook_z[*]", with: [zero, )" +
                          GetParam() + R"(]}
  words: {stage: measure.vocabulary, in: [heads]}
  clean: {stage: measure.vocabulary, in: [pass]}
keep: [words, clean]
)");
  run_shares(2, 0, "large.yaml");
  fs::copy(folder.path() / shard_name(2, 2, "large"), folder.path() / "copy.h5");
  for (const double at : {0.0, 0.5, 0.51, 1.0}) flip(shard_name(2, 2, "large"), "words", "log_prob", at);
  const Words shards = {shard_name(1, 2, "large"), shard_name(1, 2, "large"), shard_name(2, 2, "large")};
  const Outcome first = run(merge_command(shards));
  EXPECT_EQ(first.code, kWaits);
  EXPECT_NE(first.err.find(shard_name(2, 2, "large") + " is damaged: results of "), std::string::npos);
  EXPECT_EQ(first.err.find("share 1/2"), std::string::npos) << first.err;
  EXPECT_NE(first.err.find("share 2/2: "), std::string::npos) << first.err;
  succeed({"inspect", "merged.h5", "--verify"});
  succeed(merge_command({shard_name(2, 2, "large"), "copy.h5"}));
  expect_whole("merged.h5", "large.yaml");
}

INSTANTIATE_TEST_SUITE_P(MegabytesOfAPrompt, LargePrompts,  // two, or five
                         testing::Values("{mean: head}", "{mean: head}, {value: 1}, {value: 2}, {value: 3}"));

TEST_F(Merge, LeavesOutAFileThatCannotBeRead) {
  run_shares(2);
  write(shard_name(2, 2), "no HDF5");
  const Outcome outcome = run(merge_command(shard_names(2)));
  EXPECT_EQ(outcome.code, kWaits);
  EXPECT_NE(outcome.err.find(shard_name(2, 2) + ": not an HDF5 file"), std::string::npos) << outcome.err;
}

TEST_F(Merge, TakesSharesWithNothingInThem) {
  write("p.jsonl", different_prompts(2));
  run_shares(30);
  succeed(merge_command(shard_names(30)));
  expect_whole();
}

TEST_F(Merge, KeepsWhichPromptsFailed) {
  write("p.jsonl", different_prompts(60) + R"({"text": "Paris is", "target": " Nowhereatall"})" + "\n" +
                       different_prompts(9));
  const Words skip = {"--skip-bad"};
  for (std::size_t number = 1; number <= 3; ++number) {
    Words words = share_command(number, 3);
    words.push_back("--skip-bad");
    const int code = run(words).code;
    EXPECT_TRUE(code == 0 || code == 4) << code;
  }
  EXPECT_EQ(run(merge_command(shard_names(3))).code, 4);
  EXPECT_EQ(run({"run", "w.yaml", "--quiet", "--out", "whole.h5", "--skip-bad"}).code, 4);
  succeed({"diff", "merged.h5", "whole.h5"});
}

TEST_F(Merge, OfWhatNeedsAnAggregateSharesTheRestOut) {
  write("two.yaml", kTwoPhases);
  run_shares(3, kWaits, "two.yaml");
  EXPECT_EQ(run(merge_command(shard_names(3, "two"), "m.h5")).code, kWaits);
  for (std::size_t number = 1; number <= 2; ++number)
    succeed({"resume", "m.h5", "--quiet", "--shard", std::to_string(number) + "/2"});
  succeed({"resume", "m.h5", "--quiet", "--shard", "2/2"});  // again: it is complete
  const Words second = shard_names(2, "m.phase-2");
  refuse({"report", second[0], second[1]}, 3, {"merge it into the file that it was cut from"});
  EXPECT_NE(
      succeed({"inspect", shard_name(1, 3, "two"), second[1]}).find("phase 2: no file of 1 share of 2: 1"),
      std::string::npos);
  fs::remove(folder.path() / "p.jsonl");  // all prompts are in m.h5
  EXPECT_EQ(run(merge_command({second[1]}, "m.h5")).code, kWaits);
  succeed(merge_command({second[0]}, "m.h5"));
  write("p.jsonl", different_prompts(120));
  expect_whole("m.h5", "two.yaml");
  const Outcome nothing = run({"resume", "m.h5", "--shard", "1/2"});
  EXPECT_NE(nothing.err.find("nothing to share out"), std::string::npos) << nothing.err;
}

TEST_F(Merge, SharesOutNothingBeforeItsTime) {
  write("two.yaml", kTwoPhases);
  Words words = share_command(1, 2, "two.yaml");
  words.push_back("--report=page.html");
  EXPECT_EQ(run(words).code, kWaits);
  EXPECT_TRUE(fs::exists(folder.path() / "page.html"));  // without the figure of what comes with merging
  EXPECT_EQ(run(merge_command({shard_name(1, 2, "two")}, "m.h5")).code, kWaits);
  refuse({"resume", "m.h5", "--shard", "1/2"}, 3, {"m.h5: cannot be shared out yet"});
}

TEST_F(Merge, RefusesWhatDoesNotBelongTogether) {
  run_shares(2);
  write("other.yaml", std::string(sweep_over("p.jsonl")).replace(0, 15, "workflow: other"));
  succeed({"run", "other.yaml", "--quiet", "--shard", "2/2", "--set", "silenced.with={mean: head}"});
  refuse(merge_command({shard_name(1, 2), shard_name(2, 2, "other")}), 3,
         {"other.2-of-2.h5: cannot be merged with sweep.1-of-2.h5", "stages.silenced.with"});
  succeed(share_command(1, 3));
  refuse(merge_command({shard_name(1, 2), shard_name(1, 3)}), 3, {"number of shares: '2'", "'3'"});
  write("q.jsonl", different_prompts(119));
  write("prompts.yaml", sweep_over("q.jsonl"));
  succeed({"run", "prompts.yaml", "--quiet", "--out", "q.h5", "--shard", "2/2"});
  refuse(merge_command({shard_name(1, 2), "q.2-of-2.h5"}), 3, {"prompts_sha256"});
  succeed({"run", "w.yaml", "--quiet", "--out", "all.h5"});
  refuse(merge_command({shard_name(1, 2), "all.h5"}), 2, {"all.h5: has a whole run"});
  refuse(merge_command(shard_names(2), "all.h5"), 3, {"all.h5: the file exists and was not made by merge"});
  refuse(merge_command({shard_name(1, 2), "no.h5"}, shard_name(1, 2)), 2,
         {"is the file that shards are merged into"});
  refuse(merge_command(shard_names(2), "w.yaml"), 3, {"w.yaml: "});
  succeed(merge_command(shard_names(2)));
  refuse(merge_command({shard_name(1, 2), "merged.h5"}, "again.h5"), 2, {"merged.h5: has a whole run"});
}

TEST_F(Merge, RefusesWhatOtherKernelsComputedUnlessTold) {
  ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
  EXPECT_EQ(run(share_command(2, 2)).code, 0);
  ::unsetenv("OPENBLAS_CORETYPE");
  succeed(share_command(1, 2));
  refuse(merge_command(shard_names(2)), 3, {"may round otherwise (--mixed ", "Prescott"});
  EXPECT_FALSE(fs::exists(folder.path() / "merged.h5"));
  EXPECT_EQ(run(merge_command({shard_name(1, 2)}, "steps.h5")).code, kWaits);
  refuse(merge_command({shard_name(2, 2)}, "steps.h5"), 3, {": steps.h5", "Prescott"});
  Words words = merge_command(shard_names(2));
  words.push_back("--mixed");
  succeed(words);
  const auto computed_by = [&](const std::string& lane) {
    return pipeline::RunFile(folder.path() / "merged.h5").read([&](const pipeline::h5::File& file) {
      return file.open_group("checkpoint").open_dataset("kernel_" + lane).read_all<std::uint8_t>();
    });
  };
  const auto first = static_cast<std::size_t>(std::ranges::count(computed_by("items"), 1));
  EXPECT_GT(first, 0U);
  EXPECT_LT(first, 120U);
  EXPECT_EQ(first + static_cast<std::size_t>(std::ranges::count(computed_by("items"), 2)), 120U);
}

TEST_F(Merge, RefusesAShareThatWentOnWithOtherKernelsUnlessTold) {
  write("p.jsonl", different_prompts(600));
  Words words = share_command(1, 2);
  words.insert(words.end(), {"--commit-every", "0", "--threads", "1"});
  const pid_t child = start(words);
  const auto begun = [&] {
    const fs::path file = folder.path() / shard_name(1, 2);
    return fs::exists(file) && succeed({"inspect", file}).find(" 0 done") == std::string::npos;
  };
  for (int wait = 0; wait < 1000 && !begun(); ++wait)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  ::kill(child, SIGTERM);
  ASSERT_EQ(wait_for(child).code, 128 + SIGTERM);
  ::setenv("OPENBLAS_CORETYPE", "Prescott", 1);
  const Outcome resumed = run(share_command(1, 2));
  ::unsetenv("OPENBLAS_CORETYPE");
  EXPECT_NE(resumed.err.find(" now may differ from that in the last bits"), std::string::npos) << resumed.err;
  succeed(share_command(2, 2));
  refuse(merge_command(shard_names(2)), 3, {"may round otherwise", "Prescott"});
  words = merge_command(shard_names(2));
  words.push_back("--mixed");
  succeed(words);
}

TEST_F(Merge, NamesAWrongShare) {
  for (const std::string share : {"0/8", "9/8", "1/0", "x", "1/", "-1/2"})
    refuse({"run", "w.yaml", "--shard", share}, 2, {share});
  refuse({"run", "w.yaml", "--shard", "auto"}, 2, {"SLURM_ARRAY_TASK_ID"});
  refuse({"run", "w.yaml", "--shard", "1/2", "--shards", "2"}, 2, {"--shards needs --shard auto"});
}

TEST_F(Merge, IsToldBeforeTheRunWhatAShareTakes) {
  const std::string all = succeed({"run", "w.yaml", "--dry-run"});
  EXPECT_EQ(all.find("of the whole run"), std::string::npos) << all;
  const std::string share = succeed({"run", "w.yaml", "--dry-run", "--shard", "2/3"});
  EXPECT_NE(share.find("FLOP of the whole run\n"), std::string::npos) << share;
  EXPECT_NE(share.find("\nshare 2/3: "), std::string::npos) << share;
}

TEST_F(Merge, GoesOnWithAShareByItsOwnCommandAlone) {
  succeed(share_command(2, 3));
  const std::string name = shard_name(2, 3);
  refuse({"resume", name}, 3, {"has share 2/3 of a run", "run w.yaml --quiet --resume --shard 2/3"});
  refuse({"run", "w.yaml", "--shard", "1/3", "--out", "x.h5", "--set", "workflow=x", "--resume", "--out",
          "x.h5"},
         2, {});
  fs::rename(folder.path() / name, folder.path() / shard_name(1, 3));
  refuse(share_command(1, 3), 3, {"share of the run: '2/3' in the file, '1/3' now"});
  fs::rename(folder.path() / shard_name(1, 3), folder.path() / "sweep.h5");
  refuse({"run", "w.yaml", "--resume"}, 3, {"share of the run: '2/3' in the file, the whole run now"});
}

TEST_F(Merge, RefusesAShareThatWasCutOtherwise) {
  succeed(share_command(1, 3));
  const fs::path here = fs::current_path();
  fs::current_path(folder.path());
  pipeline::PlannedRun planned = pipeline::make_plan(pipeline::read_workflow("w.yaml", {}));
  pipeline::take_share(planned, {2, 2}, 0);
  planned.layout.share->name = "2/3";
  pipeline::RunStore::create({"old.h5", false}, planned.layout, pipeline::run_identity(planned.plan, {}),
                             pipeline::run_provenance(planned.plan, 1, {}));
  fs::current_path(here);
  refuse(merge_command({shard_name(1, 3), "old.h5"}), 3, {"old.h5: the run would not be cut so now"});
}

TEST_F(Merge, RefusesAShareThatIsBeingWritten) {
  write("p.jsonl", different_prompts(300));
  const pid_t child = start({"run", "w.yaml", "--shard", "1/2", "--threads", "1"});
  while (!fs::exists(folder.path() / shard_name(1, 2)))
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ::kill(child, SIGSTOP);
  EXPECT_NE(run(share_command(1, 2)).err.find("is being written by another process"), std::string::npos);
  const Outcome merged = run(merge_command({shard_name(1, 2)}));
  EXPECT_EQ(merged.code, kWaits);
  EXPECT_NE(merged.err.find("is being written; merge it again once that ends"), std::string::npos)
      << merged.err;
  EXPECT_NE(succeed({"inspect", shard_name(1, 2), shard_name(1, 2)}).find("at work"), std::string::npos);
  ::kill(child, SIGCONT);
  EXPECT_EQ(wait_for(child).code, 0);
}

TEST_F(Merge, IsReportedOnBeforeItIsDone) {
  succeed(share_command(2, 3));
  succeed({"report", shard_name(1, 3), shard_name(2, 3), shard_name(3, 3), "--out", "page.html"});
  EXPECT_NE(read_file(folder.path() / "page.html").find("NOT COMPLETE"), std::string::npos);
  EXPECT_EQ(folder.names(), (Words{"p.jsonl", "page.html", shard_name(2, 3), "w.yaml"}));
}

TEST_F(Merge, TakesTheRoomOfOneFile) {
  write("p.jsonl", different_prompts(400));
  run_shares(4);
  succeed(merge_command(shard_names(4)));
  std::uintmax_t all = 0;
  for (const std::string& name : shard_names(4)) all += size(name);
  write("one.jsonl", different_prompts(1));
  write("one.yaml", sweep_over("one.jsonl"));
  succeed({"run", "one.yaml", "--quiet", "--out", "one.h5"});
  const std::uintmax_t fixed = size("one.h5");  // vocabulary and the like
  EXPECT_LT(all - 4 * fixed, 1.2 * static_cast<double>(size("merged.h5") - fixed));
}

TEST_F(Merge, IsWatchedInOneTable) {
  run_shares(2);
  const std::string table = succeed({"inspect", shard_name(1, 2), "sweep.9-of-2.h5", shard_name(2, 2)});
  for (const std::string part : {"1/2", "2/2", "100 %", "complete", "missing"})
    EXPECT_NE(table.find(part), std::string::npos) << table;
  const std::string one = succeed({"inspect", shard_name(1, 2), shard_name(1, 2)});
  EXPECT_NE(one.find("no file of 1 share of 2: 2"), std::string::npos) << one;
  refuse({"inspect", shard_name(1, 2), shard_name(2, 2), "--csv"}, 2, {"--csv is for one file alone"});
  EXPECT_NE(succeed({"inspect", shard_name(1, 2)}).find("share 1/2 of a run"), std::string::npos);
}

}  // namespace
}  // namespace hookflow::test

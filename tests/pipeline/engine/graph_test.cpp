#include "pipeline/engine/graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <new>
#include <optional>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/checks/damage.hpp"
#include "pipeline/run_file/reading/view.hpp"
#include "tests/support/toy_run.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::names;
using testing_support::refusal;

using testing_support::kBatch;
using testing_support::kStages;
using testing_support::toy_plan;
using testing_support::ToyRun;

/// x of toy.rows of a prompt's variant that is run with those other prompts and variants.
double x_of(std::size_t prompt, std::size_t variant, const std::vector<std::size_t>& batch,
            VariantRange chunk) {
  const auto third = [](std::size_t index) { return (static_cast<double>(index) + 0.1) / 3; };
  double company = 0;
  for (const std::size_t other : batch) company += third(other);
  return third(prompt) * static_cast<double>(variant + 1) + company * 1e-3 +
         static_cast<double>(chunk.first + chunk.count) * 1e-6 + static_cast<double>(chunk.count) * 1e-9;
}

/// The same for 4 variants in parts of 3 and 1, and consecutive prompts.
double wanted_x(std::size_t prompt, std::size_t variant, std::size_t prompts) {
  std::vector<std::size_t> batch;
  const std::size_t first = prompt / kBatch * kBatch;
  for (std::size_t i = first; i < std::min(prompts, first + kBatch); ++i) batch.push_back(i);
  return x_of(prompt, variant, batch, variant < 3 ? VariantRange{0, 3} : VariantRange{3, 1});
}

TEST(Graph, EveryBatchReachesTheStoreOnceWithItsValues) {
  ToyRun toy(toy_plan(20));
  toy.run();
  EXPECT_EQ(toy.count(0, PartState::done), 20U);
  EXPECT_EQ(toy.count(1, PartState::done), 40U);
  EXPECT_EQ(toy.monitor->total, 60U);
  EXPECT_EQ(toy.monitor->done, 60U);
  EXPECT_EQ(toy::expand_runs, 14);  // 7 batches of 2 parts
  const auto xs = toy.values("xs", "x");
  const auto ns = toy.values("ns", "n");
  ASSERT_EQ(xs.size(), 80U);
  for (std::size_t i = 0; i < 80; ++i) EXPECT_EQ(xs[i], wanted_x(i / 4, i % 4, 20)) << i;
  for (std::size_t i = 0; i < 20; ++i) EXPECT_EQ(ns[i], (static_cast<double>(i) + 0.1) / 3);
}

TEST(Graph, SameBitsForAnyNumberOfThreads) {
  std::vector<std::vector<double>> found;
  for (const std::size_t threads : {1U, 2U, 7U}) {
    ToyRun toy(toy_plan(50));
    toy.run(threads);
    found.push_back(toy.values("xs", "x"));
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

TEST(Graph, PromptThatThrowsFailsAloneWithItsReason) {
  ToyRun toy(toy_plan(8, kStages, "[xs, ns]", {"thirds.fail=[p4, p7]"}));
  toy.run();
  const auto failures = toy.store->failures();
  ASSERT_EQ(failures.size(), 2U);
  EXPECT_EQ(failures[0].prompt, 4U);
  EXPECT_EQ(failures[0].stage, "thirds");
  EXPECT_EQ(failures[0].reason, "no luck with p4");
  // In its own lane and in all parts behind the expand.
  EXPECT_EQ(toy.count(0, PartState::failed), 2U);
  EXPECT_EQ(toy.count(1, PartState::failed), 4U);
  EXPECT_EQ(toy.count(0, PartState::done), 6U);
  EXPECT_EQ(toy.count(1, PartState::done), 12U);
  const auto xs = toy.values("xs", "x");
  for (std::size_t i = 0; i < xs.size(); ++i) EXPECT_EQ(std::isnan(xs[i]), i / 4 == 4 || i / 4 == 7) << i;
}

TEST(Graph, FailureBehindAnExpandFailsThatLaneAlone) {
  ToyRun toy(toy_plan(8, kStages, "[xs, ns]", {"xs.fail=[p4]"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 1U);
  EXPECT_EQ(toy.store->failures()[0].stage, "xs");
  EXPECT_EQ(toy.count(0, PartState::done), 8U);
  EXPECT_EQ(toy.count(1, PartState::failed), 2U);
  EXPECT_FALSE(std::isnan(toy.values("ns", "n")[4]));
}

TEST(Graph, FailureOfABatchFailsAllItsPrompts) {
  ToyRun toy(toy_plan(8, kStages, "[xs, ns]", {"variants.fail=[p4]"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 3U);  // p3, p4, p5
  EXPECT_EQ(toy.store->failures()[0].reason, "no luck with p4");
  EXPECT_EQ(toy.count(1, PartState::failed), 6U);
}

TEST(Graph, FailedPromptsAreRunAgainWhenAskedAndLeaveNoTrace) {
  ToyRun whole(toy_plan(8));
  whole.run();
  ToyRun toy(toy_plan(8, kStages, "[xs, ns]", {"thirds.fail=[p4, p7]"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 2U);
  toy.plan = toy_plan(8, kStages, "[xs, ns]", {"thirds.fail=[p7]"}).plan;
  toy.reopen();
  toy.run();
  EXPECT_EQ(toy::expand_runs, 0);
  EXPECT_EQ(toy.store->failures().size(), 2U);
  toy.reopen();
  toy.retry_failed = true;
  toy.run();
  EXPECT_EQ(toy::expand_runs, 4);  // two batches of two parts
  ASSERT_EQ(toy.store->failures().size(), 1U);
  EXPECT_EQ(toy.store->failures()[0].prompt, 7U);
  EXPECT_EQ(toy.monitor->failed, 1U);
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  toy.plan = toy_plan(8).plan;
  toy.reopen();
  toy.run();
  EXPECT_TRUE(toy.store->failures().empty());
  EXPECT_EQ(toy.values("xs", "x"), whole.values("xs", "x"));
  EXPECT_EQ(toy.values("ns", "n"), whole.values("ns", "n"));
}

TEST(Graph, FailFastStopsAtTheFirstFailure) {
  for (const std::size_t threads : {1, 2}) {
    ToyRun toy(toy_plan(300, kStages, "[xs, ns]", {"thirds.fail=[p0]"}));
    toy.run(threads, true);
    ASSERT_EQ(toy.store->failures().size(), 1U);
    EXPECT_GT(toy.count(0, PartState::pending), 100U);
  }
}

TEST(Graph, StoppedAndResumedEqualsUninterrupted) {
  ToyRun whole(toy_plan(60));
  whole.run();
  for (const int stop_after : {1, 7, 20}) {
    ToyRun toy(toy_plan(60));
    toy::on_expand = [&] {
      if (toy::expand_runs == stop_after) toy.stop = true;
    };
    toy.run(2);
    EXPECT_GT(toy.count(1, PartState::pending), 0U);
    toy.reopen();
    const std::size_t pending_before = toy.count(1, PartState::pending);
    toy.run(3);
    EXPECT_EQ(toy.count(1, PartState::done), 120U);
    EXPECT_EQ(toy.values("xs", "x"), whole.values("xs", "x"));
    EXPECT_EQ(toy.values("ns", "n"), whole.values("ns", "n"));
    // Only what was missing is run again, and counted.
    EXPECT_EQ(static_cast<std::size_t>(toy::expand_runs), pending_before / kBatch);
    EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  }
}

TEST(Graph, NothingIsRunTwice) {
  ToyRun toy(toy_plan(10, kStages, "[xs, ns]", {"thirds.fail=[p4]"}));
  toy.run();
  toy.reopen();
  toy.run();
  EXPECT_EQ(toy::expand_runs, 0);
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  EXPECT_EQ(toy.monitor->failed, 1U);  // of three (prompt, part) pairs
  EXPECT_EQ(toy.store->failures().size(), 1U);
}

TEST(Graph, WhatIsInFlightIsBounded) {
  constexpr std::size_t kThreads = 3;
  toy::numbers_census.most = 0;
  toy::rows_census.most = 0;
  {
    ToyRun toy(toy_plan(500, kStages, "[xs]", {"variants.variants=20", "variants.part=1"}));
    toy.run(kThreads);
    EXPECT_EQ(toy.count(1, PartState::done), 500U * 20);
  }
  // Batches and chunks may be in flight by threads + 2; a prompt of a batch has two numbers at a time.
  constexpr int kBound = (kThreads + 2) * kBatch;
  EXPECT_LE(toy::numbers_census.most, 2 * kBound);
  EXPECT_LE(toy::rows_census.most, kBound);
  EXPECT_EQ(toy::numbers_census.live, 0);
  EXPECT_EQ(toy::rows_census.live, 0);
}

// p6 p0 p5, p1 p4 p2, p3.
TEST(Graph, ABatchIsAnyListOfPrompts) {
  ToyRun toy(toy_plan(7, kStages, "[xs, ns]", {"numbers.last_first=true"}));
  const std::vector<std::vector<std::size_t>> batches = {{6, 0, 5}, {1, 4, 2}, {3}};
  toy.run();
  const auto xs = toy.values("xs", "x");
  const auto ns = toy.values("ns", "n");
  for (const auto& batch : batches) {
    for (const std::size_t prompt : batch) {
      EXPECT_EQ(xs[prompt * 4], x_of(prompt, 0, batch, {0, 3})) << prompt;
      EXPECT_EQ(ns[prompt], (static_cast<double>(prompt) + 0.1) / 3);
    }
  }
  ToyRun failing(toy_plan(7, kStages, "[xs]", {"numbers.last_first=true", "variants.fail=[p4]"}));
  failing.run();
  std::vector<std::size_t> failed;
  for (const Failure& failure : failing.store->failures()) failed.push_back(failure.prompt);
  EXPECT_EQ(failed, (std::vector<std::size_t>{1, 2, 4}));
}

/// 10 variants in 5 parts of 2, which are run as 4 and 6.
PlannedRun chunked_plan(std::size_t prompts, std::vector<std::string> settings = {}) {
  settings.insert(settings.end(), {"variants.variants=10", "variants.part=2", "variants.together=[2, 3]"});
  return toy_plan(prompts, kStages, "[xs, ns]", settings);
}

TEST(Graph, PartsOfAChunkAreRunTogetherAndMarkedEachByItself) {
  ToyRun toy(chunked_plan(20));
  toy.run();
  EXPECT_EQ(toy::expand_runs, 14);  // 7 batches of 2 chunks
  EXPECT_EQ(toy.count(1, PartState::done), 100U);
  EXPECT_EQ(toy.monitor->total, 120U);
  EXPECT_EQ(toy.monitor->done, 120U);
  const auto xs = toy.values("xs", "x");
  for (std::size_t i = 0; i < 30; ++i) {
    const VariantRange chunk = i % 10 < 4 ? VariantRange{0, 4} : VariantRange{4, 6};
    EXPECT_EQ(xs[i], x_of(i / 10, i % 10, {0, 1, 2}, chunk)) << i;
  }
  toy.reopen();
  EXPECT_FALSE(toy.store->damage().any());
}

// Whichever part of whichever prompt is left, the same rows run together again.
TEST(Graph, AChunkIsRunWholeForOneOfItsParts) {
  ToyRun toy(chunked_plan(8));
  toy.run();
  const auto whole = toy.values("xs", "x");
  for (const std::size_t part : {0U, 3U, 4U}) {
    for (const std::size_t prompt : {4U, 7U}) {
      toy.store->mark(1, prompt, part, PartState::pending);
      toy.store->write_cells("xs", "x", prompt, part * 2, std::vector<double>{-1, -1});
      toy.store->commit();
      toy.reopen();
      EXPECT_EQ(toy.count(1, PartState::pending), 1U);
      toy.run();
      EXPECT_EQ(toy::expand_runs, 1);
      EXPECT_EQ(toy.values("xs", "x"), whole);
      EXPECT_EQ(toy.monitor->done, toy.monitor->total);
      toy.reopen();
      EXPECT_FALSE(toy.store->damage().any());
    }
  }
}

TEST(Graph, ChunksStoppedAndResumedEqualUninterruptedOnes) {
  ToyRun whole(chunked_plan(60, {"numbers.last_first=true"}));
  whole.run(1);
  for (const int stop_after : {1, 5, 11}) {
    ToyRun toy(chunked_plan(60, {"numbers.last_first=true"}));
    for (const std::size_t threads : {1U, 2U, 5U}) {
      toy.reopen();
      toy::on_expand = [&] {
        if (toy::expand_runs == stop_after) toy.stop = true;
      };
      toy.run(threads);
      EXPECT_GT(toy.count(1, PartState::pending), 0U);
    }
    toy.reopen();
    toy.run();
    EXPECT_EQ(toy.monitor->done, toy.monitor->total);
    EXPECT_EQ(toy.values("xs", "x"), whole.values("xs", "x"));
  }
}

TEST(Graph, AFailureBehindAnExpandFailsAllPartsOfItsChunks) {
  ToyRun toy(chunked_plan(8, {"xs.fail=[p4]"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 1U);
  EXPECT_EQ(toy.count(1, PartState::failed), 5U);
  EXPECT_EQ(toy.count(1, PartState::done), 35U);
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  toy.plan = chunked_plan(8).plan;
  toy.reopen();
  toy.retry_failed = true;
  toy.run();
  EXPECT_EQ(toy::expand_runs, 2);
  ToyRun whole(chunked_plan(8));
  whole.run();
  EXPECT_EQ(toy.values("xs", "x"), whole.values("xs", "x"));
}

TEST(Graph, ChunksThatAreNotAllPartsAreABug) {
  for (const std::string together : {"[2, 2]", "[6]", "[5, 0]"}) {
    ToyRun toy(toy_plan(8, kStages, "[xs, ns]",
                        {"variants.variants=10", "variants.part=2", "variants.together=" + together}));
    EXPECT_TRUE(names(refusal<std::logic_error>([&] { toy.run(); }),
                      {"toy.expand: the chunks that it gives do not make up its variants"}));
  }
}

// A chunk of 3 prompts and 2 variants says that it takes 600 bytes, and its numbers take 48 more.
TEST(Graph, MemoryBoundsWhatIsInFlightAndChangesNoResult) {
  std::vector<std::vector<double>> found;
  for (const auto& [bytes, most_chunks] :
       std::vector<std::pair<double, int>>{{0, 1}, {2 * 1300, 2}, {1e9, 8}}) {
    toy::rows_census.most = 0;
    toy::numbers_census.most = 0;
    ToyRun toy(
        toy_plan(200, kStages, "[xs, ns]", {"variants.variants=10", "variants.part=2", "variants.held=100"}));
    toy.memory_bytes = bytes;
    toy.run(6);
    EXPECT_EQ(toy.count(1, PartState::done), 1000U);
    EXPECT_LE(toy::rows_census.most, most_chunks * static_cast<int>(kBatch)) << bytes;
    if (bytes == 0) {
      EXPECT_LE(toy::numbers_census.most, 2 * static_cast<int>(kBatch));
    }
    found.push_back(toy.values("xs", "x"));
  }
  EXPECT_EQ(found[0], found[1]);
  EXPECT_EQ(found[0], found[2]);
}

TEST(Graph, StagesMayStandInAnyOrderAroundAnExpand) {
  // Behind the expand in the file, but of the lane above it: read there, or the expand's own input.
  ToyRun late_reader(toy_plan(7, R"(
  numbers: {stage: toy.source}
  variants: {stage: toy.expand, in: numbers}
  xs: {stage: toy.rows, in: variants}
  ns: {stage: toy.number, in: numbers}
)"));
  late_reader.run();
  EXPECT_EQ(late_reader.count(1, PartState::done), 14U);

  ToyRun late_source(toy_plan(7, R"(
  numbers: {stage: toy.source}
  variants: {stage: toy.expand, in: numbers}
  thirds: {stage: toy.map, in: numbers}
  xs: {stage: toy.rows, in: {rows: variants, from: thirds}}
)",
                              "[xs]"));
  late_source.run();
  EXPECT_EQ(late_source.count(1, PartState::done), 14U);
  const auto plain = late_reader.values("xs", "x");
  const auto less = late_source.values("xs", "x");
  for (std::size_t i = 0; i < plain.size(); ++i)
    EXPECT_EQ(less[i], plain[i] - (static_cast<double>(i / 4) + 0.1) / 3);
}

TEST(Graph, TwoExpandsOfOnePassRunBesideEachOther) {
  ToyRun toy(toy_plan(10, R"(
  numbers: {stage: toy.source}
  few: {stage: toy.expand, in: numbers, variants: 2, part: 1}
  many: {stage: toy.expand, in: numbers, variants: 9, part: 2}
  xs: {stage: toy.rows, in: few}
  ys: {stage: toy.rows, in: many}
)",
                      "[xs, ys]"));
  toy.run();
  EXPECT_EQ(toy.count(1, PartState::done), 20U);
  EXPECT_EQ(toy.count(2, PartState::done), 50U);
}

TEST(Graph, StoresExceptionComesOut) {
  ToyRun toy(toy_plan(50, kStages, "[xs, ns]", {"xs.broken=true"}));
  EXPECT_TRUE(names(refusal<std::logic_error>([&] { toy.run(); }), {"toy.rows: x has ", " values for "}));
  EXPECT_EQ(toy.count(1, PartState::done), 0U);
}

TEST(Graph, WhatIsNoExceptionComesOutToo) {
  ToyRun toy(toy_plan(50, kStages, "[xs, ns]", {"variants.fails_hard=true"}));
  EXPECT_THROW(toy.run(), int);
  EXPECT_EQ(toy.count(1, PartState::done), 0U);
}

/// What fails no prompt ends the run as what it is; nothing is stored of it, and the file goes on.
template <typename Error>
void expect_run_ends_by(const std::string& setting) {
  ToyRun whole(toy_plan(20));
  whole.run();
  ToyRun toy(toy_plan(20, kStages, "[xs, ns]", {setting}));
  EXPECT_THROW(toy.run(), Error) << setting;
  EXPECT_TRUE(toy.store->failures().empty());
  EXPECT_EQ(toy.count(0, PartState::failed) + toy.count(1, PartState::failed), 0U);
  EXPECT_GT(toy.count(1, PartState::pending), 0U);
  toy.plan = toy_plan(20).plan;
  toy.reopen();
  EXPECT_FALSE(toy.store->damage().any());
  toy.run();
  EXPECT_EQ(toy.values("xs", "x"), whole.values("xs", "x"));
}

TEST(Graph, WhatIsNoFailureOfAPromptEndsTheRun) {
  for (const std::string stage : {"thirds", "variants"}) {  // of one prompt at a time, of a batch
    expect_run_ends_by<std::bad_alloc>(stage + ".throws=bad_alloc");
    expect_run_ends_by<std::logic_error>(stage + ".throws=logic_error");
  }
}

TEST(Graph, TheSubjectsErrorOfItsInputFailsThePrompt) {
  ToyRun toy(toy_plan(8, kStages, "[xs, ns]", {"thirds.throws=model_error"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 8U);
  EXPECT_EQ(toy.store->failures()[0].reason, "not for this model");
}

TEST(Graph, AMonitorStartsWithWhatWasDoneBefore) {
  ToyRun toy(toy_plan(10, kStages, "[xs, ns]", {"thirds.fail=[p4]"}));
  toy.run();
  const Monitor monitor(toy.plan, *toy.store);
  EXPECT_EQ(monitor.total, 30U);
  EXPECT_EQ(monitor.done, 30U);
  EXPECT_EQ(monitor.failed, 1U) << "prompts, however much of them failed";
}

TEST(Graph, AFoldIsLeftWhenTheRunIsToStop) {
  ToyRun toy(toy_plan(6, kStages + "  ends: {stage: toy.long_fold, in: xs}\n", "[ends]"));
  toy::on_fold = [&] { toy.stop = true; };
  toy.run();
  toy::on_fold = {};
  EXPECT_EQ(toy.count(1, PartState::done), 12U);
  EXPECT_NE(toy.store->fold_state(0), PartState::done);
}

TEST(Graph, FoldsRunOverWhatIsStored) {
  ToyRun toy(toy_plan(6, kStages + "  means: {stage: aggregate.moments, in: xs, over: [prompt, variant]}\n",
                      "[means]"));
  toy.run();
  double sum = 0;
  for (const double x : toy.values("xs", "x")) sum += x;
  EXPECT_NEAR(toy.store->read_rows("means", "x_mean", 0, 1).at(0), sum / 24, 1e-12);
  EXPECT_EQ(toy.store->fold_state(0), PartState::done);
}

}  // namespace
}  // namespace hookflow::pipeline

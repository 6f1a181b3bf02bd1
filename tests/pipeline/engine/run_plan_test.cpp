// Prompts, what is aggregated of them, and prompts again.
#include "pipeline/engine/run_plan.hpp"

#include <cmath>
#include <numeric>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/checks/damage.hpp"
#include "tests/support/toy_run.hpp"

namespace hookflow::pipeline {
namespace {

using testing_support::kBatch;
using testing_support::names;
using testing_support::refusal;
using testing_support::toy_plan;
using testing_support::ToyRun;

using Settings = std::vector<std::string>;

/// Three phases: numbers and variants of them; the numbers shifted by a mean, and variants shifted by it;
/// numbers shifted by what is found over these. `plain` is built on no mean, `other` on one of variants.
const std::string kPhases = R"(
  numbers: {stage: toy.source}
  thirds: {stage: toy.map, in: numbers}
  ns: {stage: toy.number, in: thirds}
  plain: {stage: toy.expand, in: thirds}
  xs: {stage: toy.rows, in: plain}
  mean: {stage: aggregate.moments, in: ns, over: prompt, statistics: [mean]}
  spread: {stage: aggregate.moments, in: xs, over: [prompt, variant], statistics: [std]}
  shifted: {stage: toy.shift, in: [thirds, mean]}
  shifted_ns: {stage: toy.number, in: shifted}
  moved: {stage: toy.expand, in: [thirds, mean.n_mean], variants: 5, part: 2}
  moved_xs: {stage: toy.rows, in: {rows: moved, from: shifted}}
  other: {stage: toy.shift, in: [thirds, spread]}
  other_ns: {stage: toy.number, in: other}
  again: {stage: aggregate.moments, in: moved_xs, over: [prompt, variant], statistics: [mean]}
  last: {stage: toy.shift, in: [shifted, again]}
  last_ns: {stage: toy.number, in: last}
)";
const std::string kKeep = "[ns, xs, shifted_ns, moved_xs, other_ns, last_ns]";

PlannedRun phases_plan(std::size_t prompts, const Settings& settings = {}) {
  return toy_plan(prompts, kPhases, kKeep, settings);
}

/// All that is stored, by stage.
std::map<std::string, std::vector<double>> results_of(ToyRun& toy) {
  std::map<std::string, std::vector<double>> results;
  for (const GroupLayout& group : toy.layout.groups)
    for (const Variable& variable : group.variables)
      results[group.name + "." + variable.name] = toy.store->read_rows(
          group.name, variable.name, 0, variable.axes.empty() ? 1 : variable.axes.front().size());
  return results;
}

std::size_t lane_of(const ToyRun& toy, const std::string& name) {
  const auto found = std::ranges::find(toy.plan.lanes, name, &Lane::name);
  EXPECT_NE(found, toy.plan.lanes.end()) << name;
  return static_cast<std::size_t>(found - toy.plan.lanes.begin());
}

/// Not NaN where that would be equal to none.
void expect_equal(const std::map<std::string, std::vector<double>>& found,
                  const std::map<std::string, std::vector<double>>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (const auto& [name, values] : wanted) {
    ASSERT_EQ(found.at(name).size(), values.size()) << name;
    for (std::size_t i = 0; i < values.size(); ++i)
      EXPECT_TRUE(found.at(name)[i] == values[i] || (std::isnan(found.at(name)[i]) && std::isnan(values[i])))
          << name << " " << i << ": " << found.at(name)[i] << " " << values[i];
  }
}

double third(std::size_t prompt) { return (static_cast<double>(prompt) + 0.1) / 3; }

/// The sum of the thirds of the prompts that share a batch with that one.
double company(std::size_t prompt, std::size_t prompts) {
  double sum = 0;
  const std::size_t first = prompt / kBatch * kBatch;
  for (std::size_t i = first; i < std::min(prompts, first + kBatch); ++i) sum += third(i);
  return sum;
}

class Phases : public testing::Test {
 protected:
  Phases() { toy::on_shift = {}; }
  ~Phases() override { toy::on_shift = {}; }
};

TEST_F(Phases, LanesHaveThePhasesOfWhatTheyRead) {
  const Plan plan = phases_plan(4).plan;
  std::map<std::string, std::pair<std::size_t, bool>> found;
  for (const Lane& lane : plan.lanes) found[lane.name] = {lane.phase, lane.continues};
  EXPECT_EQ(found, (std::map<std::string, std::pair<std::size_t, bool>>{{"items", {0, false}},
                                                                        {"plain", {0, false}},
                                                                        {"shifted", {1, true}},
                                                                        {"moved", {1, false}},
                                                                        {"last", {2, true}}}));
  EXPECT_EQ(plan.phase_count(), 3U);
  std::map<std::string, std::vector<std::size_t>> phases;
  for (const PlannedStage& stage : plan.stages) phases[stage.spec->id] = stage.phases;
  EXPECT_EQ(phases.at("thirds"), (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(phases.at("ns"), (std::vector<std::size_t>{0})) << "no stage reads it again";
  EXPECT_EQ(phases.at("plain"), (std::vector<std::size_t>{0}));
  EXPECT_EQ(phases.at("shifted"), (std::vector<std::size_t>{1, 2}));
  EXPECT_EQ(phases.at("moved"), (std::vector<std::size_t>{1}));
  EXPECT_EQ(phases.at("again"), (std::vector<std::size_t>{1}));
}

TEST_F(Phases, StagesGetWhatWasFoundOverAllPrompts) {
  constexpr std::size_t kPrompts = 7;
  ToyRun toy(phases_plan(kPrompts));
  toy.run();
  double mean = 0;
  for (std::size_t i = 0; i < kPrompts; ++i) mean += third(i) / kPrompts;
  const auto shifted = toy.values("shifted_ns", "n");
  const auto last = toy.values("last_ns", "n");
  const auto moved = toy.values("moved_xs", "x");
  const double again = std::accumulate(moved.begin(), moved.end(), 0.0) / static_cast<double>(moved.size());
  for (std::size_t i = 0; i < kPrompts; ++i) {
    EXPECT_NEAR(shifted[i], third(i) + mean + company(i, kPrompts) * 1e-3, 1e-12);
    double others = 0;
    for (std::size_t j = i / kBatch * kBatch; j < std::min(kPrompts, (i / kBatch + 1) * kBatch); ++j)
      others += shifted[j];
    EXPECT_NEAR(last[i], shifted[i] + again + others * 1e-3, 1e-12);
    // Of the first chunk: variants 0 and 1.
    EXPECT_NEAR(moved[i * 5], third(i) + mean + company(i, kPrompts) * 1e-3 + 2e-6 + 2e-9 - shifted[i],
                1e-12);
  }
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  EXPECT_EQ(toy.store->fold_state(0), PartState::done);
  toy.reopen();
  EXPECT_FALSE(toy.store->damage().any());
}

TEST_F(Phases, AStageReadsOneLabelOfAnAxis) {
  ToyRun toy(toy_plan(4, R"(
  numbers: {stage: toy.source}
  variants: {stage: toy.expand, in: numbers}
  xs: {stage: toy.rows, in: variants}
  means: {stage: aggregate.moments, in: xs, over: prompt, statistics: [mean]}
  shifted: {stage: toy.shift, in: {number: numbers, by: "means.x_mean[variant=2]"}}
  ns: {stage: toy.number, in: shifted}
)",
                      "[ns]"));
  toy.run();
  const double mean = toy.store->read_rows("means", "x_mean", 0, 4).at(2);
  EXPECT_NEAR(toy.values("ns", "n")[3], 3.1 + mean + 3.1e-3, 1e-12);
}

TEST_F(Phases, SameBitsForAnyNumberOfThreadsAndAnyMemory) {
  ToyRun whole(phases_plan(40));
  whole.run(1);
  for (const std::size_t threads : {2U, 7U}) {
    ToyRun toy(phases_plan(40));
    toy.memory_bytes = threads == 7U ? 0 : 1e9;
    toy.run(threads);
    expect_equal(results_of(toy), results_of(whole));
  }
}

// Each variant's stage behind a mean runs chunk by chunk, behind the variants that it reads.
TEST_F(Phases, StagesOfVariantsReadWhatWasFoundOverAllPrompts) {
  const std::string stages = R"(
  numbers: {stage: toy.source}
  ns: {stage: toy.number, in: numbers}
  mean: {stage: aggregate.moments, in: ns, over: prompt, statistics: [mean]}
  shifted: {stage: toy.shift, in: [numbers, mean]}
  variants: {stage: toy.expand, in: numbers, variants: 10, part: 2, together: [2, 3]}
  xs: {stage: toy.rows, in: variants}
  less: {stage: toy.rows, in: {rows: variants, from: shifted}}
)";
  ToyRun toy(toy_plan(8, stages, "[xs, less]"));
  toy.run();
  ASSERT_EQ(toy.layout.lanes.size(), 4U);
  EXPECT_EQ(toy.layout.lanes[3].name, "less");
  EXPECT_EQ(toy.layout.lanes[3].continues, "variants");
  EXPECT_EQ(toy.layout.lanes[3].parts, 5U);
  EXPECT_EQ(toy::expand_runs, 12) << "3 batches of 2 chunks, twice";
  double mean = 0;
  for (std::size_t i = 0; i < 8; ++i) mean += (static_cast<double>(i) + 0.1) / 8;
  const auto xs = toy.values("xs", "x");
  const auto less = toy.values("less", "x");
  for (std::size_t i = 0; i < 80; ++i)
    EXPECT_NEAR(less[i], xs[i] - (static_cast<double>(i / 10) + 0.1 + mean + company(i / 10, 8) * 3e-3), 1e-9)
        << i;
  // Only what one of its chunks needs is run again.
  toy.store->mark(3, 4, 3, PartState::pending);
  toy.store->write_cells("less", "x", 4, 6, std::vector<double>{-1, -1});
  toy.store->commit();
  toy.reopen();
  toy.run();
  EXPECT_EQ(toy::expand_runs, 1);
  EXPECT_EQ(toy.values("less", "x"), less);
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
  toy.reopen();
  EXPECT_FALSE(toy.store->damage().any());
}

TEST_F(Phases, StoppedAnywhereAndResumedEqualsUninterrupted) {
  ToyRun whole(phases_plan(30));
  whole.run();
  const auto wanted = results_of(whole);
  std::set<std::size_t> stopped_in;  // phases
  for (int stop_after = 1; stop_after <= 100; stop_after += 9) {
    ToyRun toy(phases_plan(30));
    std::atomic<int> runs{0};
    toy::on_expand = toy::on_shift = [&] {
      if (++runs == stop_after) toy.stop = true;
    };
    toy.run(2);
    for (std::size_t lane = 0; lane < toy.plan.lanes.size(); ++lane)
      if (toy.count(lane, PartState::pending) > 0) {
        stopped_in.insert(toy.plan.lanes[lane].phase);
        break;
      }
    toy::on_shift = {};
    toy.reopen();
    toy.run(3);
    expect_equal(results_of(toy), wanted);
    EXPECT_EQ(toy.monitor->done, toy.monitor->total);
    toy.reopen();
    EXPECT_FALSE(toy.store->damage().any());
    toy::results_read = 0;
    toy.run();
    EXPECT_EQ(toy::expand_runs, 0);
    EXPECT_EQ(toy::results_read, 0) << "there is nothing to read them for";
  }
  EXPECT_EQ(stopped_in, (std::set<std::size_t>{0, 1, 2}));
}

TEST_F(Phases, APromptThatFailedStaysFailedWithItsReason) {
  ToyRun toy(phases_plan(8, {"xs.fail=[p4]"}));
  toy.run();
  ASSERT_EQ(toy.store->failures().size(), 1U);
  EXPECT_EQ(toy.store->failures()[0], (Failure{4, "xs", "no luck with p4"}));
  EXPECT_EQ(toy.count(0, PartState::done), 8U) << "of the numbers there is nothing to fail";
  for (const std::string lane : {"plain", "shifted", "moved", "last"})
    EXPECT_EQ(toy.count(lane_of(toy, lane), PartState::failed), toy.plan.lanes[lane_of(toy, lane)].parts)
        << lane;
  EXPECT_TRUE(std::isnan(toy.values("shifted_ns", "n")[4]));
  EXPECT_FALSE(std::isnan(toy.values("shifted_ns", "n")[5]));
  EXPECT_EQ(toy.monitor->done, toy.monitor->total);
}

// Which prompts run together decides the bits: one that fails behind a stage was there when it ran.
TEST_F(Phases, WhatRunsAgainRunsWithTheSamePrompts) {
  const std::string stages = R"(
  numbers: {stage: toy.source}
  zeros: {stage: toy.number, in: numbers}
  zero: {stage: aggregate.moments, in: zeros, over: prompt, statistics: [negative_share]}
  first: {stage: toy.shift, in: [numbers, zero]}
  before: {stage: toy.number, in: first}
  failing: {stage: toy.map, in: first, fail: [p4]}
  failing_ns: {stage: toy.number, in: failing}
  mean: {stage: aggregate.moments, in: failing_ns, over: prompt, statistics: [negative_share]}
  second: {stage: toy.shift, in: [first, mean]}
  after: {stage: toy.number, in: second}
)";
  ToyRun toy(toy_plan(8, stages, "[before, after]"));
  toy.run();
  const auto before = toy.values("before", "n");
  const auto after = toy.values("after", "n");
  EXPECT_TRUE(std::isnan(before[4])) << "fails before it is stored";
  EXPECT_TRUE(std::isnan(after[4]));
  EXPECT_EQ(after[3], before[3] + (before[3] + before[5]) * 1e-3) << "p4 was with them when `first` ran";
}

TEST_F(Phases, RetriedPromptsTakeBackWhatWasBuiltOnThem) {
  ToyRun whole(phases_plan(8));
  whole.run();
  for (const std::string failing : {"thirds", "xs", "other"}) {
    SCOPED_TRACE(failing);
    ToyRun toy(phases_plan(8, {failing + ".fail=[p4]"}));
    toy.run();
    ASSERT_GE(toy.store->failures().size(), 1U);
    toy.plan = phases_plan(8).plan;
    toy.reopen();
    toy.store->retry_failed();
    const auto done = [&](const std::string& lane) { return toy.count(lane_of(toy, lane), PartState::done); };
    // The batch of 3 fails in `other`, which takes it whole, and so in what waits for that.
    EXPECT_EQ(done("moved"), failing == "thirds" ? 0U
                             : failing == "xs"   ? 21U
                                                 : 15U)
        << "built on the numbers";
    EXPECT_EQ(done("shifted"), failing == "other" ? 5U : 0U) << "and on the variants";
    EXPECT_EQ(done("last"), 0U) << "and on what was moved";
    if (failing != "thirds") {
      EXPECT_EQ(done("items"), 8U) << "what does not depend on it stays";
    }
    toy.run();
    EXPECT_TRUE(toy.store->failures().empty());
    expect_equal(results_of(toy), results_of(whole));
    toy.reopen();
    EXPECT_FALSE(toy.store->damage().any());
  }
}

TEST_F(Phases, WhatIsTakenBackHasNoValues) {
  ToyRun toy(phases_plan(8, {"thirds.fail=[p4]"}));
  toy.run();
  toy.reopen();
  toy.store->retry_failed();
  for (const double value : toy.values("shifted_ns", "n")) EXPECT_TRUE(std::isnan(value));
  EXPECT_FALSE(std::isnan(toy.values("ns", "n")[3]));
}

TEST_F(Phases, ResultsWithoutAValueEndTheRunWithStageVariableAndReason) {
  ToyRun toy(phases_plan(2, {"thirds.fail=[p0, p1]"}));
  EXPECT_TRUE(names(
      refusal<std::runtime_error>([&] { toy.run(); }),
      {"stage 'shifted': what it needs of 'mean' is missing: n_mean has no value",
       "2 of 2 prompts failed, which --retry-failed runs again: 'p0' at stage 'thirds': no luck with p0"}));
  ToyRun whole(phases_plan(2));
  whole.run();
  toy.plan = phases_plan(2).plan;
  toy.reopen();
  toy.store->retry_failed();
  toy.run();
  expect_equal(results_of(toy), results_of(whole));
}

TEST_F(Phases, FailFastStopsAtNewFailuresAlone) {
  ToyRun toy(phases_plan(90, {"xs.fail=[p31]", "other.fail=[p61]"}));
  toy::on_shift = [&] { toy.stop = true; };
  toy.run(1);
  toy::on_shift = {};
  EXPECT_EQ(toy.store->failures().size(), 1U);
  toy.reopen();
  toy.run(1, true);
  EXPECT_TRUE(toy.monitor->failed_fast);
  EXPECT_EQ(toy.store->failures().size(), 4U) << "p31, and the three that share a batch";
  EXPECT_GT(toy.count(lane_of(toy, "shifted"), PartState::pending), 0U);
}

/// Toy stages that read each other at random, through any number of phases.
class Draw {
 public:
  explicit Draw(unsigned seed) : random_(seed) {}

  /// `fails`: a stage of all that there are fails for a prompt.
  PlannedRun plan(bool fails) const {
    std::string keep;
    for (const auto& [id, over] : measures_) keep += (keep.empty() ? "" : ", ") + id;
    Settings settings;
    if (fails) settings.push_back(failing_ + ".fail=[p4]");
    return toy_plan(7, stages_, "[" + keep + "]", settings);
  }

  void draw() {
    add("toy.source}");
    numbers_.push_back("s0");
    measure();
    aggregate();
    for (int i = 0; i < 14; ++i) {
      const std::size_t what = below(7);
      if (what < 2) {
        add("toy.shift, in: [" + one_of(numbers_) + ", " + folds_.back() + "]}");
        numbers_.push_back(last_);
      } else if (what == 2) {
        const std::string by = below(2) == 0 ? "" : ", " + one_of(folds_);
        add("toy.expand, in: [" + one_of(numbers_) + by + "], variants: 5, part: 2, together: [2, 1]}");
        variants_.push_back(last_);
      } else if (what < 5) {
        measure();
      } else {
        aggregate();
      }
    }
    measure();
    failing_ = one_of(can_fail_);
  }

 private:
  std::size_t below(std::size_t end) { return random_() % end; }
  const std::string& one_of(const std::vector<std::string>& ids) { return ids[below(ids.size())]; }

  void add(const std::string& stage) {
    last_ = "s" + std::to_string(count_++);
    stages_ += "\n  " + last_ + ": {stage: " + stage;
    if (!stage.starts_with("toy.source") && !stage.starts_with("toy.number") && !stage.starts_with("agg"))
      can_fail_.push_back(last_);
  }
  void measure() {
    if (variants_.empty() || below(2) == 0) {
      add("toy.number, in: " + numbers_.back() + "}");
      measures_.emplace_back(last_, "prompt");
      return;
    }
    const std::string from = below(2) == 0 ? "" : ", from: " + one_of(numbers_);
    add("toy.rows, in: {rows: " + one_of(variants_) + from + "}}");
    measures_.emplace_back(last_, "[prompt, variant]");
  }
  void aggregate() {
    const auto& [id, over] =
        measures_[measures_.size() - 1 - below(std::min<std::size_t>(2, measures_.size()))];
    add("aggregate.moments, in: " + id + ", over: " + over + ", statistics: [mean]}");
    folds_.push_back(last_);
  }

  std::mt19937 random_;
  std::string stages_;
  std::string last_;
  std::string failing_;
  int count_ = 0;
  std::vector<std::string> numbers_, variants_, folds_, can_fail_;
  std::vector<std::pair<std::string, std::string>> measures_;  // with what they are aggregated over
};

TEST_F(Phases, WhateverStagesReadStoppedFailedAndRetriedEqualsUninterrupted) {
  std::size_t most_phases = 0;
  int stopped = 0, failed = 0;
  for (unsigned seed = 0; seed < 30; ++seed) {
    Draw draw(seed);
    draw.draw();
    std::optional<ToyRun> whole;
    try {
      whole.emplace(draw.plan(false));
      draw.plan(true);
    } catch (const UsageError&) {
      continue;  // variants of two stages meet, or what would fail is not run
    }
    SCOPED_TRACE(seed);
    most_phases = std::max(most_phases, whole->plan.phase_count());
    whole->run(2);
    const auto wanted = results_of(*whole);
    ToyRun toy(draw.plan(true));
    const auto run_with_stops = [&] {
      std::atomic<int> left{0};
      toy::on_expand = toy::on_shift = [&] {
        if (--left == 0) toy.stop = true;
      };
      for (int before_stop = 3;; before_stop += 4) {
        left = before_stop;
        toy.stop = false;
        toy.run(3);
        if (!toy.stop) break;
        ++stopped;
      }
      toy::on_expand = toy::on_shift = {};
    };
    run_with_stops();
    failed += toy.store->failures().empty() ? 0 : 1;
    toy.plan = draw.plan(false).plan;
    toy.reopen();
    EXPECT_FALSE(toy.store->damage().any());
    toy.store->retry_failed();
    run_with_stops();
    EXPECT_TRUE(toy.store->failures().empty());
    EXPECT_EQ(toy.monitor->done, toy.monitor->total);
    expect_equal(results_of(toy), wanted);
  }
  EXPECT_GE(most_phases, 4U);
  EXPECT_GT(stopped, 20);
  EXPECT_GT(failed, 10);
}

TEST_F(Phases, AMonitorTellsWhatIsAggregated) {
  ToyRun toy(toy_plan(2, testing_support::kStages + "  ends: {stage: toy.long_fold, in: xs}\n", "[ends]"));
  std::string id;
  toy::on_fold = [&] {
    id = *toy.monitor->aggregating.load();
    toy.stop = true;
  };
  toy.run();
  toy::on_fold = {};
  EXPECT_EQ(id, "ends");
}

}  // namespace
}  // namespace hookflow::pipeline

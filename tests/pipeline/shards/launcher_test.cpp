#include "pipeline/shards/launcher.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "pipeline/error.hpp"

namespace hookflow::pipeline {
namespace {

/// What a batch script of a Slurm array has, of which `count` tasks from `first` to `last` were submitted.
LauncherVariables array_task(std::size_t task, std::size_t first, std::size_t last, std::size_t count) {
  return {{"SLURM_ARRAY_TASK_ID", std::to_string(task)},
          {"SLURM_ARRAY_TASK_MIN", std::to_string(first)},
          {"SLURM_ARRAY_TASK_MAX", std::to_string(last)},
          {"SLURM_ARRAY_TASK_COUNT", std::to_string(count)},
          {"SLURM_JOB_ID", "17"},
          {"SLURM_PROCID", "0"},
          {"SLURM_NTASKS", "1"}};
}

void expect_share(const LauncherVariables& variables, std::optional<std::size_t> shards, const Share& share,
                  const std::string& told_by) {
  const LaunchedShare found = share_of_launcher(shards, variables);
  EXPECT_EQ(to_string(found.share), to_string(share));
  EXPECT_EQ(found.told_by, told_by);
}

void expect_refused(const LauncherVariables& variables, std::optional<std::size_t> shards,
                    const std::string& message) {
  try {
    const LaunchedShare found = share_of_launcher(shards, variables);
    ADD_FAILURE() << "taken as " << to_string(found.share) << "; should say: " << message;
  } catch (const UsageError& error) {
    EXPECT_EQ(error.what(), "--shard auto: " + message);
  }
}

TEST(Launcher, OfAWholeArrayTellsTheShare) {
  expect_share(array_task(3, 1, 8, 8), {}, {3, 8}, "SLURM_ARRAY_TASK_ID=3");
  expect_share(array_task(8, 1, 8, 8), {}, {8, 8}, "SLURM_ARRAY_TASK_ID=8");
  expect_share(array_task(0, 0, 7, 8), {}, {1, 8}, "SLURM_ARRAY_TASK_ID=0");
  expect_share(array_task(7, 0, 7, 8), {}, {8, 8}, "SLURM_ARRAY_TASK_ID=7");
  expect_share(array_task(0, 0, 0, 1), {}, {1, 1}, "SLURM_ARRAY_TASK_ID=0");
}

TEST(Launcher, OfSomeTasksOfAnArrayDoesNotGuess) {
  const std::string rule =
      ". It is no whole array that begins at 0 or 1: tasks were submitted again, or with a step, and how "
      "many "
      "there are of all is not known. Write how many shards there are: with --shards N task 3 is shard 3 of "
      "N. "
      "If the array began at 0 when it was first submitted, write --shard $((SLURM_ARRAY_TASK_ID + 1))/N "
      "instead";
  expect_refused(array_task(3, 3, 5, 2), {}, "this Slurm array has 2 tasks, from 3 to 5" + rule);
  expect_refused(array_task(3, 1, 7, 4), {}, "this Slurm array has 4 tasks, from 1 to 7" + rule);
  // Tasks 3, 4 and 5 of eight look like an array of three.
  expect_refused(array_task(3, 3, 5, 3), {}, "this Slurm array has 3 tasks, from 3 to 5" + rule);
  expect_refused(array_task(3, 3, 3, 1), {}, "this Slurm array has 1 task, from 3 to 3" + rule);
  expect_refused(array_task(3, 5, 8, 4), {}, "this Slurm array has 4 tasks, from 5 to 8" + rule);
}

TEST(Launcher, TakesATasksIdForTheNumberWhereItIsToldHowManyThereAre) {
  for (const LauncherVariables& variables :
       {array_task(3, 3, 5, 2), array_task(3, 3, 3, 1), array_task(3, 1, 8, 8), array_task(3, 1, 7, 4)})
    expect_share(variables, 8, {3, 8}, "SLURM_ARRAY_TASK_ID=3");
  expect_share({{"SLURM_ARRAY_TASK_ID", "3"}}, 8, {3, 8}, "SLURM_ARRAY_TASK_ID=3");
  expect_refused(
      array_task(9, 9, 9, 1), 8,
      "with --shards 8 the tasks of a Slurm array are numbered as the shards, 1 to 8, and this is task 9");
}

// All tasks of it, not the first alone: submitted again by their ids, 3 and 5 would be taken for others.
TEST(Launcher, RefusesAnArrayFromZeroWhereIdsAreTheNumbers) {
  for (const std::size_t task : {0, 3, 7})
    expect_refused(
        array_task(task, 0, 7, 8), 8,
        "with --shards 8 the tasks of a Slurm array are numbered as the shards, 1 to 8, and this array "
        "begins at 0. Submit it with --array=1-8, or write --shard $((SLURM_ARRAY_TASK_ID + 1))/8");
}

TEST(Launcher, OfAnArrayNeedsAllThatSaysHowManyThereAre) {
  LauncherVariables variables = array_task(3, 1, 8, 8);
  variables.erase("SLURM_ARRAY_TASK_COUNT");
  expect_refused(
      variables, {},
      "SLURM_ARRAY_TASK_ID is set, but not all of SLURM_ARRAY_TASK_MIN, SLURM_ARRAY_TASK_MAX and "
      "SLURM_ARRAY_TASK_COUNT, which say how many tasks there are. Write how many shards there are: with "
      "--shards N task 3 is shard 3 of N. If the array began at 0 when it was first submitted, write "
      "--shard $((SLURM_ARRAY_TASK_ID + 1))/N instead");
}

TEST(Launcher, RefusesSeveralProcessesInATaskOfAnArray) {
  for (const auto& [rank, size] :
       {std::pair("SLURM_PROCID", "SLURM_NTASKS"), std::pair("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        std::pair("PMI_RANK", "PMI_SIZE")}) {
    LauncherVariables variables = array_task(3, 1, 8, 8);
    variables[rank] = "1";
    variables[size] = "4";
    for (const std::optional<std::size_t> shards :
         {std::optional<std::size_t>(), std::optional<std::size_t>(8)})
      expect_refused(
          variables, shards,
          "this task of a Slurm array has 4 processes (" + std::string(size) +
              "), and which share is whose is not clear. Submit the array with --ntasks=1, and ask for "
              "threads with --cpus-per-task; or write --shard i/n, where each of all processes has an i "
              "of its own");
  }
}

TEST(Launcher, OfRanksCountsFromZero) {
  for (const auto& [rank, size] :
       {std::pair("SLURM_PROCID", "SLURM_NTASKS"), std::pair("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"),
        std::pair("PMI_RANK", "PMI_SIZE")}) {
    const LauncherVariables second = {{rank, "1"}, {size, "3"}};
    const std::string told_by = std::string(rank) + "=1";
    expect_share(second, {}, {2, 3}, told_by);
    expect_share(second, 3, {2, 3}, told_by);
    expect_share({{rank, "1"}}, 8, {2, 8}, told_by);
    expect_refused(second, 8,
                   "--shards is 8, but " + std::string(size) +
                       " is 3, and each process is one shard. Start 8 processes, or leave --shards out");
    expect_refused({{rank, "1"}}, {},
                   std::string(rank) + " is 1, but nothing says how many shards there are: write --shards N");
    expect_refused({{rank, "3"}, {size, "3"}}, {},
                   std::string(rank) + " is 3; must be less than how many shards there are, 3");
  }
}

TEST(Launcher, OfAnIndexedJobNeedsToBeToldHowManyThereAre) {
  expect_share({{"JOB_COMPLETION_INDEX", "0"}}, 8, {1, 8}, "JOB_COMPLETION_INDEX=0");
  expect_refused({{"JOB_COMPLETION_INDEX", "7"}}, {},
                 "JOB_COMPLETION_INDEX is 7, but nothing says how many shards there are: write --shards N");
  expect_refused({{"JOB_COMPLETION_INDEX", "8"}}, 8,
                 "JOB_COMPLETION_INDEX is 8; must be less than how many shards there are, 8");
}

// mpirun in a Slurm job: all that it starts on a machine has the variables of the one task that started it.
TEST(Launcher, IsTheInnermost) {
  const LauncherVariables rank = {{"OMPI_COMM_WORLD_RANK", "2"},
                                  {"OMPI_COMM_WORLD_SIZE", "3"},
                                  {"SLURM_JOB_ID", "17"},
                                  {"SLURM_PROCID", "0"},
                                  {"SLURM_NTASKS", "3"}};
  expect_share(rank, {}, {3, 3}, "OMPI_COMM_WORLD_RANK=2");
}

TEST(Launcher, IsSrunAndNotTheScriptOfAJob) {
  LauncherVariables variables = {{"SLURM_JOB_ID", "17"}, {"SLURM_PROCID", "0"}, {"SLURM_NTASKS", "4"}};
  const std::string message =
      "this is the script of a Slurm job, which runs once: srun starts all 4 tasks. Write srun in front of "
      "the "
      "command, or submit the script with --array=1-4";
  expect_refused(variables, {}, message);
  variables.erase("SLURM_NTASKS");
  expect_refused(variables, 4, message);
  variables["SLURM_STEP_ID"] = "0";
  variables["SLURM_NTASKS"] = "4";
  expect_share(variables, {}, {1, 4}, "SLURM_PROCID=0");
}

TEST(Launcher, RefusesWhatIsNoNumber) {
  for (const std::string value : {"x", "-1", "+1", " 1", "1.5", "99999999999999999999999"}) {
    const std::string rule = " is '" + value + "'; must be a whole number up to 1000000";
    expect_refused({{"PMI_RANK", value}, {"PMI_SIZE", "3"}}, {}, "PMI_RANK" + rule);
    expect_refused({{"PMI_RANK", "1"}, {"PMI_SIZE", value}}, {}, "PMI_SIZE" + rule);
    LauncherVariables task = array_task(1, 1, 8, 8);
    for (const std::string name : {"ID", "MIN", "MAX", "COUNT"}) {
      LauncherVariables variables = task;
      variables["SLURM_ARRAY_TASK_" + name] = value;
      expect_refused(variables, {}, "SLURM_ARRAY_TASK_" + name + rule);
    }
  }
}

TEST(Launcher, ThatIsMissingIsNamed) {
  const std::string message =
      "no launcher says which share this process has; none of these is set: SLURM_ARRAY_TASK_ID, "
      "OMPI_COMM_WORLD_RANK, PMI_RANK, SLURM_PROCID, JOB_COMPLETION_INDEX. Write --shard i/n, such as "
      "--shard 3/8";
  expect_refused({}, {}, message);
  expect_refused({}, 8, message);
}

TEST(Launcher, IsReadFromTheEnvironment) {
  for (const auto& [name, value] : launcher_variables()) ::unsetenv(name.c_str());
  ::setenv("OMPI_COMM_WORLD_RANK", "", 1);
  ::setenv("PMI_RANK", "1", 1);
  ::setenv("PMI_SIZE", "3", 1);
  EXPECT_EQ(launcher_variables(), (LauncherVariables{{"PMI_RANK", "1"}, {"PMI_SIZE", "3"}}));
  EXPECT_EQ(to_string(share_of_launcher({}).share), "2/3");
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMI_SIZE"}) ::unsetenv(name);
}

}  // namespace
}  // namespace hookflow::pipeline

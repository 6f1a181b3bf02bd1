#include "pipeline/shards/launcher.hpp"

#include <array>
#include <cstdlib>

#include "pipeline/error.hpp"
#include "pipeline/shards/whole_number.hpp"

namespace hookflow::pipeline {
namespace {

/// A launcher that numbers its processes from 0.
struct Ranks {
  std::string rank;
  std::string size;  // empty: it does not say
};

const std::array<Ranks, 4>& rank_launchers() {
  static const std::array<Ranks, 4> all = {{{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                            {"PMI_RANK", "PMI_SIZE"},
                                            {"SLURM_PROCID", "SLURM_NTASKS"},
                                            {"JOB_COMPLETION_INDEX", ""}}};
  return all;
}

constexpr const char* kArrayTask = "SLURM_ARRAY_TASK_ID";
constexpr const char* kArrayFirst = "SLURM_ARRAY_TASK_MIN";
constexpr const char* kArrayLast = "SLURM_ARRAY_TASK_MAX";
constexpr const char* kArrayCount = "SLURM_ARRAY_TASK_COUNT";
constexpr const char* kSlurmJob = "SLURM_JOB_ID";
constexpr const char* kSlurmStep = "SLURM_STEP_ID";

[[noreturn]] void refuse(const std::string& why) { throw UsageError("--shard auto: " + why); }

std::string text_of(std::size_t number) { return std::to_string(number); }

/// The number that a variable holds; none where it is not set.
std::optional<std::size_t> number_in(const LauncherVariables& variables, const std::string& name) {
  const auto found = variables.find(name);
  if (found == variables.end()) return std::nullopt;
  const std::optional<std::size_t> number = whole_number(found->second);
  if (!number || *number > kMostShards)
    refuse(name + " is " + quoted_value(found->second) + "; must be a whole number up to " +
           text_of(kMostShards));
  return number;
}

/// Of an array that began at 0.
std::string shard_from_zero(const std::string& count) {
  return "--shard $((SLURM_ARRAY_TASK_ID + 1))/" + count;
}

void refuse_several_processes(const LauncherVariables& variables) {
  for (const Ranks& launcher : rank_launchers()) {
    const std::optional<std::size_t> processes = number_in(variables, launcher.size);
    if (processes.value_or(1) > 1)
      refuse(
          "this task of a Slurm array has " + text_of(*processes) + " processes (" + launcher.size +
          "), and which share is whose is not clear. Submit the array with --ntasks=1, and ask for threads "
          "with --cpus-per-task; or write --shard i/n, where each of all processes has an i of its own");
  }
}

/// Of an array that is whole: a list of some tasks, or those behind the first two, say nothing of the others.
Share share_of_whole_array(const LauncherVariables& variables, std::size_t task) {
  const std::optional<std::size_t> first = number_in(variables, kArrayFirst);
  const std::optional<std::size_t> last = number_in(variables, kArrayLast);
  const std::optional<std::size_t> count = number_in(variables, kArrayCount);
  const std::string remedy = "Write how many shards there are: with --shards N task " + text_of(task) +
                             " is shard " + text_of(task) +
                             " of N. If the array began at 0 when it was first submitted, write " +
                             shard_from_zero("N") + " instead";
  if (!first || !last || !count)
    refuse(std::string(kArrayTask) + " is set, but not all of " + kArrayFirst + ", " + kArrayLast + " and " +
           kArrayCount + ", which say how many tasks there are. " + remedy);
  if (task < *first || task > *last || *first > 1 || *count != *last - *first + 1)
    refuse("this Slurm array has " + text_of(*count) + (*count == 1 ? " task" : " tasks") + ", from " +
           text_of(*first) + " to " + text_of(*last) +
           ". It is no whole array that begins at 0 or 1: tasks were submitted again, or with a step, and "
           "how many there are of all is not known. " +
           remedy);
  return {task - *first + 1, *count};
}

Share share_of_numbered_task(const LauncherVariables& variables, std::size_t task, std::size_t shards) {
  const std::string count = text_of(shards);
  const std::string rule =
      "with --shards " + count + " the tasks of a Slurm array are numbered as the shards, 1 to " + count;
  if (task == 0 || number_in(variables, kArrayFirst) == std::size_t{0})
    refuse(rule + ", and this array begins at 0. Submit it with --array=1-" + count + ", or write " +
           shard_from_zero(count));
  if (task > shards) refuse(rule + ", and this is task " + text_of(task));
  return {task, shards};
}

Share share_of_array(const LauncherVariables& variables, std::size_t task,
                     std::optional<std::size_t> shards) {
  refuse_several_processes(variables);
  return shards ? share_of_numbered_task(variables, task, *shards) : share_of_whole_array(variables, task);
}

/// Slurm starts a job's script once, however many tasks the job has, and says that it is the first of them.
void refuse_batch_script(const LauncherVariables& variables, const Ranks& launcher, std::size_t count) {
  const bool script =
      launcher.rank == "SLURM_PROCID" && variables.contains(kSlurmJob) && !variables.contains(kSlurmStep);
  if (script && count > 1)
    refuse("this is the script of a Slurm job, which runs once: srun starts all " + text_of(count) +
           " tasks. Write srun in front of the command, or submit the script with --array=1-" +
           text_of(count));
}

Share share_of_rank(const LauncherVariables& variables, const Ranks& launcher, std::size_t rank,
                    std::optional<std::size_t> shards) {
  const std::optional<std::size_t> size = number_in(variables, launcher.size);
  if (!size && !shards)
    refuse(launcher.rank + " is " + text_of(rank) +
           ", but nothing says how many shards there are: write --shards N");
  if (size && shards && *size != *shards)
    refuse("--shards is " + text_of(*shards) + ", but " + launcher.size + " is " + text_of(*size) +
           ", and each process is one shard. Start " + text_of(*shards) +
           " processes, or leave --shards out");
  const std::size_t count = shards ? *shards : *size;
  if (rank >= count)
    refuse(launcher.rank + " is " + text_of(rank) + "; must be less than how many shards there are, " +
           text_of(count));
  refuse_batch_script(variables, launcher, count);
  return {rank + 1, count};
}

}  // namespace

LauncherVariables launcher_variables() {
  LauncherVariables set;
  const auto add = [&set](const std::string& name) {
    if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') set[name] = value;
  };
  for (const char* name : {kArrayTask, kArrayFirst, kArrayLast, kArrayCount, kSlurmJob, kSlurmStep})
    add(name);
  for (const Ranks& launcher : rank_launchers()) {
    add(launcher.rank);
    add(launcher.size);
  }
  return set;
}

LaunchedShare share_of_launcher(std::optional<std::size_t> shards, const LauncherVariables& variables) {
  const auto told_by = [](const std::string& name, std::size_t number) {
    return name + "=" + text_of(number);
  };
  if (const std::optional<std::size_t> task = number_in(variables, kArrayTask))
    return {share_of_array(variables, *task, shards), told_by(kArrayTask, *task)};
  std::string looked_for = kArrayTask;
  for (const Ranks& launcher : rank_launchers()) {
    if (const std::optional<std::size_t> rank = number_in(variables, launcher.rank))
      return {share_of_rank(variables, launcher, *rank, shards), told_by(launcher.rank, *rank)};
    looked_for += ", " + launcher.rank;
  }
  refuse("no launcher says which share this process has; none of these is set: " + looked_for +
         ". Write --shard i/n, such as --shard 3/8");
}

}  // namespace hookflow::pipeline

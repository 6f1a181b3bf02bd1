#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/command/command.hpp"
#include "pipeline/command/options.hpp"
#include "pipeline/error.hpp"
#include "pipeline/machine/granted_threads.hpp"
#include "pipeline/merge/merge.hpp"

namespace hookflow::pipeline {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

int merge(const std::vector<std::string>& arguments) {
  Options options(
      "merge OUT.h5 SHARD.h5... [options]",
      "Puts the shares of a run together in one file: what each has done is compared with its "
      "checksums and taken in, then what aggregates all prompts is computed. What is missing stays "
      "pending; the same command takes in shards that come later.",
      "merge sweep.h5 sweep.[0-9]*-of-8.h5");
  options.positional("out", 1, "the whole run's file", "OUT.h5");
  options.positional("shards", -1, "files of shares, as `hookflow run --shard` leaves them", "SHARD.h5");
  options.add()("mixed",
                "merge shards from different processors or BLAS kernels, too; which computed what then "
                "stands in /checkpoint")("model", po::value<std::string>()->value_name("MODEL"),
                                         "where the model is now, if it has moved")(
      "threads,j", po::value<int>()->value_name("N"), "number of threads");
  if (!options.parse(arguments)) return exit_code::kDone;
  const fs::path out = options.required("out");
  if (!options.has("shards"))
    throw UsageError("merge: needs the shards' files behind the name of the whole one");
  MergeOptions how{options.has("mixed"),
                   options.find<std::string>("model"),
                   granted_threads(cpu_grants()).count,
                   {"merge"}};
  how.command_line.insert(how.command_line.end(), arguments.begin(), arguments.end());
  if (const std::optional<int> threads = options.find<int>("threads")) {
    if (*threads < 1) throw UsageError("merge: --threads must be 1 or more");
    how.threads = static_cast<std::size_t>(*threads);
  }
  const Merged merged = merge_shards(out, options.get<std::vector<std::string>>("shards"), how);
  if (merged.code < 128) std::cout << out.string() << "\n";  // not stopped by a signal
  if (!merged.next.empty())
    std::cerr << "hookflow: " << out.string() << " is not complete: " << merged.next << "\n";
  return merged.code;
}

const bool kMerge = register_command({"merge", "put the shares of a run together", merge});

}  // namespace
}  // namespace hookflow::pipeline

#include "pipeline/command/share_options.hpp"

#include <iostream>
#include <string>

#include "pipeline/error.hpp"
#include "pipeline/shards/launcher.hpp"

namespace hookflow::pipeline {
namespace {

namespace po = boost::program_options;

}  // namespace

void add_share_options(Options& options) {
  options.add()(
      "shard", po::value<std::string>()->value_name("I/N"),
      "do one of N equal shares of the run, into a file of its own, NAME.I-of-N.h5, which `hookflow "
      "merge` puts together with the others; `auto`: the share that the launcher says (Slurm, MPI, "
      "Kubernetes)")("shards", po::value<std::string>()->value_name("N"),
                     "how many shares --shard auto is one of, where the launcher does not say");
}

std::optional<Share> asked_share(const Options& options) {
  const std::optional<std::string> text = options.find<std::string>("shard");
  std::optional<std::size_t> shards;
  if (options.has("shards")) {
    if (text != "auto") throw UsageError("--shards needs --shard auto");
    shards = read_shard_count(options.get<std::string>("shards"));
  }
  if (!text) return std::nullopt;
  if (text != "auto") return read_share(*text);
  const LaunchedShare launched = share_of_launcher(shards);
  std::cerr << "hookflow: share " << to_string(launched.share) << ", as " << launched.told_by << " says\n";
  return launched.share;
}

}  // namespace hookflow::pipeline

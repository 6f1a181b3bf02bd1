#include "pipeline/shards/shard_file.hpp"

#include <map>
#include <set>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/history.hpp"
#include "pipeline/run_file/reading/setting_difference.hpp"
#include "pipeline/stage/subject.hpp"

namespace hookflow::pipeline {
namespace {

std::string text_of(const Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  return found == attributes.end() ? std::string() : found->second;
}

/// Into how many shares its run was cut.
std::string count_of_shares(const ShardFile& shard) {
  return shard.share.name.substr(shard.share.name.find('/') + 1);
}

std::set<std::string> identity_names(const std::vector<const ShardFile*>& shards) {
  std::set<std::string> names;
  for (const ShardFile* shard : shards)
    for (const auto& [name, value] : shard->root)
      if (name.starts_with(kIdentityPrefix)) names.insert(name.substr(std::string(kIdentityPrefix).size()));
  return names;
}

/// How another shard of the same run would not be.
std::vector<Difference> differences(const ShardFile& first, const ShardFile& other) {
  std::vector<Difference> found;
  const auto compare = [&](const std::string& what, const std::string& one, const std::string& two) {
    if (one != two) found.push_back({what, "'" + one + "'", "'" + two + "'"});
  };
  compare("number of shares", count_of_shares(first), count_of_shares(other));
  compare("phase", std::to_string(first.share.phase + 1), std::to_string(other.share.phase + 1));
  for (const std::string& name : identity_names({&first, &other})) {
    const std::string one = first.identity(name);
    const std::string two = other.identity(name);
    if (one.empty() || two.empty() || one == two) continue;
    if (name == "workflow_sha256") {
      const std::vector<Difference> keys = workflow_differences(first.inputs.workflow, other.inputs.workflow);
      found.insert(found.end(), keys.begin(), keys.end());
    } else {
      compare(name, one, two);
    }
  }
  return found;
}

}  // namespace

std::string ShardFile::kernel() const {
  std::string all;
  for (const std::string& kernel : kernels) all += (all.empty() ? "" : " and ") + kernel;
  return all;
}

std::string ShardFile::identity(const std::string& name) const {
  return text_of(root, kIdentityPrefix + name);
}

ShardFile read_shard(const std::filesystem::path& path) {
  const RunFile run(path);
  ShardFile shard{
      path, {}, {}, {}, read_stored_inputs(run, subject_type().place_name), is_being_written(path)};
  std::optional<ShareLayout> share = run.read([](const h5::File& file) { return Checkpoint(file).share(); });
  if (!share) throw UsageError(path.string() + ": has a whole run, not a share of one; it needs no merging");
  shard.share = std::move(*share);
  shard.root = run.read(read_attributes);
  shard.kernels = run.read([](const h5::File& file) { return History(file).kernels(); });
  return shard;
}

void expect_one_run(const std::vector<ShardFile>& shards) {
  std::string problems;
  for (std::size_t i = 1; i < shards.size(); ++i) {
    const std::vector<Difference> found = differences(shards[0], shards[i]);
    if (found.empty()) continue;
    problems += "\n" + shards[i].path.string() + ": cannot be merged with " + shards[0].path.string() + ":";
    for (const Difference& difference : found)
      problems += "\n  " + difference_line(difference, "in " + shards[0].path.filename().string(),
                                           "in " + shards[i].path.filename().string());
  }
  if (!problems.empty()) throw InputError(problems.substr(1));
}

void expect_one_kernel(const std::vector<ShardFile>& shards, const std::filesystem::path& whole,
                       const std::vector<std::string>& of_whole) {
  std::map<std::string, std::vector<std::string>> files;  // by what computed them
  for (const std::string& kernel : of_whole) files[kernel].push_back(whole.string());
  for (const ShardFile& shard : shards)
    for (const std::string& kernel : shard.kernels) files[kernel].push_back(shard.path.string());
  if (files.size() < 2) return;
  std::string problem =
      "results were computed on processors, or with BLAS kernels, that may round otherwise "
      "(--mixed merges them all the same, and notes which computed what):";
  for (const auto& [kernel, names] : files) {
    problem += "\n  " + kernel + ": " + names.front();
    if (names.size() > 1) problem += " and " + std::to_string(names.size() - 1) + " more";
  }
  throw InputError(problem);
}

void expect_identity(const ShardFile& shard, const Identity& identity) {
  std::string problems;
  for (const auto& [name, value] : identity)
    if (const std::string own = shard.identity(name); !own.empty() && own != value)
      problems += "\n  " + difference_line({name, "'" + own + "'", "'" + value + "'"}, "in it", "now");
  if (!problems.empty()) throw InputError(shard.path.string() + ": belongs to another run:" + problems);
}

}  // namespace hookflow::pipeline

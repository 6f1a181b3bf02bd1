#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/reading/view.hpp"

namespace hookflow::pipeline {

/// What a file that has a share of a run says of itself.
struct ShardFile {
  std::filesystem::path path;
  ShareLayout share;
  Attributes root;                   // provenance and identity
  std::vector<std::string> kernels;  // processors and BLAS kernels that computed it
  StoredInputs inputs;               // with the share's prompts alone
  bool being_written = false;
  bool damaged = false;  // as merging found

  [[nodiscard]] std::string kernel() const;                           // all of them
  [[nodiscard]] std::string identity(const std::string& name) const;  // empty: not known yet
};

/// Throws InputError for a file that is missing, damaged in what is no result, or not hookflow's, UsageError
/// for one that has a whole run.
ShardFile read_shard(const std::filesystem::path& path);

/// Throws InputError, naming what differs, unless all are of one run and one phase of it, cut into as many
/// shares.
void expect_one_run(const std::vector<ShardFile>& shards);
/// Throws InputError, naming what differs, unless all were computed by one processor and its kernels, and so
/// was what the whole file has already.
void expect_one_kernel(const std::vector<ShardFile>& shards, const std::filesystem::path& whole,
                       const std::vector<std::string>& of_whole);
/// Throws InputError, naming what differs, unless the shard is of the run of this identity.
void expect_identity(const ShardFile& shard, const Identity& identity);

}  // namespace hookflow::pipeline

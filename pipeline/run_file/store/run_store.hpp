#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/run_file/format/layout.hpp"
#include "pipeline/run_file/marks/part_state.hpp"
#include "pipeline/run_file/store/new_file.hpp"
#include "pipeline/values/array.hpp"

namespace hookflow::pipeline {

struct Damage;

/// The run file: results, provenance and checkpoint in one HDF5 file. Calls may come from any thread; one
/// that is under way is waited for. Every method throws h5::Error naming file and object when HDF5 refuses (a
/// full disk, a bad file).
class RunStore {
 public:
  /// Creates the file whole: every dataset allocated, axes attached, fill values written, marked incomplete.
  /// Identity and provenance become attributes of the root; what has an empty value gets room in /status, for
  /// when it is known.
  /// It is built under a temporary name and then put in its place, so that a failure leaves no partial file.
  /// Throws InputError as NewFile does, and if there is no room.
  static RunStore create(NewFile made, const RunLayout& layout, const Identity& identity,
                         const Attributes& provenance);
  /// The size of such a file in bytes, which never changes.
  static std::uint64_t planned_size(const RunLayout& layout, const Identity& identity,
                                    const Attributes& provenance);
  /// Opens a file whose results over all prompts a share builds on; it is only read, and may be by many at a
  /// time. Throws InputError as open() does, and where something in it is damaged.
  static RunStore open_to_read(const std::filesystem::path& path, const RunLayout& layout,
                               const Identity& identity);
  /// Opens a file to go on. Throws InputError that names what differs between the file's identity and
  /// `identity`, old and new value; for a file of another program or of an older format; for one in use by
  /// another process. All that is done or failed is compared with its checksums: what is damaged counts as
  /// pending again, and with it all that is built on it.
  static RunStore open(const std::filesystem::path& path, const RunLayout& layout, const Identity& identity);

  RunStore(RunStore&&) noexcept;
  RunStore& operator=(RunStore&&) noexcept;
  ~RunStore();

  /// What was found damaged when the file was opened.
  [[nodiscard]] const Damage& damage() const;
  /// State of every (prompt, part) of a lane, row-major, as last committed. Prompts are those of the whole
  /// run, here and in what follows: of a file that has a share of it, the others are elsewhere.
  [[nodiscard]] std::vector<PartState> states(std::size_t lane) const;
  /// That of one part after the next commit; of a file that has a whole run.
  [[nodiscard]] PartState marked(std::size_t lane, std::size_t prompt, std::size_t part) const;
  [[nodiscard]] PartState fold_state(std::size_t fold) const;
  /// Whether all parts of its share, and all folds, are done or failed.
  [[nodiscard]] bool all_done() const;
  /// Whether the file was made to be merged into.
  [[nodiscard]] bool takes_merges() const;
  /// The processors and BLAS kernels that computed what it has, here or before it was merged.
  [[nodiscard]] std::vector<std::string> kernels() const;
  /// Whether the run was finished, and no mark says otherwise. Writing to it again makes it incomplete until
  /// it is finished again.
  [[nodiscard]] bool complete() const;

  /// Writes the cells [first, first + count) of one prompt's row of a variable, where a prompt's row is all
  /// axes after `prompt`, flattened. `values` holds count of them.
  void write_cells(const std::string& group, const std::string& variable, std::size_t prompt,
                   std::size_t first, const Column& values);
  /// Writes bytes that another file has of the variable, from a cell on, counted over the whole variable:
  /// they may go on over prompts that follow each other. `kind` is that of the cells there, which must be
  /// that of the cells here. Of a file that has a whole run.
  void write_stored(const std::string& group, const std::string& variable, h5::Kind kind, std::size_t first,
                    std::string_view bytes);
  /// Marks one (prompt, part) at the next commit. Folds that read it are then no longer done, nor is what is
  /// built on them.
  void mark(std::size_t lane, std::size_t prompt, std::size_t part, PartState state);
  /// Marks what another file had done, with the checksums that it has there, which are not computed again:
  /// as many parts as there are of these, from one of a prompt on and over the prompts behind it. `kernel` is
  /// kept with each: a processor and its BLAS kernels. Only in a file that was made to be merged into.
  void mark_merged(std::size_t lane, std::size_t prompt, std::size_t part,
                   std::span<const std::int64_t> checksums, const std::string& kernel);
  /// The same of a part that had failed there.
  void fail_merged(std::size_t lane, const Failure& failure, std::size_t part, const std::string& kernel);
  /// The first failure of a prompt stands: one that fails in several lanes keeps the first reason.
  void record_failure(const Failure& failure);
  /// What has failed is pending again, and what is built on it, and commits that. Reasons go with it.
  void retry_failed();
  /// Makes everything written so far durable, then the marks: data, flush, marks, flush.
  void commit();
  /// The same, unless another thread keeps the file busy for so long. Returns whether it was done.
  bool try_commit(std::chrono::milliseconds patience);
  /// Lets the disk begin with what is written, so that the next commit waits less for it.
  void begin_commit();

  /// The cells of a block, row-major, as doubles; an integer's -1 stays -1.
  [[nodiscard]] std::vector<double> read_cells(const std::string& group, const std::string& variable,
                                               const h5::Block& block) const;
  /// The same of rows [first, first + count) along the first axis.
  [[nodiscard]] std::vector<double> read_rows(const std::string& group, const std::string& variable,
                                              std::size_t first, std::size_t count) const;
  /// Writes rows along the first axis; for a variable without axes, first = 0 and one value.
  void write_rows(const std::string& group, const std::string& variable, std::size_t first,
                  const Column& values);
  void finish_fold(std::size_t fold);  // and commits
  /// Of what a fold has in the file.
  [[nodiscard]] std::int64_t fold_checksum(std::size_t fold) const;

  /// Adds this process to the file's history; every commit brings it up to date.
  /// `kernel`: processor and BLAS kernels that compute; empty: none, as where results are only copied.
  void begin_session(std::size_t threads, const std::string& program_version, const std::string& kernel);
  /// Notes how it ended, in up to 32 bytes.
  void end_session(const std::string& how);

  /// Of the prompts of which a part failed, the first reason of the last attempt.
  [[nodiscard]] std::vector<Failure> failures() const;
  /// Gives the identity entries that were empty when the file was made; to be called before the first commit.
  /// Up to 512 bytes each.
  void set_identity(const Identity& identity);
  /// The last step: gives provenance that was empty when the file was made, marks the file complete and
  /// closes it. Up to 512 bytes each, the rest is cut.
  void finish(const Attributes& provenance);

  struct Impl;

 private:
  explicit RunStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace hookflow::pipeline

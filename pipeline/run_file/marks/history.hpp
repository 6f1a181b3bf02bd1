#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/marks/part_state.hpp"

namespace hookflow::pipeline {

/// What one process did to a run file. Times are seconds since 1970 (UTC), NaN where there is none; counts
/// are of parts of prompts.
struct Session {
  double started = 0;
  double last_commit = 0;
  double ended = 0;
  std::int64_t done_before = 0;
  std::int64_t done = 0;  // in the file at the last commit
  std::int64_t failed = 0;
  std::int64_t threads = 0;
  std::int64_t damaged = 0;  // parts and folds that it found so
  std::string ended_by;      // "complete", "SIGINT", ...; empty: killed, or still at work
  std::string program_version;
  std::string kernel{};  // processor and BLAS kernels that computed; empty: it computed nothing, or is older
};

/// The group /history: one row for each process that worked on the file, in order, never removed. A row is
/// brought up to date with every commit, so that a process that was killed has told how far it came.
class History {
 public:
  static constexpr std::size_t kRows = 128;  // sessions beyond that share the last row
  static void create(h5::File& file);
  explicit History(const h5::File& file);

  [[nodiscard]] std::vector<Session> sessions() const;
  /// All kernels by which something was committed, in order.
  [[nodiscard]] std::vector<std::string> kernels() const;
  void begin(const Session& session);
  /// Of the session that was begun here; nothing when there is none or it has ended.
  void update(double last_commit, std::int64_t done, std::int64_t failed);
  void end(double ended, const std::string& how);

 private:
  h5::Dataset times_;    // [session, time]: started, last commit, ended; NaN: not yet
  h5::Dataset counts_;   // [session, count]: done before, done, failed, threads, damaged; -1: no session
  h5::Dataset ends_;     // [session, byte]
  h5::Dataset version_;  // [session, byte]
  std::optional<h5::Dataset> kernel_;  // the same; from format 8 on
  std::size_t row_ = kRows;
};

}  // namespace hookflow::pipeline

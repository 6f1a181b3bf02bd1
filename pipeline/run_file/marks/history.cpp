#include "pipeline/run_file/marks/history.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kTextBytes = 32;
constexpr std::size_t kKernelBytes = 256;
constexpr const char* kComputedOn = "kernel";
const std::vector<std::string> kTimes = {"started", "last_commit", "ended"};
const std::vector<std::string> kCounts = {"done_before", "done", "failed", "threads", "damaged"};

}  // namespace

void History::create(h5::File& file) {
  h5::Group group = file.create_group(kHistoryGroup);
  group.set_text("about", "Which processes worked on this file, when, and how far each came");
  const Axis session = numbered_axis("session", kRows, "Process that worked on this file, in order");
  h5::Dataset times =
      create_array(group, "times", h5::Kind::float64, {session, {"time", kTimes, "Moment", ""}},
                   "When a session started, committed last and ended; no end: it was killed");
  times.set_text("units", "seconds since 1970-01-01 00:00:00");  // spelled so, netCDF readers show dates
  h5::Dataset counts =
      create_array(group, "counts", h5::Kind::int64, {session, {"count", kCounts, "What is counted", ""}},
                   "Pieces of work done and failed in the file, threads, and pieces found damaged");
  counts.set_text("missing", "-1 where there is no session");
  create_text_rows(group, "ended_by", kTextBytes, {session}, "How a session ended");
  create_text_rows(group, "program_version", kTextBytes, {session}, "Version of hookflow");
  create_text_rows(group, kComputedOn, kKernelBytes, {session}, "Processor and BLAS kernels that computed");
}

History::History(const h5::File& file) {
  const h5::Group group = file.open_group(kHistoryGroup);
  times_ = group.open_dataset("times");
  counts_ = group.open_dataset("counts");
  ends_ = group.open_dataset("ended_by");
  version_ = group.open_dataset("program_version");
  const auto expect = [](const h5::Dataset& dataset, std::size_t width) {
    if (dataset.extents() != std::vector<std::size_t>{kRows, width})
      throw h5::Error(dataset.path() + ": is not a table of sessions");
  };
  expect(times_, kTimes.size());
  expect(counts_, kCounts.size());
  expect(ends_, kTextBytes);
  expect(version_, kTextBytes);
  if (!group.has(kComputedOn)) return;
  kernel_ = group.open_dataset(kComputedOn);
  expect(*kernel_, kKernelBytes);
}

std::vector<Session> History::sessions() const {
  const std::vector<double> times = times_.read_all<double>();
  const std::vector<std::int64_t> counts = counts_.read_all<std::int64_t>();
  const std::vector<std::string> ends = ends_.read_row_texts();
  const std::vector<std::string> versions = version_.read_row_texts();
  const std::vector<std::string> kernels =
      kernel_ ? kernel_->read_row_texts() : std::vector<std::string>(kRows);
  std::vector<Session> sessions;
  for (std::size_t row = 0; row < kRows && counts[row * kCounts.size()] >= 0; ++row) {
    const double* time = &times[row * kTimes.size()];
    const std::int64_t* count = &counts[row * kCounts.size()];
    sessions.push_back({time[0], time[1], time[2], count[0], count[1], count[2], count[3], count[4],
                        ends[row], versions[row], kernels[row]});
  }
  return sessions;
}

std::vector<std::string> History::kernels() const {
  std::vector<std::string> kernels;
  for (const Session& session : sessions())
    if (!session.kernel.empty() && !std::isnan(session.last_commit) &&
        std::ranges::find(kernels, session.kernel) == kernels.end())
      kernels.push_back(session.kernel);
  return kernels;
}

void History::begin(const Session& session) {
  row_ = std::min(sessions().size(), kRows - 1);
  times_.write(times_.rows(row_, 1),
               std::span<const double>(std::array{session.started, session.last_commit, session.ended}));
  ends_.write_row_text(row_, session.ended_by);
  version_.write_row_text(row_, session.program_version);
  if (kernel_) kernel_->write_row_text(row_, session.kernel);
  counts_.write(counts_.rows(row_, 1),  // written last: a row counts as a session from here on
                std::span<const std::int64_t>(std::array{session.done_before, session.done, session.failed,
                                                         session.threads, session.damaged}));
}

void History::update(double last_commit, std::int64_t done, std::int64_t failed) {
  if (row_ == kRows) return;
  times_.write(h5::Block{{row_, 1}, {1, 1}}, std::span<const double>(&last_commit, 1));
  counts_.write(h5::Block{{row_, 1}, {1, 2}}, std::span<const std::int64_t>(std::array{done, failed}));
}

void History::end(double ended, const std::string& how) {
  if (row_ == kRows) return;
  times_.write(h5::Block{{row_, 2}, {1, 1}}, std::span<const double>(&ended, 1));
  ends_.write_row_text(row_, how);
  row_ = kRows;
}

}  // namespace hookflow::pipeline

#include "pipeline/run_file/store/run_store.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/store/run_store_impl.hpp"

namespace hookflow::pipeline {
namespace {

std::size_t size_of_column(const Column& values) {
  return std::visit([](const auto& column) { return column.size(); }, values);
}

}  // namespace

RunStore::RunStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;
RunStore::~RunStore() = default;

const Damage& RunStore::damage() const { return impl_->damage; }

std::vector<PartState> RunStore::states(std::size_t lane) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<PartState> rows = impl_->checkpoint.states(lane);
  const std::optional<ShareLayout>& share = impl_->checkpoint.share();
  if (!share) return rows;
  const std::size_t parts = impl_->checkpoint.parts(lane);
  std::vector<PartState> states(share->run_prompts * parts, PartState::elsewhere);
  for (std::size_t row = 0; row < share->prompts.size(); ++row)
    for (std::size_t part = 0; part < parts; ++part)
      states[share->prompts[row] * parts + part] = rows[row * parts + part];
  return states;
}

PartState RunStore::marked(std::size_t lane, std::size_t prompt, std::size_t part) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checkpoint.marked(lane, prompt, part);
}

PartState RunStore::fold_state(std::size_t fold) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checkpoint.fold_state(fold);
}

bool RunStore::all_done() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checkpoint.all_done();
}

bool RunStore::takes_merges() const { return impl_->origins.has_value(); }

bool RunStore::complete() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->said_complete && impl_->checkpoint.all_done();
}

void RunStore::write_cells(const std::string& group, const std::string& variable, std::size_t prompt,
                           std::size_t first, const Column& values) {
  const std::lock_guard lock(impl_->mutex);
  h5::Dataset& dataset = impl_->dataset(group, variable);
  const std::vector<std::size_t>& extents = dataset.extents();
  const std::size_t row = dataset.rows(0, 1).cells();
  const std::size_t count = size_of_column(values);
  const std::size_t at = impl_->row_of(prompt);
  if (extents.empty() || at >= extents[0] || first > row || count > row - first)
    throw std::logic_error(impl_->path.string() + ": " + dataset.path() + ": no cells " +
                           std::to_string(first) + " to " + std::to_string(first + count) + " of prompt " +
                           std::to_string(prompt));
  impl_->reopen();
  for_blocks(extents, at * row + first, count,
             [&](const h5::Block& block, std::size_t from, std::size_t cells) {
               impl_->write(dataset, block, values, from, cells);
             });
}

void RunStore::write_stored(const std::string& group, const std::string& variable, h5::Kind kind,
                            std::size_t first, std::string_view bytes) {
  const std::lock_guard lock(impl_->mutex);
  h5::Dataset& dataset = impl_->dataset(group, variable);
  if (dataset.kind() != kind)
    throw std::logic_error(impl_->path.string() + ": " + dataset.path() + ": has another kind of number");
  const std::size_t width = dataset.cell_bytes();
  impl_->reopen();
  for_blocks(dataset.extents(), first, bytes.size() / width,
             [&](const h5::Block& block, std::size_t from, std::size_t cells) {
               dataset.write_stored(block, bytes.substr(from * width, cells * width));
             });
}

void RunStore::write_rows(const std::string& group, const std::string& variable, std::size_t first,
                          const Column& values) {
  const std::lock_guard lock(impl_->mutex);
  h5::Dataset& dataset = impl_->dataset(group, variable);
  const std::size_t count = size_of_column(values);
  const std::size_t row = dataset.rows(0, 1).cells();
  const h5::Block block = dataset.rows(first, row == 0 ? 0 : count / row);
  impl_->reopen();
  impl_->write(dataset, block, values, 0, count);
}

std::int64_t RunStore::fold_checksum(std::size_t fold) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->checks.fold_checksum(fold);
}

std::vector<double> RunStore::read_cells(const std::string& group, const std::string& variable,
                                         const h5::Block& block) const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<double> values(block.cells());
  impl_->dataset(group, variable).read(block, std::span<double>(values));
  return values;
}

std::vector<double> RunStore::read_rows(const std::string& group, const std::string& variable,
                                        std::size_t first, std::size_t count) const {
  const std::lock_guard lock(impl_->mutex);
  return read_cells(group, variable, impl_->dataset(group, variable).rows(first, count));
}

void RunStore::mark(std::size_t lane, std::size_t prompt, std::size_t part, PartState state) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->origins) impl_->origins->clear(lane, prompt, part);
  impl_->checkpoint.mark(lane, impl_->row_of(prompt), part, state);
}

void RunStore::mark_merged(std::size_t lane, std::size_t prompt, std::size_t part,
                           std::span<const std::int64_t> checksums, const std::string& kernel) {
  const std::lock_guard lock(impl_->mutex);
  Origins& origins = impl_->origins_of_merged();
  const std::size_t parts = impl_->checkpoint.parts(lane);
  const std::size_t first = prompt * parts + part;
  impl_->checks.put(lane, first, checksums);
  for (std::size_t cell = first; cell < first + checksums.size(); ++cell) {
    impl_->checkpoint.mark_checked(lane, cell / parts, cell % parts);
    origins.set(lane, cell / parts, cell % parts, kernel);
  }
}

void RunStore::fail_merged(std::size_t lane, const Failure& failure, std::size_t part,
                           const std::string& kernel) {
  const std::lock_guard lock(impl_->mutex);
  record_failure(failure);
  mark(lane, failure.prompt, part, PartState::failed);
  impl_->origins_of_merged().set(lane, failure.prompt, part, kernel);
}

void RunStore::record_failure(const Failure& failure) {
  const std::lock_guard lock(impl_->mutex);
  impl_->reopen();
  Failure of_row = failure;
  of_row.prompt = impl_->row_of(failure.prompt);
  impl_->checkpoint.record(of_row);
}

void RunStore::commit() {
  const std::lock_guard lock(impl_->mutex);
  impl_->checks.write(impl_->checkpoint);
  if (impl_->origins) impl_->origins->write();
  impl_->file.sync();
  if (impl_->checkpoint.has_marks()) impl_->write_marks();
}

void RunStore::begin_commit() {
  const std::lock_guard lock(impl_->mutex);
  impl_->file.begin_sync();
}

void RunStore::retry_failed() {
  const std::lock_guard lock(impl_->mutex);
  impl_->checkpoint.retry();
  if (!impl_->checkpoint.has_marks()) return;
  impl_->write_marks();
  impl_->checkpoint.clear_stale_failures();
}

bool RunStore::try_commit(std::chrono::milliseconds patience) {
  const std::unique_lock lock(impl_->mutex, patience);
  if (lock) commit();
  return lock.owns_lock();
}

std::vector<std::string> RunStore::kernels() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<std::string> kernels = impl_->history.kernels();
  if (!impl_->origins) return kernels;
  for (const std::string& merged : impl_->origins->kernels())
    if (std::ranges::find(kernels, merged) == kernels.end()) kernels.push_back(merged);
  return kernels;
}

void RunStore::begin_session(std::size_t threads, const std::string& program_version,
                             const std::string& kernel) {
  const std::lock_guard lock(impl_->mutex);
  constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t done = impl_->checkpoint.count(PartState::done);
  impl_->history.begin({seconds_now(), kNever, kNever, done, done, impl_->checkpoint.count(PartState::failed),
                        static_cast<std::int64_t>(threads), static_cast<std::int64_t>(impl_->damage.count()),
                        "", program_version, kernel});
}

void RunStore::end_session(const std::string& how) {
  const std::lock_guard lock(impl_->mutex);
  impl_->history.end(seconds_now(), how);
  impl_->file.sync();
}

void RunStore::finish_fold(std::size_t fold) {
  const std::lock_guard lock(impl_->mutex);
  impl_->checkpoint.mark_fold(fold);
  commit();
}

std::vector<Failure> RunStore::failures() const {
  const std::lock_guard lock(impl_->mutex);
  std::vector<Failure> failures = impl_->checkpoint.failures();
  if (const std::optional<ShareLayout>& share = impl_->checkpoint.share())
    for (Failure& failure : failures) failure.prompt = share->prompts[failure.prompt];
  return failures;
}

void RunStore::set_identity(const Identity& identity) {
  const std::lock_guard lock(impl_->mutex);
  for (const auto& [name, value] : identity)
    if (impl_->status.has(kIdentityPrefix + name)) impl_->status.set_text(kIdentityPrefix + name, value);
}

void RunStore::finish(const Attributes& provenance) {
  {
    const std::lock_guard lock(impl_->mutex);
    for (const auto& [name, value] : provenance) impl_->status.set_text(name, value);
    commit();
    impl_->history.end(seconds_now(), "complete");
    impl_->status.set_complete(true);
    impl_->file.sync();
    impl_->datasets.clear();
  }
  const std::unique_ptr<Impl> closing = std::move(impl_);
  closing->file.close();
}

}  // namespace hookflow::pipeline

#include "pipeline/run_store.hpp"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <type_traits>

#include "pipeline/blocks.hpp"
#include "pipeline/checkpoint.hpp"
#include "pipeline/error.hpp"
#include "pipeline/new_file.hpp"
#include "pipeline/run_contents.hpp"
#include "pipeline/run_lock.hpp"
#include "pipeline/utf8.hpp"

namespace hookflow::pipeline {

// What a kill leaves. In creation: a file under a temporary name, which the next attempt removes. Afterwards
// nothing is allocated or moved any more: rows, marks and the attributes set at the end overwrite their own
// bytes, and a mark reaches the disk after the rows it vouches for. So a kill leaves rows without a mark,
// which are computed again, or an attribute of before.
struct RunStore::Impl {
  std::filesystem::path path;
  h5::File file;
  std::map<std::pair<std::string, std::string>, h5::Dataset> datasets;
  Checkpoint checkpoint;
  bool complete;

  Impl(std::filesystem::path file_path, h5::File open_file)
      : path(std::move(file_path)),
        file(std::move(open_file)),
        checkpoint(file),
        complete(file.integer("complete") != 0) {}

  void open_datasets(const RunLayout& layout) {
    for (const GroupLayout& group : layout.groups) {
      const h5::Group opened = file.open_group(group.name);
      for (const Variable& variable : group.variables)
        datasets.emplace(std::pair(group.name, variable.name), opened.open_dataset(variable.name));
    }
  }

  [[nodiscard]] h5::Dataset& dataset(const std::string& group, const std::string& variable) {
    const auto found = datasets.find({group, variable});
    if (found == datasets.end())
      throw std::logic_error(path.string() + ": no variable /" + group + "/" + variable +
                             " to write or read");
    return found->second;
  }

  void write(h5::Dataset& dataset, const h5::Block& block, const Column& values, std::size_t from,
             std::size_t count) const {
    const auto write_part = [&](const auto& column) {
      using Value = typename std::decay_t<decltype(column)>::value_type;
      if (std::is_integral_v<Value> != (dataset.kind() == h5::Kind::int64))
        throw std::logic_error(path.string() + ": " + dataset.path() +
                               ": integers and floats are not the same");
      dataset.write(block, std::span(column).subspan(from, count));
    };
    std::visit(write_part, values);
  }

  // A finished file that is written again is no longer complete until it is finished again.
  void reopen() {
    if (!complete) return;
    file.replace_integer("complete", 0);
    file.sync();
    complete = false;
  }
};

namespace {

std::size_t size_of_column(const Column& values) {
  return std::visit([](const auto& column) { return column.size(); }, values);
}

void check_space(const std::filesystem::path& path, const std::vector<GroupContents>& groups) {
  std::uintmax_t needed = 0;
  for (const GroupContents& group : groups)
    for (const Variable& variable : group.variables)
      needed += cell_count(variable.axes) * size_of(variable.dtype);
  std::error_code unknown;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  const auto room = std::filesystem::space(folder, unknown);
  if (!unknown && room.available < needed)
    throw InputError(path.string() + ": needs " + std::to_string((needed >> 10U) + 1) + " KiB, but " +
                     folder.string() + " has " + std::to_string(room.available >> 10U) + " KiB free");
}

/// The file under its temporary name; messages call it by its own.
h5::File create_file(const std::filesystem::path& path, const std::string& temporary) {
  try {
    h5::File file = h5::File::create(temporary);
    file.rename(path.string());
    return file;
  } catch (const std::runtime_error& error) {
    const std::string message = error.what();
    throw InputError(path.string() +
                     (message.starts_with(temporary) ? message.substr(temporary.size()) : ": " + message));
  }
}

void write_everything(h5::File& file, const RunLayout& layout, const std::vector<GroupContents>& groups) {
  write_contents(file, groups);
  Checkpoint::create(file, layout);
  if (layout.default_group.empty()) return;
  for (const GroupContents& group : groups)
    for (const Variable& variable : group.variables)
      if (group.name == layout.default_group && variable.name == layout.default_variable)
        return write_default_plot(file, group.name, variable);
  throw std::logic_error("run layout: no default variable /" + layout.default_group + "/" +
                         layout.default_variable);
}

void check_same_run(const h5::File& file, const std::string& path, const RunLayout& layout,
                    const std::vector<GroupContents>& planned, const Identity& identity) {
  std::vector<std::string> lines = identity_differences(file, identity);
  for (std::string& line : Checkpoint(file).differences(layout)) lines.push_back(std::move(line));
  for (std::string& line : differences(file, planned)) lines.push_back(std::move(line));
  if (lines.empty()) return;
  std::string message = path + ": belongs to another run, and cannot be resumed with this one:";
  for (const std::string& line : lines) message += "\n  " + line;
  throw InputError(message);
}

}  // namespace

RunStore::RunStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RunStore::RunStore(RunStore&&) noexcept = default;
RunStore& RunStore::operator=(RunStore&&) noexcept = default;
RunStore::~RunStore() = default;

RunStore RunStore::create(const std::filesystem::path& path, const RunLayout& layout,
                          const Identity& identity, const Attributes& provenance, bool overwrite) {
  const std::vector<GroupContents> groups = plan_contents(layout);
  NewFile made(path, overwrite);
  h5::File file = create_file(path, made.temporary().string());
  check_space(path, groups);
  lock_for_writing(file.descriptor(), path);
  try {
    write_root(file, identity, provenance);
    write_everything(file, layout, groups);
    file.sync();
  } catch (const std::runtime_error& error) {  // no room, as nothing else fails here
    throw InputError(error.what());
  }
  auto impl = std::make_unique<Impl>(path, std::move(file));
  impl->open_datasets(layout);
  made.place();
  return RunStore(std::move(impl));
}

RunStore RunStore::open(const std::filesystem::path& path, const RunLayout& layout,
                        const Identity& identity) {
  const std::vector<GroupContents> planned = plan_contents(layout);
  std::error_code unknown;
  if (!std::filesystem::is_regular_file(path, unknown))
    throw InputError(path.string() + ": no such run file");
  if (is_being_written(path))
    throw InputError(path.string() + ": is being written by another process; wait for it to end, or stop it");
  try {
    h5::File file = h5::File::open(path, true);
    lock_for_writing(file.descriptor(), path);
    check_format(file, path.string());
    check_same_run(file, path.string(), layout, planned, identity);
    auto impl = std::make_unique<Impl>(path, std::move(file));
    impl->open_datasets(layout);
    return RunStore(std::move(impl));
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    throw damaged(path.string(), error);
  }
}

std::vector<UnitState> RunStore::states(std::size_t lane) const { return impl_->checkpoint.states(lane); }
bool RunStore::fold_done(std::size_t fold) const { return impl_->checkpoint.fold_done(fold); }
bool RunStore::complete() const { return impl_->complete; }

void RunStore::write_cells(const std::string& group, const std::string& variable, std::size_t prompt,
                           std::size_t first, const Column& values) {
  h5::Dataset& dataset = impl_->dataset(group, variable);
  const std::vector<std::size_t>& extents = dataset.extents();
  const std::size_t row = extents.empty() ? 0 : dataset.cells() / std::max<std::size_t>(extents[0], 1);
  const std::size_t count = size_of_column(values);
  if (extents.empty() || prompt >= extents[0] || first > row || count > row - first)
    throw std::logic_error(impl_->path.string() + ": " + dataset.path() + ": no cells " +
                           std::to_string(first) + " to " + std::to_string(first + count) + " of prompt " +
                           std::to_string(prompt));
  impl_->reopen();
  std::size_t from = 0;
  for (const h5::Block& block : blocks_of_range(extents, prompt * row + first, count)) {
    std::size_t cells = 1;
    for (const std::size_t size : block.count) cells *= size;
    impl_->write(dataset, block, values, from, cells);
    from += cells;
  }
}

void RunStore::write_rows(const std::string& group, const std::string& variable, std::size_t first,
                          const Column& values) {
  h5::Dataset& dataset = impl_->dataset(group, variable);
  const std::size_t count = size_of_column(values);
  h5::Block block{std::vector<std::size_t>(dataset.extents().size()), dataset.extents()};
  if (!block.count.empty()) {
    const std::size_t row = dataset.cells() / std::max<std::size_t>(block.count[0], 1);
    block.start[0] = first;
    block.count[0] = row == 0 ? 0 : count / row;
  } else if (first != 0) {
    throw std::logic_error(impl_->path.string() + ": " + dataset.path() + ": has a single value");
  }
  impl_->reopen();
  impl_->write(dataset, block, values, 0, count);
}

std::vector<double> RunStore::read_rows(const std::string& group, const std::string& variable,
                                        std::size_t first, std::size_t count) const {
  const h5::Dataset& dataset = impl_->dataset(group, variable);
  h5::Block block{std::vector<std::size_t>(dataset.extents().size()), dataset.extents()};
  std::size_t cells = 1;
  if (!block.count.empty()) {
    cells = count * (dataset.cells() / std::max<std::size_t>(block.count[0], 1));
    block.start[0] = first;
    block.count[0] = count;
  }
  std::vector<double> values(cells);
  dataset.read(block, std::span<double>(values));
  return values;
}

void RunStore::mark(std::size_t lane, std::size_t prompt, std::size_t part, UnitState state) {
  impl_->checkpoint.mark(lane, prompt, part, state);
}

void RunStore::record_failure(const Failure& failure) {
  impl_->reopen();
  impl_->checkpoint.record(failure);
}

void RunStore::commit() {
  impl_->file.sync();
  if (!impl_->checkpoint.has_marks()) return;
  impl_->reopen();
  impl_->checkpoint.write_marks();
  impl_->file.sync();
}

void RunStore::finish_fold(std::size_t fold) {
  impl_->checkpoint.mark_fold(fold);
  commit();
}

std::vector<Failure> RunStore::failures() const { return impl_->checkpoint.failures(); }

void RunStore::set_identity(const Identity& identity) { replace_identity(impl_->file, identity); }

void RunStore::set_attribute(const std::string& name, const std::string& value) {
  if (!impl_->file.is_reserved(name))
    throw std::logic_error(impl_->path.string() + ": attribute '" + name +
                           "' was not reserved (given empty) when the file was made");
  impl_->file.replace_text(name, spell_bytes(value));
}

void RunStore::finish(const Attributes& provenance) {
  for (const auto& [name, value] : provenance) set_attribute(name, value);
  commit();
  impl_->file.replace_integer("complete", 1);
  impl_->file.sync();
  impl_->datasets.clear();
  const std::unique_ptr<Impl> closing = std::move(impl_);
  closing->file.close();
}

}  // namespace hookflow::pipeline

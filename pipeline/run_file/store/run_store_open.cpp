// How a run file comes to be, and is opened to go on.
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

#include "pipeline/error.hpp"
#include "pipeline/run_file/format/descriptor.hpp"
#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/root_attributes.hpp"
#include "pipeline/run_file/format/run_lock.hpp"
#include "pipeline/run_file/format/seal.hpp"
#include "pipeline/run_file/format/warnings.hpp"
#include "pipeline/run_file/format/write_groups.hpp"
#include "pipeline/run_file/marks/origins.hpp"
#include "pipeline/run_file/marks/share_group.hpp"
#include "pipeline/run_file/store/mismatches.hpp"
#include "pipeline/run_file/store/run_store_impl.hpp"
#include "pipeline/values/group_names.hpp"

namespace hookflow::pipeline {
namespace {

void check_space(const NewFile& made, const std::vector<GroupContents>& groups) {
  std::uintmax_t needed = 0;
  for (const GroupContents& group : groups)
    for (const Variable& variable : group.variables)
      needed += cell_count(variable.axes) * size_of(variable.dtype);
  std::error_code unknown;
  const auto room = std::filesystem::space(made.folder(), unknown);
  if (!unknown && room.available < needed)
    throw InputError(made.path().string() + ": needs " + std::to_string((needed >> 10U) + 1) + " KiB, but " +
                     made.folder().string() + " has " + std::to_string(room.available >> 10U) + " KiB free");
}

void write_plot(h5::File& file, const RunLayout& layout, const std::vector<GroupContents>& groups) {
  if (layout.default_group.empty()) return;
  for (const GroupContents& group : groups)
    for (const Variable& variable : group.variables)
      if (group.name == layout.default_group && variable.name == layout.default_variable)
        return write_default_plot(file, group.name, variable);
  throw std::logic_error("run layout: no default variable /" + layout.default_group + "/" +
                         layout.default_variable);
}

/// What is written after the file is made: results, checkpoint, history and status.
std::vector<h5::ByteRange> changing_bytes(const h5::File& file, const RunLayout& layout) {
  std::vector<h5::ByteRange> ranges = {h5::kOpenFlag};
  for (const GroupLayout& group : layout.groups) {
    const h5::Group opened = file.open_group(group.name);
    for (const Variable& variable : group.variables)
      ranges.push_back(opened.open_dataset(variable.name).bytes());
  }
  for (const char* name : {kCheckpointGroup, kHistoryGroup, kStatusGroup}) {
    const h5::Group group = file.open_group(name);
    for (const std::string& member : group.dataset_names()) {
      const h5::Dataset dataset = group.open_dataset(member);
      if (!dataset.is_scale() && dataset.kind() != h5::Kind::text) ranges.push_back(dataset.bytes());
    }
  }
  return ranges;
}

std::size_t most_ranges(const RunLayout& layout, std::size_t late_texts) {
  constexpr std::size_t kOwn = 16;  // of checkpoint, history and status, whatever the layout
  std::size_t ranges = kOwn + 3 * layout.lanes.size() + late_texts;
  for (const GroupLayout& group : layout.groups) ranges += group.variables.size();
  return ranges;
}

/// All but the seal's value.
void write_everything(h5::File& file, const RunLayout& layout, const std::vector<GroupContents>& groups,
                      const Identity& identity, const Attributes& provenance) {
  Attributes attributes = provenance;
  if (!layout.workflow.empty()) attributes["workflow"] = layout.workflow;
  const std::vector<std::string> late = late_names(identity, attributes);
  make_seal(file, most_ranges(layout, late.size()));
  write_root_attributes(file, identity, attributes);
  write_contents(file, groups);
  write_warnings(file, layout.warnings);
  write_share(file, layout);
  Checkpoint::create(file, layout);
  Checksums::create(file, layout);
  if (layout.merged) Origins::create(file, layout);
  History::create(file);
  Status::create(file, late);
  write_plot(file, layout, groups);
}

void check_same_run(const h5::File& file, const std::string& path, const RunLayout& layout,
                    const std::vector<GroupContents>& planned, const Identity& identity) {
  const std::vector<std::string> lines = mismatches(file, layout, planned, identity);
  if (lines.empty()) return;
  std::string message = path + ": belongs to another run, and cannot be resumed with this one:";
  for (const std::string& line : lines) message += "\n  " + line;
  throw InputError(message);
}

}  // namespace

RunStore RunStore::create(NewFile made, const RunLayout& layout, const Identity& identity,
                          const Attributes& provenance) {
  const std::vector<GroupContents> groups = plan_contents(layout);
  h5::File file = made.create();
  check_space(made, groups);
  try {
    write_everything(file, layout, groups, identity, provenance);
    file.begin_sync();
    set_seal(file, changing_bytes(file, layout));
    file.sync();
  } catch (const h5::Error& error) {  // no room, as nothing else fails here
    throw InputError(error.what());
  }
  auto impl = std::make_unique<Impl>(made.path(), std::move(file), layout);
  made.place();
  return RunStore(std::move(impl));
}

std::uint64_t RunStore::planned_size(const RunLayout& layout, const Identity& identity,
                                     const Attributes& provenance) {
  h5::File file = h5::File::sketch();
  write_everything(file, layout, plan_contents(layout), identity, provenance);
  return file.size_when_allocated();
}

RunStore RunStore::open(const std::filesystem::path& path, const RunLayout& layout,
                        const Identity& identity) {
  const std::vector<GroupContents> planned = plan_contents(layout);
  expect_file(path);
  if (is_being_written(path)) refuse_in_use(path);
  check_seal(path);
  if (::access(path.c_str(), W_OK) != 0)
    throw InputError(path.string() + ": cannot be written: " + std::generic_category().message(errno));
  return blame_file(path.string(), [&] {
    h5::File file = h5::File::open(path, true);
    lock_for_writing(file.descriptor(), path);
    if (!leads_to(path, file.descriptor())) refuse_in_use(path);  // it was being replaced
    check_format(file, path.string());
    check_resumable(file, path.string());
    check_same_run(file, path.string(), layout, planned, identity);
    auto impl = std::make_unique<Impl>(path, std::move(file), layout);
    impl->repair();
    return RunStore(std::move(impl));
  });
}

RunStore RunStore::open_to_read(const std::filesystem::path& path, const RunLayout& layout,
                                const Identity& identity) {
  const std::vector<GroupContents> planned = plan_contents(layout);
  expect_file(path);
  if (is_being_written(path)) refuse_in_use(path);
  check_seal(path);
  return blame_file(path.string(), [&] {
    h5::File file = h5::File::open(path, false);
    check_format(file, path.string());
    check_resumable(file, path.string());
    check_same_run(file, path.string(), layout, planned, identity);
    auto impl = std::make_unique<Impl>(path, std::move(file), layout);
    for (const std::size_t fold : impl->checks.damaged_folds(impl->checkpoint))
      throw InputError(path.string() + ": /" + impl->checkpoint.folds()[fold] +
                       " is damaged; hookflow resume computes it again");
    return RunStore(std::move(impl));
  });
}

}  // namespace hookflow::pipeline

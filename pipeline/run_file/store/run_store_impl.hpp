#pragma once
#include <algorithm>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "pipeline/h5/h5.hpp"
#include "pipeline/run_file/checks/checksums.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/marks/history.hpp"
#include "pipeline/run_file/marks/origins.hpp"
#include "pipeline/run_file/store/run_store.hpp"

/// For the sources of this folder alone.
namespace hookflow::pipeline {

/// Since 1970, UTC.
inline double seconds_now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// What a kill leaves. In creation: a file under a temporary name, which the next attempt removes. Afterwards
// nothing is allocated or moved any more: rows, marks and the status overwrite their own bytes, and a mark
// reaches the disk after the rows it vouches for and their checksum. So a kill leaves rows without a mark,
// which are computed again, or a status of before.
struct RunStore::Impl {
  std::filesystem::path path;
  h5::File file;
  std::map<std::pair<std::string, std::string>, h5::Dataset> datasets;
  Checkpoint checkpoint;
  Checksums checks;
  History history;
  Status status;
  bool said_complete;
  Dependencies dependencies;
  std::optional<Origins> origins;  // of what was merged
  Damage damage;                   // that was found when the file was opened
  // Recursive: methods call each other. Timed: whoever ends the process cannot wait for a disk that hangs.
  std::recursive_timed_mutex mutex;

  Impl(std::filesystem::path file_path, h5::File open_file, const RunLayout& layout)
      : path(std::move(file_path)),
        file(std::move(open_file)),
        checkpoint(file),
        checks(file, checkpoint),
        history(file),
        status(file),
        said_complete(stated_complete(file) != 0),
        dependencies(layout) {
    if (Origins::stand_in(file)) origins.emplace(file, checkpoint.lanes());
    for (const GroupLayout& group : layout.groups) {
      const h5::Group opened = file.open_group(group.name);
      for (const Variable& variable : group.variables)
        datasets.emplace(std::pair(group.name, variable.name), opened.open_dataset(variable.name));
    }
  }

  /// Where a prompt of the run stands in the file; behind its last row: nowhere.
  [[nodiscard]] std::size_t row_of(std::size_t prompt) const {
    const std::optional<ShareLayout>& share = checkpoint.share();
    if (!share) return prompt;
    const auto found = std::ranges::lower_bound(share->prompts, prompt);
    const bool is_there = found != share->prompts.end() && *found == prompt;
    return is_there ? static_cast<std::size_t>(found - share->prompts.begin()) : share->prompts.size();
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
      using Number = typename std::decay_t<decltype(column)>::value_type;
      if (std::is_integral_v<Number> != (dataset.kind() == h5::Kind::int64))
        throw std::logic_error(path.string() + ": " + dataset.path() +
                               ": integers and floats are not the same");
      dataset.write(block, std::span(column).subspan(from, count));
    };
    std::visit(write_part, values);
  }

  [[nodiscard]] Origins& origins_of_merged() {
    if (!origins) throw std::logic_error(path.string() + ": was not made to be merged into");
    return *origins;
  }

  // A finished file that is written again is no longer complete until it is finished again.
  void reopen() {
    if (!said_complete) return;
    status.set_complete(false);
    file.sync();
    said_complete = false;
  }

  // Writes the marks; what they vouch for must be on the disk already.
  void write_marks() {
    reopen();
    if (const Checkpoint::Stale stale = checkpoint.take_back(dependencies); stale.any()) {
      file.sync();
      checks.forget_folds(checkpoint);
      for (const std::size_t lane : stale.lanes) checks.clear(lane);
    }
    checkpoint.write_marks();
    history.update(seconds_now(), checkpoint.count(PartState::done), checkpoint.count(PartState::failed));
    file.sync();
  }

  // Takes back the marks of what is damaged, before anything else is done with the file.
  void repair() {
    damage = checks.find_damage(file, checkpoint);
    if (damage.any()) {
      for (const Damage::Part& part : damage.parts)
        checkpoint.mark(part.lane, part.prompt, part.part, PartState::pending);
      for (const std::size_t fold : damage.folds) checkpoint.mark_fold(fold, false);
      write_marks();
    }
    checkpoint.clear_stale_failures();
  }
};

}  // namespace hookflow::pipeline

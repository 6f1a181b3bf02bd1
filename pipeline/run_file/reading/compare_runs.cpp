#include "pipeline/run_file/reading/compare_runs.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/status.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/reading/cell_reader.hpp"
#include "pipeline/run_file/reading/compare_values.hpp"
#include "pipeline/run_file/reading/matched_cells.hpp"
#include "pipeline/values/group_names.hpp"
#include "pipeline/values/spelling.hpp"

namespace hookflow::pipeline {
namespace {

constexpr const char* kCheckpointPath = "/checkpoint";

template <class Value>
UnequalValues compare_numbers(h5::Dataset first, h5::Dataset second, const MatchedCells& cells) {
  UnequalValues unequal;
  CellReader<Value> one(std::move(first));
  CellReader<Value> other(std::move(second));
  cells.for_each([&](std::size_t a, std::size_t b) { unequal.add(one[a], other[b]); });
  return unequal;
}

class RunsCompared {
 public:
  RunsCompared(const h5::File& first, const h5::File& second) : first_(first), second_(second) {
    static_cast<SettingsComparison&>(result_) = compare_settings(first, second);
  }

  RunComparison run() {
    const std::vector<GroupContents> first = read_contents(first_);
    const std::vector<GroupContents> second = read_contents(second_);
    first_texts_ = texts_counted(first);
    second_texts_ = texts_counted(second);
    match_by_name(
        first, second, [&](const GroupContents& a, const GroupContents& b) { compare_groups(a, b); },
        [&](const GroupContents& group, bool is_first) {
          const GroupContents none{group.name, {}, {}, {}, {}};
          compare_groups(is_first ? group : none, is_first ? none : group);
        });
    compare_checkpoints();
    return std::move(result_);
  }

 private:
  /// Lists of texts, by what the numbers count that stand for them.
  using CountedTexts = std::map<std::string, TextRows>;

  static CountedTexts texts_counted(const std::vector<GroupContents>& groups) {
    CountedTexts counted_texts;
    for (const GroupContents& group : groups)
      for (const TextTable& table : group.texts)
        if (!table.axis.long_name.empty()) counted_texts.emplace(table.axis.long_name, table.texts);
    return counted_texts;
  }

  /// "12 ' the'"
  static std::string with_text(const std::string& number, const CountedTexts& texts,
                               const std::string& units) {
    const TextRows& rows = texts.at(units);
    const auto at = static_cast<std::size_t>(std::stoll(number));
    return number + (at < rows.size() ? " '" + rows[at] + "'" : "");
  }

  void differ(const std::string& path, const std::string& problem) {
    result_.differences.push_back({path, problem, 0, 0, 0, "", "", ""});
  }

  template <class Item, class Compare>
  void match(const std::vector<Item>& first, const std::vector<Item>& second, const std::string& place,
             const Compare& compare) {
    match_by_name(first, second, compare, [&](const Item& item, bool is_first) {
      differ(place + item.name, std::string("is in the ") + (is_first ? "first" : "second") + " file only");
    });
  }

  void compare_groups(const GroupContents& a, const GroupContents& b) {
    const std::string place = "/" + a.name + "/";
    match(a.variables, b.variables, place,
          [&](const Variable& one, const Variable& other) { compare_variables(a.name, one, other); });
    match(a.texts, b.texts, place, [&](const TextTable& one, const TextTable& other) {
      if (one.axis != other.axis)
        differ(place + one.name, "has different labels along '" + one.axis.name + "'");
      else
        keep(place + one.name, {one.axis}, unequal_values(one.texts, other.texts));
    });
  }

  void compare_variables(const std::string& group, const Variable& one, const Variable& other) {
    const std::string path = "/" + group + "/" + one.name;
    if (shape_text(one) != shape_text(other))
      return differ(path, "is " + shape_text(one) + " in the first, " + shape_text(other) + " in the second");
    for (std::size_t i = 0; i < one.axes.size(); ++i)
      if (one.axes[i].coordinates != other.axes[i].coordinates)
        return differ(path, "has different labels along '" + one.axes[i].name + "'");
    if (one.units != other.units || one.long_name != other.long_name)
      differ(path, "has different units or a different meaning");
    const MatchedCells cells(one.axes, other.axes);
    h5::Dataset first = first_.open_group(group).open_dataset(one.name);
    h5::Dataset second = second_.open_group(group).open_dataset(one.name);
    if (one.dtype != Dtype::int64)
      return keep(path, one.axes, compare_numbers<double>(std::move(first), std::move(second), cells));
    const UnequalValues unequal = compare_numbers<std::int64_t>(std::move(first), std::move(second), cells);
    keep(path, one.axes, unequal);
    if (unequal.count() > 0 && first_texts_.contains(one.units) && second_texts_.contains(one.units))
      tell_texts(result_.differences.back(), one, unequal.first());
  }

  /// How far numbers are apart says nothing of the texts that they stand for.
  void tell_texts(DatasetDifference& found, const Variable& variable, const UnequalPair& first) const {
    found.largest = std::numeric_limits<double>::infinity();
    found.where = place_of(variable.axes, first.cell);
    found.first = with_text(first.first, first_texts_, variable.units);
    found.second = with_text(first.second, second_texts_, variable.units);
  }

  void keep(const std::string& path, const std::vector<Axis>& axes, const UnequalValues& unequal) {
    ++result_.datasets;
    result_.cells += unequal.cells();
    if (unequal.count() == 0) return;
    const UnequalPair& farthest = unequal.farthest();
    result_.differences.push_back({path, "", unequal.count(), unequal.cells(), unequal.largest(),
                                   place_of(axes, farthest.cell), farthest.first, farthest.second});
  }

  void compare_checkpoints() {
    const Checkpoint first(first_);
    const Checkpoint second(second_);
    if (first.lanes() != second.lanes() || first.folds() != second.folds() ||
        first.prompts() != second.prompts()) {
      if (result_.causes.empty())
        differ(kCheckpointPath,
               "has different prompts, or different stages that add variants or run over all prompts");
      return;
    }
    for (std::size_t lane = 0; lane < first.lanes().size(); ++lane) compare_states(first, second, lane);
    for (std::size_t fold = 0; fold < first.folds().size(); ++fold)
      if (first.fold_done(fold) != second.fold_done(fold))
        differ(kCheckpointPath, "'" + first.folds()[fold] + "' is done in one file only");
    if (first.failures() != second.failures())
      differ(kCheckpointPath, "different prompts failed, or for different reasons");
    result_.first_complete = stated_complete(first_) != 0 && first.all_done();
    result_.second_complete = stated_complete(second_) != 0 && second.all_done();
    if (result_.first_complete != result_.second_complete) differ("/", "one of the two is not complete");
  }

  void compare_states(const Checkpoint& first, const Checkpoint& second, std::size_t lane) {
    const std::string& name = first.lanes()[lane];
    const std::string what = name == kItemsLane ? "" : "of '" + name + "': ";
    if (first.parts(lane) != second.parts(lane))
      return differ(kCheckpointPath, what + "the variants of each prompt are committed in different pieces");
    const std::vector<PartState> one = first.states(lane);
    const std::vector<PartState> other = second.states(lane);
    std::set<std::size_t> prompts;
    for (std::size_t cell = 0; cell < one.size(); ++cell)
      if (one[cell] != other[cell]) prompts.insert(cell / first.parts(lane));
    if (prompts.empty()) return;
    const Axis ids = read_axis(first_.open_group(kCheckpointGroup), "prompt");
    differ(kCheckpointPath, what + counted(prompts.size(), "prompt") +
                                ": done, failed or pending in one file and not in the other; the first is '" +
                                label_of(ids, *prompts.begin()) + "'");
  }

  const h5::File& first_;
  const h5::File& second_;
  CountedTexts first_texts_;
  CountedTexts second_texts_;
  RunComparison result_;
};

}  // namespace

RunComparison compare_runs(const RunFile& first, const RunFile& second) {
  return first.read([&](const h5::File& one) {
    return second.read([&](const h5::File& other) { return RunsCompared(one, other).run(); });
  });
}

}  // namespace hookflow::pipeline

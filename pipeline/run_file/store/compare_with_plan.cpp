#include <set>

#include "pipeline/run_file/format/group_contents.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/reading/cell_reader.hpp"
#include "pipeline/run_file/reading/compare_values.hpp"
#include "pipeline/run_file/store/mismatches.hpp"

namespace hookflow::pipeline {
namespace {

using Lines = std::vector<std::string>;

void add_line(const std::string& what, const UnequalValues& unequal, Lines& lines) {
  if (unequal.count() == 0) return;
  const UnequalPair& first = unequal.first();
  std::string line = what + "[" + std::to_string(first.cell) + "]: " + first.first + " in the file, " +
                     first.second + " now";
  if (unequal.count() > 1) line += " (and " + std::to_string(unequal.count() - 1) + " more)";
  lines.push_back(std::move(line));
}

template <class InFile, class Planned>
void compare_values(const std::string& what, const InFile& in_file, const Planned& planned, Lines& lines) {
  if (in_file.size() != planned.size()) {
    lines.push_back(what + ": " + std::to_string(in_file.size()) + " in the file, " +
                    std::to_string(planned.size()) + " now");
    return;
  }
  add_line(what, unequal_values(in_file, planned), lines);
}

void compare_axis(const std::string& group, const Axis& in_file, const Axis& planned, Lines& lines) {
  const std::string what = "axis /" + group + "/" + planned.name;
  if (in_file.coordinates.labels().index() != planned.coordinates.labels().index()) {
    lines.push_back(what + ": its labels are of another kind in the file");
    return;
  }
  std::visit(
      [&](const auto& labels) {
        compare_values(what, std::get<std::decay_t<decltype(labels)>>(in_file.coordinates.labels()), labels,
                       lines);
      },
      planned.coordinates.labels());
}

class PlanComparison {
 public:
  explicit PlanComparison(const h5::File& file) : file_(file) {}

  Lines run(const std::vector<GroupContents>& planned) {
    match(read_contents(file_), planned, "/",
          [&](const GroupContents& old, const GroupContents& wanted) { compare(old, wanted); });
    return std::move(lines_);
  }

 private:
  template <class Item, class Compare>
  void match(const std::vector<Item>& in_file, const std::vector<Item>& planned, const std::string& place,
             const Compare& compare) {
    match_by_name(
        planned, in_file, [&](const Item& wanted, const Item& old) { compare(old, wanted); },
        [&](const Item& item, bool is_planned) {
          lines_.push_back(place + item.name + (is_planned ? ": not in the file" : ": only in the file"));
        });
  }

  void compare(const GroupContents& in_file, const GroupContents& planned) {
    const std::string place = "/" + planned.name + "/";
    compared_axes_.clear();
    match(in_file.variables, planned.variables, place,
          [&](const Variable& old, const Variable& wanted) { compare_variable(planned, old, wanted); });
    match(in_file.texts, planned.texts, place, [&](const TextTable& old, const TextTable& wanted) {
      compare_axes(planned.name, {old.axis}, {wanted.axis});
      compare_values(place + wanted.name, old.texts, wanted.texts, lines_);
    });
  }

  void compare_variable(const GroupContents& group, const Variable& old, const Variable& wanted) {
    const std::string path = "/" + group.name + "/" + wanted.name;
    if (shape_text(old) != shape_text(wanted)) {
      lines_.push_back(path + ": " + shape_text(old) + " in the file, " + shape_text(wanted) + " now");
      return;
    }
    compare_axes(group.name, old.axes, wanted.axes);
    const auto constant = group.constants.find(wanted.name);
    if (constant == group.constants.end()) return;
    compare_cells(path, file_.open_group(group.name).open_dataset(wanted.name), constant->second);
  }

  // The dataset has the planned shape.
  void compare_cells(const std::string& path, const h5::Dataset& dataset, const NumberCells& planned) {
    UnequalValues unequal;
    for_stretches(planned.size(), [&](std::size_t first, std::size_t count) {
      std::visit(
          [&](const auto& values) {
            using Value = typename std::decay_t<decltype(values)>::value_type;
            unequal.compare(read_cells<Value>(dataset, first, count), values);
          },
          planned.read(first, count));
    });
    add_line(path, unequal, lines_);
  }

  // The variables of a group share their axes: each is compared once.
  void compare_axes(const std::string& group, const std::vector<Axis>& old, const std::vector<Axis>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (compared_axes_.insert(wanted[i].name).second) compare_axis(group, old[i], wanted[i], lines_);
  }

  const h5::File& file_;
  std::set<std::string> compared_axes_;
  Lines lines_;
};

}  // namespace

std::vector<std::string> differences(const h5::File& file, const std::vector<GroupContents>& planned) {
  return PlanComparison(file).run(planned);
}

}  // namespace hookflow::pipeline

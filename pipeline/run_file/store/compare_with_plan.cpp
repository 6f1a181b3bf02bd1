#include <algorithm>
#include <sstream>

#include "pipeline/h5/blocks.hpp"
#include "pipeline/run_file/format/groups.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/store/mismatches.hpp"

namespace hookflow::pipeline {
namespace {

using Lines = std::vector<std::string>;

std::string spelled(const std::string& text) { return "'" + text + "'"; }
template <class Value>
std::string spelled(const Value& value) {
  std::ostringstream out;
  out.precision(17);
  out << value;
  return out.str();
}

std::string shape_of(const Variable& variable) {
  std::string shape = variable.dtype == Dtype::int64     ? "int64"
                      : variable.dtype == Dtype::float32 ? "float32"
                                                         : "float64";
  for (const Axis& axis : variable.axes) shape += " " + axis.name + "=" + std::to_string(axis.size());
  return shape;
}

// NaN equals NaN here: what is compared are stored bits' meanings.
template <class Value>
bool same(const Value& a, const Value& b) {
  return a == b || (a != a && b != b);
}

// Values that differ, told as one line however many they are.
class Unequal {
 public:
  template <class Value>
  void compare(std::size_t at, const Value& in_file, const Value& planned) {
    if (same(in_file, planned) || count_++ > 0) return;
    first_ =
        "[" + std::to_string(at) + "]: " + spelled(in_file) + " in the file, " + spelled(planned) + " now";
  }
  void tell(const std::string& what, Lines& lines) const {
    if (count_ > 0)
      lines.push_back(what + first_ + (count_ > 1 ? " (and " + std::to_string(count_ - 1) + " more)" : ""));
  }

 private:
  std::size_t count_ = 0;
  std::string first_;
};

// `in_file` and `planned`: vectors, or texts that are made when asked for.
template <class InFile, class Planned>
void compare_values(const std::string& what, const InFile& in_file, const Planned& planned, Lines& lines) {
  if (in_file.size() != planned.size()) {
    lines.push_back(what + ": " + std::to_string(in_file.size()) + " in the file, " +
                    std::to_string(planned.size()) + " now");
    return;
  }
  Unequal unequal;
  for (std::size_t i = 0; i < planned.size(); ++i) unequal.compare(i, in_file[i], planned[i]);
  unequal.tell(what, lines);
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

class Comparison {
 public:
  explicit Comparison(const h5::File& file) : file_(file) {}

  void compare(const GroupContents& in_file, const GroupContents& planned) {
    compared_axes_.clear();
    match(in_file.variables, planned.variables, planned.name,
          [&](const Variable& old, const Variable& wanted) { compare_variable(planned, old, wanted); });
    match(in_file.texts, planned.texts, planned.name, [&](const TextTable& old, const TextTable& wanted) {
      compare_axes(planned.name, {old.axis}, {wanted.axis});
      compare_values("/" + planned.name + "/" + wanted.name, old.texts, wanted.texts, lines_);
    });
  }

  // Pairs items by name; those that only one side has are differences.
  template <class Item, class Compare>
  void match(const std::vector<Item>& in_file, const std::vector<Item>& planned, const std::string& place,
             const Compare& compare) {
    const auto find = [](const std::vector<Item>& items, const std::string& name) {
      return std::find_if(items.begin(), items.end(), [&](const Item& item) { return item.name == name; });
    };
    const std::string prefix = place.empty() ? "/" : "/" + place + "/";
    for (const Item& wanted : planned) {
      const auto old = find(in_file, wanted.name);
      if (old == in_file.end())
        lines_.push_back(prefix + wanted.name + ": not in the file");
      else
        compare(*old, wanted);
    }
    for (const Item& old : in_file)
      if (find(planned, old.name) == planned.end())
        lines_.push_back(prefix + old.name + ": only in the file");
  }

  Lines take() { return std::move(lines_); }

 private:
  void compare_variable(const GroupContents& group, const Variable& old, const Variable& wanted) {
    const std::string path = "/" + group.name + "/" + wanted.name;
    if (shape_of(old) != shape_of(wanted)) {
      lines_.push_back(path + ": " + shape_of(old) + " in the file, " + shape_of(wanted) + " now");
      return;
    }
    compare_axes(group.name, old.axes, wanted.axes);
    const auto constant = group.constants.find(wanted.name);
    if (constant == group.constants.end()) return;
    compare_cells(path, file_.open_group(group.name).open_dataset(wanted.name), constant->second);
  }

  // Of the same shape.
  void compare_cells(const std::string& path, const h5::Dataset& dataset, const NumberCells& planned) {
    Unequal unequal;
    for_stretches(planned.size(), [&](std::size_t first, std::size_t count) {
      const Column column = planned.read(first, count);
      std::visit(
          [&](const auto& values) {
            auto in_file = values;
            std::size_t from = 0;
            for (const h5::Block& block : blocks_of_range(dataset.extents(), first, count)) {
              const std::size_t size = block.cells();
              dataset.read(block, std::span(in_file).subspan(from, size));
              from += size;
            }
            for (std::size_t i = 0; i < count; ++i) unequal.compare(first + i, in_file[i], values[i]);
          },
          column);
    });
    unequal.tell(path, lines_);
  }

  // The variables of a group share their axes: each is told of once.
  void compare_axes(const std::string& group, const std::vector<Axis>& old, const std::vector<Axis>& wanted) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (std::find(compared_axes_.begin(), compared_axes_.end(), wanted[i].name) != compared_axes_.end())
        continue;
      compared_axes_.push_back(wanted[i].name);
      compare_axis(group, old[i], wanted[i], lines_);
    }
  }

  const h5::File& file_;
  std::vector<std::string> compared_axes_;
  Lines lines_;
};

}  // namespace

std::vector<std::string> differences(const h5::File& file, const std::vector<GroupContents>& planned) {
  Comparison comparison(file);
  comparison.match(
      read_contents(file), planned, "",
      [&](const GroupContents& old, const GroupContents& wanted) { comparison.compare(old, wanted); });
  return comparison.take();
}

}  // namespace hookflow::pipeline

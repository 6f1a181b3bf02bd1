#include "pipeline/run_file/reading/compare_runs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <sstream>

#include "pipeline/run_file/format/groups.hpp"
#include "pipeline/run_file/format/read_groups.hpp"
#include "pipeline/run_file/format/root.hpp"
#include "pipeline/run_file/marks/checkpoint.hpp"
#include "pipeline/run_file/reading/read_file.hpp"
#include "pipeline/values/table.hpp"

namespace hookflow::pipeline {
namespace {

constexpr std::size_t kCellsAtOnce = std::size_t{1} << 20;

template <class Value>
bool same(Value a, Value b) {
  if constexpr (std::is_floating_point_v<Value>)
    return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) ||
           (std::isnan(a) && std::isnan(b));
  else
    return a == b;
}

template <class Value>
double distance(Value a, Value b) {
  const double apart = std::abs(static_cast<double>(a) - static_cast<double>(b));
  return std::isnan(apart) ? std::numeric_limits<double>::infinity() : apart;
}

template <class Value>
std::string spelled(const Value& value) {
  std::ostringstream text;
  text.precision(std::numeric_limits<double>::max_digits10);
  text << value;
  return text.str();
}

std::string place_of(const std::vector<Axis>& axes, std::size_t cell) {
  std::vector<std::string> steps(axes.size());
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    steps[axis] = axes[axis].name + "=" + label_of(axes[axis], cell % axes[axis].size());
    cell /= axes[axis].size();
  }
  std::string text;
  for (const std::string& step : steps) text += (text.empty() ? "" : ", ") + step;
  return text;
}

/// Compares values in the order of the cells, and keeps the pair that is farthest apart.
class Values {
 public:
  template <class Value>
  void compare(const std::vector<Value>& first, const std::vector<Value>& second) {
    for (std::size_t i = 0; i < first.size(); ++i, ++cell_) {
      if (same(first[i], second[i])) continue;
      const double apart = distance(first[i], second[i]);
      if (found_.unequal++ > 0 && apart <= found_.largest) continue;
      found_.largest = apart;
      farthest_ = cell_;
      found_.first = spelled(first[i]);
      found_.second = spelled(second[i]);
    }
  }
  [[nodiscard]] DatasetDifference take(const std::string& path, const std::vector<Axis>& axes) {
    found_.path = path;
    found_.cells = cell_;
    if (found_.unequal > 0) found_.where = place_of(axes, farthest_);
    return std::move(found_);
  }

 private:
  DatasetDifference found_;
  std::size_t cell_ = 0;
  std::size_t farthest_ = 0;
};

template <class Value>
DatasetDifference compare_numbers(const h5::Dataset& first, const h5::Dataset& second,
                                  const std::vector<Axis>& axes) {
  Values values;
  const std::vector<std::size_t>& extents = first.extents();
  const std::size_t rows = extents.empty() ? 1 : extents[0];
  const std::size_t width = first.cells() / std::max<std::size_t>(rows, 1);
  const std::size_t at_once = std::max<std::size_t>(1, kCellsAtOnce / std::max<std::size_t>(width, 1));
  for (std::size_t row = 0; row < rows; row += at_once) {
    const std::size_t count = std::min(at_once, rows - row);
    h5::Block block{std::vector<std::size_t>(extents.size()), extents};
    if (!extents.empty()) {
      block.start[0] = row;
      block.count[0] = count;
    }
    const auto read = [&](const h5::Dataset& dataset) {
      std::vector<Value> cells(count * width);
      dataset.read(block, std::span<Value>(cells));
      return cells;
    };
    values.compare(read(first), read(second));
  }
  return values.take(first.path(), axes);
}

std::string shape_text(const Variable& variable) {
  std::string text = variable.dtype == Dtype::int64     ? "int64"
                     : variable.dtype == Dtype::float32 ? "float32"
                                                        : "float64";
  for (const Axis& axis : variable.axes) text += " " + axis.name + " " + std::to_string(axis.size());
  return text;
}

class Comparison {
 public:
  Comparison(const h5::File& first, const h5::File& second) : first_(first), second_(second) {}

  RunComparison run() {
    match(read_contents(first_), read_contents(second_), "/",
          [&](const GroupContents& a, const GroupContents& b) { compare_groups(a, b); });
    compare_checkpoints();
    compare_settings();
    return std::move(result_);
  }

 private:
  void differ(const std::string& path, const std::string& problem) {
    result_.differences.push_back({path, problem, 0, 0, 0, "", "", ""});
  }

  // Pairs items by name.
  template <class Item, class Compare>
  void match(const std::vector<Item>& first, const std::vector<Item>& second, const std::string& place,
             const Compare& compare) {
    std::map<std::string, const Item*> others;
    for (const Item& item : second) others.emplace(item.name, &item);
    for (const Item& item : first) {
      const auto other = others.find(item.name);
      if (other == others.end()) {
        differ(place + item.name, "is in the first file alone");
        continue;
      }
      compare(item, *other->second);
      others.erase(other);
    }
    for (const auto& [name, item] : others) differ(place + name, "is in the second file alone");
  }

  void compare_groups(const GroupContents& a, const GroupContents& b) {
    const std::string place = "/" + a.name + "/";
    match(a.variables, b.variables, place,
          [&](const Variable& one, const Variable& other) { compare_variables(a.name, one, other); });
    match(a.texts, b.texts, place, [&](const TextTable& one, const TextTable& other) {
      if (one.axis != other.axis)
        differ(place + one.name, "has other labels along '" + one.axis.name + "'");
      else
        compare_texts(place + one.name, one.axis, one.texts, other.texts);
    });
  }

  void compare_variables(const std::string& group, const Variable& one, const Variable& other) {
    const std::string path = "/" + group + "/" + one.name;
    if (shape_text(one) != shape_text(other))
      return differ(path, "is " + shape_text(one) + " in the first, " + shape_text(other) + " in the second");
    for (std::size_t i = 0; i < one.axes.size(); ++i)
      if (one.axes[i].coordinates != other.axes[i].coordinates)
        return differ(path, "has other labels along '" + one.axes[i].name + "'");
    if (one.units != other.units || one.long_name != other.long_name) differ(path, "has another meaning");
    const h5::Dataset first = first_.open_group(group).open_dataset(one.name);
    const h5::Dataset second = second_.open_group(group).open_dataset(one.name);
    keep(one.dtype == Dtype::int64 ? compare_numbers<std::int64_t>(first, second, one.axes)
                                   : compare_numbers<double>(first, second, one.axes));
  }

  void compare_texts(const std::string& path, const Axis& axis, const TextRows& one, const TextRows& other) {
    DatasetDifference found{path, "", 0, one.size(), 0, "", "", ""};
    for (std::size_t i = 0; i < one.size(); ++i) {
      if (one[i] == other[i] || found.unequal++ > 0) continue;
      found.where = axis.name + "=" + label_of(axis, i);
      found.first = "'" + one[i] + "'";
      found.second = "'" + other[i] + "'";
      found.largest = std::numeric_limits<double>::infinity();
    }
    keep(std::move(found));
  }

  void keep(DatasetDifference found) {
    ++result_.datasets;
    result_.cells += found.cells;
    if (found.unequal > 0) result_.differences.push_back(std::move(found));
  }

  void compare_checkpoints() {
    const Checkpoint first(first_);
    const Checkpoint second(second_);
    if (first.lanes() != second.lanes() || first.folds() != second.folds() ||
        first.prompts() != second.prompts())
      return differ("/checkpoint", "has other units");
    for (std::size_t lane = 0; lane < first.lanes().size(); ++lane) {
      const std::string path = "/checkpoint/done_" + first.lanes()[lane];
      if (first.parts(lane) != second.parts(lane)) {
        differ(path, "has other parts");
        continue;
      }
      Values states;
      states.compare(numbers_of(first.states(lane)), numbers_of(second.states(lane)));
      keep(states.take(path, {numbered("prompt", first.prompts()), numbered("part", first.parts(lane))}));
    }
    for (std::size_t fold = 0; fold < first.folds().size(); ++fold)
      if (first.fold_done(fold) != second.fold_done(fold))
        differ("/checkpoint/folds", "'" + first.folds()[fold] + "' is done in one file alone");
    if (texts_of(first.failures()) != texts_of(second.failures()))
      differ("/checkpoint/failed_reason", "other prompts failed, or for other reasons");
    const bool complete = first_.integer("complete") != 0 && first.all_done();
    if (complete != (second_.integer("complete") != 0 && second.all_done()))
      differ("/", "one of the two is not complete");
  }

  static Axis numbered(const std::string& name, std::size_t size) {
    std::vector<std::int64_t> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = static_cast<std::int64_t>(i);
    return {name, std::move(numbers), "", ""};
  }
  static std::vector<std::int64_t> numbers_of(const std::vector<PartState>& states) {
    std::vector<std::int64_t> numbers;
    numbers.reserve(states.size());
    for (const PartState state : states) numbers.push_back(static_cast<std::int64_t>(state));
    return numbers;
  }
  static std::string texts_of(const std::vector<Failure>& failures) {
    std::string text;
    for (const Failure& failure : failures)
      text += std::to_string(failure.prompt) + " " + failure.stage + " " + failure.reason + "\n";
    return text;
  }

  void compare_settings() {
    std::vector<Difference>& settings = result_.settings;
    settings = workflow_differences(first_.text("workflow"), second_.text("workflow"));
    for (Difference& difference : prompt_differences(stored_prompt_rows(first_), stored_prompt_rows(second_)))
      settings.push_back(std::move(difference));
    // What was told already, what only looks at results, and what differs between any two runs.
    const std::set<std::string> left_out = {"workflow",
                                            "workflow_name",
                                            "about",
                                            "model",
                                            "complete",
                                            "started_utc",
                                            "ended_utc",
                                            "default",
                                            "identity_workflow_sha256",
                                            "identity_prompts_sha256"};
    std::set<std::string> names;
    for (const h5::File* file : {&first_, &second_})
      for (const std::string& name : file->attribute_names())
        if (!left_out.contains(name)) names.insert(name);
    for (const std::string& name : names) {
      const auto value = [&](const h5::File& file) {
        return file.has_attribute(name) ? file.text(name) : std::string();
      };
      if (value(first_) != value(second_)) settings.push_back({name, value(first_), value(second_)});
    }
  }

  const h5::File& first_;
  const h5::File& second_;
  RunComparison result_;
};

}  // namespace

RunComparison compare_runs(const std::filesystem::path& first, const std::filesystem::path& second) {
  return read_file(first, [&](const h5::File& one) {
    return read_file(second, [&](const h5::File& other) { return Comparison(one, other).run(); });
  });
}

}  // namespace hookflow::pipeline

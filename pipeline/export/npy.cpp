#include "pipeline/export/npy.hpp"

#include <bit>
#include <cstdint>
#include <ostream>
#include <type_traits>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "pipeline/run_file/reading/cell_reader.hpp"

namespace hookflow::pipeline {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr char kByteOrder = std::endian::native == std::endian::little ? '<' : '>';

template <class Value>
std::string type_name() {
  const char* kind = std::is_floating_point_v<Value> ? "f" : std::is_signed_v<Value> ? "i" : "u";
  return kind + std::to_string(sizeof(Value));
}

/// Magic, version, length of the rest, and a Python dictionary, padded so that the values begin at a multiple
/// of 64 bytes.
std::string header(const std::string& type, const ChosenRows& cells) {
  std::string shape;
  for (const std::vector<std::size_t>& steps : cells.steps()) shape += std::to_string(steps.size()) + ", ";
  std::string text = std::string("{'descr': '") + kByteOrder + type +
                     "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t kPrefix = 10;
  constexpr std::size_t kAlignment = 64;
  text.append(kAlignment - 1 - (kPrefix + text.size()) % kAlignment, ' ');
  text += '\n';
  const auto byte = [](std::size_t value) { return static_cast<char>(value & 0xFF); };
  return std::string("\x93NUMPY\x01\x00", 8) + byte(text.size()) + byte(text.size() >> 8) + text;
}

template <class Value>
void write_values(h5::Dataset dataset, const ChosenRows& cells, std::ostream& out) {
  CellReader<Value> values(std::move(dataset));
  out << header(type_name<Value>(), cells);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Value value = values[cells[i]];
    out.write(reinterpret_cast<const char*>(&value), sizeof(value));
  }
}

OrderedJson axis_json(const Axis& axis, const std::vector<std::size_t>& steps) {
  OrderedJson labels = OrderedJson::array();
  std::visit(
      [&](const auto& all) {
        for (const std::size_t step : steps) labels.push_back(all[step]);
      },
      axis.coordinates.labels());
  return {{"name", axis.name}, {"long_name", axis.long_name}, {"units", axis.units}, {"labels", labels}};
}

OrderedJson run_json(const RunFile& run, const RunFileView& view) {
  OrderedJson json = {{"file", run.path().string()}};
  for (const char* name : {"workflow_name", "model", "program", "program_version", "started_utc"})
    if (const auto found = view.root.find(name); found != view.root.end()) json[name] = found->second;
  json["complete"] = view.complete;
  return json;
}

}  // namespace

void write_npy(const RunFile& run, const ExportTable& array, const ChosenRows& cells, std::ostream& out) {
  const StoredDataset& variable = array.variables.front();
  run.read([&](const h5::File& file) {
    h5::Dataset dataset = file.open_group(array.group).open_dataset(variable.name);
    if (variable.kind == h5::Kind::float32)
      write_values<float>(std::move(dataset), cells, out);
    else if (variable.kind == h5::Kind::float64)
      write_values<double>(std::move(dataset), cells, out);
    else if (variable.kind == h5::Kind::uint8)
      write_values<std::uint8_t>(std::move(dataset), cells, out);
    else
      write_values<std::int64_t>(std::move(dataset), cells, out);
  });
}

std::string npy_description(const RunFile& run, const RunFileView& view, const ExportTable& array,
                            const ChosenRows& cells, const std::vector<std::string>& conditions) {
  const StoredDataset& variable = array.variables.front();
  OrderedJson axes = OrderedJson::array();
  for (std::size_t axis = 0; axis < variable.axes.size(); ++axis)
    axes.push_back(axis_json(variable.axes[axis], cells.steps()[axis]));
  const OrderedJson json = {{"variable", "/" + array.group + "/" + variable.name},
                            {"long_name", variable.long_name},
                            {"units", variable.units},
                            {"no_value", variable.is_integer() ? "-1" : "NaN"},
                            {"axes", axes},
                            {"where", conditions},
                            {"run", run_json(run, view)}};
  return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace hookflow::pipeline
